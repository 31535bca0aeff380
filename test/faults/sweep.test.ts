import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { CLIENTS } from './clients.ts'
import { QUICK } from './kinds.ts'
import { OPERATIONS } from './operations.ts'
import { sweep } from './sweep.ts'

/* The short form of `npm run faults`, whose figures are in docs/reliability/faults.md. */

const LATEST = CLIENTS.filter(([name]) => !name.endsWith(' 5'))

describe.each(LATEST)('over %s, whatever becomes of any command', (_, connect) => {
  let server: RedisServer
  let direct: Store
  beforeAll(async () => {
    server = await startRedis()
    direct = redisStore({ url: server.url })
    await direct.read('connecting')
  })
  afterAll(async () => {
    await direct.close?.()
    await server.stop()
  })

  test.concurrent.each(Object.entries(OPERATIONS))(
    '%s is done once, or not, and settles in time',
    async (name, operation) => {
      const ground = { server, direct, connect, storeTimeoutMs: 150 }
      const cases = await sweep(ground, name, operation, QUICK)
      expect(cases.length % QUICK.length).toBe(0)
    },
    120_000,
  )
})
