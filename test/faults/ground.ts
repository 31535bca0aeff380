import { afterAll, beforeAll } from 'vitest'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import type { Store } from '../../src/store/store.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

/** A Redis for the tests of this file or describe, and a way to it on which nothing goes wrong. */
export function useGround(): () => { readonly server: RedisServer; readonly direct: Store } {
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
  return () => ({ server, direct })
}
