import { OptionError } from '../../errors.ts'
import { requireGroup } from '../../options/check.ts'
import type { Store } from '../store.ts'
import { type Extras, storeOf } from './store-of.ts'
import { type ChooseClient, ChoosingStore } from './choosing-store.ts'
import { loadInstalled } from './clients.ts'
import { ConnectingStore } from './connecting-store.ts'
import { type ConnectionSettings, SETTINGS, resolveConnection, saysWhere } from './connection.ts'
import { type Durability, resolveDurability } from './durability.ts'
import { type NearCache, resolveNearCache } from './near-cache.ts'
import { type RedisClient, WHAT_A_CLIENT_OFFERS } from './port.ts'

export type { ChooseClient } from './choosing-store.ts'
export { recommendedClientOptions } from './client-options.ts'
export { createRedisClient } from './clients.ts'
export type { Connection, ConnectionSettings } from './connection.ts'
export type { Durability } from './durability.ts'
export type { NearCache } from './near-cache.ts'
export type { OwnRedisClient } from './own-client.ts'
export type { GlideClient } from './port-glide.ts'
export type { IoredisClient, NodeRedisClient, RedisClient } from './port.ts'

/** Settings to connect with, a client, or a function that chooses one for each request. */
export type RedisStoreOptions<Request = unknown> = (
  | (ConnectionSettings & { readonly client?: never })
  | { readonly client: RedisClient }
  | (ConnectionSettings & { readonly client: ChooseClient<Request> })
) & {
  /** Sign-outs and revocations count only once replicas have them. Default: at once. */
  readonly durability?: Durability
  /** Repeated reads of a session cost no round trip. Default: each read asks Redis. */
  readonly nearCache?: NearCache
}

/**
 * Keeps sessions in Redis 6.2 or later, or Valkey, standalone or in a cluster.
 *
 * - From settings it connects at the first use, once, and `close()` ends that connection.
 * - A client of yours (package `redis` or `ioredis`, 5 or 6, or `@valkey/valkey-glide`, 2) is used
 *   as it is. You connect it,
 *   listen to its errors and close it.
 * - A function chooses a client for every request that needs one; it gets the request and the
 *   frozen settings with defaults filled in, `localhost:6379` where they say nothing. What it
 *   returns is yours as well. Work outside a request then has to pass `{ request }`.
 *
 * @throws {OptionError} when a setting is wrong, nothing says where Redis is, or a client comes
 *   together with settings.
 */
export function redisStore<Request = unknown>(options: RedisStoreOptions<Request>): Store {
  requireGroup('redisStore', options, KNOWN, { group: '', rule: 'takes an object, { url }' })
  const { durability, nearCache, ...rest } = options as Asked & ConnectionSettings
  const extras = {
    durability: resolveDurability(durability),
    nearCache: resolveNearCache(nearCache),
  }
  if (!('client' in rest)) return connecting(rest, extras)
  const { client, ...settings } = rest as { client: unknown } & ConnectionSettings
  if (typeof client === 'function') {
    return new ChoosingStore(client as ChooseClient, resolveConnection(settings), extras)
  }
  const store = storeOf(client, extras)
  if (store === undefined) {
    throw new OptionError('client', `must be ${WHAT_A_CLIENT_OFFERS}; or a function returning one`)
  }
  const [also] = Object.keys(settings)
  if (also !== undefined) {
    throw new OptionError(also, 'must not be given together with a client, which has its settings')
  }
  return store
}

const KNOWN = [...SETTINGS, 'client', 'durability', 'nearCache']

interface Asked {
  readonly durability?: Durability
  readonly nearCache?: NearCache
}

function connecting(settings: ConnectionSettings, extras: Extras): Store {
  const connection = resolveConnection(settings)
  if (!saysWhere(settings)) {
    throw new OptionError('redisStore', 'needs url, host, port, path or client to find Redis')
  }
  // Loading the package takes longer than an operation may: not at the cost of the first request.
  // What goes wrong is told there.
  loadInstalled('redis').catch(() => undefined)
  return new ConnectingStore(connection, extras)
}
