import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll } from 'vitest'
import { memoryStore } from '../../src/store/memory.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { drivers } from './drivers.ts'
import type { StoreUnderTest } from './stage.ts'
import { testConformance } from './suite.ts'

let server: RedisServer
let nodeRedis: Awaited<ReturnType<typeof connectNodeRedis>>
let ioredis: Redis

beforeAll(async () => {
  server = await startRedis()
  nodeRedis = await connectNodeRedis()
  ioredis = new Redis(server.url)
})
afterAll(async () => {
  nodeRedis.destroy()
  ioredis.disconnect()
  await server.stop()
})

async function connectNodeRedis() {
  return createClient({ url: server.url }).connect()
}

/** Both clients share one server: each has its own prefix, and each driver another beneath it. */
const stores: readonly StoreUnderTest[] = [
  { name: 'memory', open: () => memoryStore() },
  { name: 'node-redis', open: () => redisStore({ client: nodeRedis }) },
  { name: 'ioredis', open: () => redisStore({ client: ioredis }) },
]

for (const driver of drivers) {
  for (const store of stores) testConformance(driver, store)
}
