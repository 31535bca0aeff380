import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createClient } from 'redis'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

import { StoreError, UsageError } from '../../src/errors.ts'
import {
  type ChooseClient,
  type Connection,
  redisStore,
} from '../../src/store/redis/redis-store.ts'
import type { Store } from '../../src/store/store.ts'
import { expectedOf, fresh, recordOf, successor } from '../contract/records.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

let server: RedisServer
let client: ReturnType<typeof createClient>
let tenant: ReturnType<typeof createClient>
beforeAll(async () => {
  server = await startRedis()
  client = createClient({ url: server.url })
  tenant = createClient({ url: `${server.url}/5` })
  await Promise.all([client.connect(), tenant.connect()])
})
afterAll(async () => {
  await Promise.all([client.close(), tenant.close()])
  await server.stop()
})

async function bind(store: Store, request: unknown): Promise<Store> {
  if (store.for === undefined) throw new Error('the store is not bound to requests')
  return store.for(request)
}

test('the function gets the request and frozen settings with defaults, once per request', async () => {
  const choose = vi.fn<ChooseClient<{ path: string }>>(() => client)
  const store = redisStore({ client: choose, password: 'pw' })
  expect(choose).not.toHaveBeenCalled()
  const request = { path: '/' }
  const bound = await bind(store, request)
  await bound.read(fresh('key'))
  await bound.create(fresh('key'), recordOf(bound))
  expect(choose).toHaveBeenCalledTimes(1)
  const [given, settings] = choose.mock.calls[0] as [object, Connection]
  expect(given).toBe(request)
  expect(settings).toEqual({
    host: 'localhost',
    port: 6379,
    db: 0,
    password: 'pw',
    tls: false,
  })
  expect(Object.isFrozen(settings)).toBe(true)
})

test('a url is taken apart for the function', async () => {
  const choose = vi.fn<ChooseClient>(() => client)
  await bind(redisStore({ client: choose, url: 'rediss://u:p@cache:1/2' }), {})
  expect(choose.mock.calls[0]?.[1]).toEqual({
    host: 'cache',
    port: 1,
    db: 2,
    username: 'u',
    password: 'p',
    tls: true,
  })
})

test('each request is served by the client chosen for it', async () => {
  const store = redisStore({
    client: async ({ shop }: { shop: string }) => (shop === 'a' ? client : tenant),
  })
  const [shopA, shopB] = [await bind(store, { shop: 'a' }), await bind(store, { shop: 'b' })]
  const key = fresh('key')
  const record = recordOf(shopA)
  expect(await shopA.create(key, record)).toBe('created')
  expect(await shopB.read(key)).toBe('absent')
  expect(await (await bind(store, { shop: 'a' })).read(key)).toEqual(record)
})

test('the clients are never closed', async () => {
  const store = redisStore({ client: () => client })
  await bind(store, {})
  await store.close?.()
  expect(client.isOpen).toBe(true)
})

test.each<[string, () => unknown]>([
  ['throws', () => expect.unreachable('no tenant')],
  ['rejects', async () => Promise.reject(new Error('no tenant'))],
])('a function that %s is a StoreError with the cause', async (_, choose) => {
  const store = redisStore({ client: choose as ChooseClient })
  const error = await bind(store, {}).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(StoreError)
  expect(error).toMatchObject({ operation: 'client', status: 503, cause: expect.any(Error) })
})

test.each([undefined, null, 'redis://:hidden@localhost', {}, { get: () => null }])(
  'a function that returns %j is a StoreError that says what a client is',
  async (returned) => {
    const store = redisStore({ client: (() => returned) as unknown as ChooseClient })
    const error = await bind(store, {}).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StoreError)
    expect(String(error)).toMatch(/must return a client .* sendCommand\(\)/)
    expect(String(error)).not.toContain('hidden')
  },
)

test('without a request nothing works, and the error says what to pass', async () => {
  const store = redisStore({ client: () => client })
  const record = recordOf(store)
  const { familyHash } = record
  const operations = [
    store.read('key'),
    store.create('key', record),
    store.replace('key', expectedOf(record), successor(record)),
    store.touch('key', { familyHash, edition: 0, at: 0, active: true, writeId: 'w' }),
    store.remove('key', null),
  ]
  for (const outcome of await Promise.allSettled(operations)) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(UsageError) })
    expect(String((outcome as PromiseRejectedResult).reason)).toContain('{ request }')
  }
})

test('a client that the application lets go is let go', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const chosen: WeakRef<object>[] = []
  const store = redisStore({
    client: () => {
      const client = { sendCommand: async () => null }
      chosen.push(new WeakRef(client))
      return client
    },
  })
  for (let made = 0; made < 10; made++) await (await bind(store, {})).read(fresh('key'))
  const kept = () => {
    collectGarbage()
    return chosen.filter((client) => client.deref() !== undefined)
  }
  await expect.poll(kept).toEqual([])
  await store.close?.()
})
