import type { Campaign } from './campaign.ts'
import { cookieHeaders } from './cookie-headers.ts'
import { ids } from './ids.ts'
import { luaValues } from './lua-values.ts'
import { payloads } from './payloads.ts'
import { storedValues } from './stored-values.ts'
import { unknownIds, unknownIdsOnRedis, wrongSecret } from './unknown-cookies.ts'

export const CAMPAIGNS: readonly Campaign[] = [
  cookieHeaders,
  wrongSecret,
  unknownIds,
  unknownIdsOnRedis,
  storedValues,
  luaValues,
  payloads,
  ids,
]
