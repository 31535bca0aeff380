import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { LatchStore } from './latch-store.ts'
import { type RedisServer, startRedis } from './redis-server.ts'

/** Runs tests on the memory store and on a real Redis; each store that is made starts empty. */
export function describeOnBothStores(
  name: string,
  tests: (makeStore: () => LatchStore) => void,
): void {
  describe(`${name}, on the memory store`, () => {
    tests(() => new LatchStore(memoryStore()))
  })
  describe(`${name}, on Redis`, () => {
    const redis = useRedis()
    tests(() => new LatchStore(redis.store()))
  })
}

export interface RedisInUse {
  readonly server: RedisServer
  /** A store on it, closed after the test. */
  store(): ReturnType<typeof redisStore>
  /** One that is connected already, for tests with short deadlines. */
  connectedStore(): Promise<ReturnType<typeof redisStore>>
  /** How often each command reached the server while `work` ran. */
  commandsDuring(work: () => Promise<unknown>): Promise<Record<string, number>>
}

/** Where seconds count (test/mutation), tests that need a Redis are left out. */
const WITHOUT_REDIS = process.env['SOJOURN_TEST_WITHOUT_REDIS'] === '1'

/** One Redis for the tests of this file or describe, emptied before each. */
export function useRedis(): RedisInUse {
  let server: RedisServer | undefined
  const stores: ReturnType<typeof redisStore>[] = []
  const running = () => {
    if (server === undefined) throw new Error('Redis runs only during tests')
    return server
  }
  if (WITHOUT_REDIS) beforeEach((test) => test.skip())
  else {
    beforeAll(async () => {
      // A cold import on a busy machine takes longer than the deadlines of some tests.
      await import('redis')
      server = await startRedis()
    })
    beforeEach(async () => void (await running().cli('flushall')))
    afterEach(async () => {
      for (const store of stores.splice(0)) await store.close?.()
    })
    afterAll(async () => server?.stop())
  }
  const store = () => {
    const made = redisStore({ url: running().url })
    stores.push(made)
    return made
  }
  return {
    get server() {
      return running()
    },
    store,
    async connectedStore() {
      const made = store()
      await made.read('connecting')
      return made
    },
    async commandsDuring(work) {
      await running().resetStats()
      await work()
      const { 'config|resetstat': _reset, ...commands } = await running().commandStats()
      return commands
    },
  }
}
