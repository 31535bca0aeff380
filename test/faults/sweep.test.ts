import { describe, expect, test } from 'vitest'
import { PACKAGES } from '../redis/packages.ts'
import { useRedis } from '../support/both-stores.ts'
import type { Fault } from '../support/fault-proxy.ts'
import { OPERATIONS } from './operations.ts'
import { sweep } from './sweep.ts'

/* The short form of `npm run faults`, whose figures are in docs/reliability/faults.md. */

const FAULTS: readonly Fault[] = ['kill before', 'lose reply', 'reply lost, black hole']
const CLIENTS = PACKAGES.filter(([name]) => name.endsWith(' 6'))

describe.each(CLIENTS)('over %s, whatever becomes of any command', (_, load) => {
  const redis = useRedis()

  test.each(Object.entries(OPERATIONS))(
    '%s is done once, or not, and settles in time',
    async (name, operation) => {
      const direct = await redis.connectedStore()
      const ground = { server: redis.server, direct, load, storeTimeoutMs: 250 }
      const cases = await sweep(ground, name, operation, FAULTS)
      expect(cases.length % FAULTS.length).toBe(0)
    },
  )
})
