import { Redis as Ioredis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { redisStore } from '../../src/store/redis/redis-store.ts'
import type { Store } from '../../src/store/store.ts'
import { expectedOf, fresh, recordOf, successor, touchId } from '../contract/records.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

let server: RedisServer
let ended: (() => unknown)[] = []
beforeAll(async () => {
  server = await startRedis()
})
beforeEach(() => {
  ended = []
  return async () => Promise.all(ended.map((end) => end()))
})
afterAll(async () => server.stop())

async function nodeRedis(): Promise<Store> {
  const client = createClient({ url: server.url })
  await client.connect()
  ended.push(() => client.close())
  return redisStore({ client })
}

async function ioredis(): Promise<Store> {
  const client = new Ioredis(server.port)
  await client.ping()
  ended.push(() => client.quit())
  return redisStore({ client })
}

const CLIENTS = [
  ['node-redis', nodeRedis],
  ['ioredis', ioredis],
] as const

async function commandsOf(work: () => Promise<unknown>) {
  await server.resetStats()
  await work()
  const stats = await server.commandStats()
  delete stats['config|resetstat']
  delete stats['info']
  return stats
}

test.each(CLIENTS)('a read over %s is one GET and nothing else', async (_, connect) => {
  const store = await connect()
  const key = fresh('key')
  await store.create(key, recordOf(store))
  const reads = async () => {
    for (let count = 0; count < 100; count++) await store.read(key)
  }
  expect(await commandsOf(reads)).toEqual({ get: 100 })
  expect(await commandsOf(() => store.read(fresh('absent')))).toEqual({ get: 1 })
})

test.each(CLIENTS)('the first command over %s brings the time along', async (_, connect) => {
  const store = await connect()
  const work = () => Promise.all([store.read(fresh('key')), store.read(fresh('key'))])
  expect(await commandsOf(work)).toEqual({ time: 1, get: 2 })
})

test.each(CLIENTS)('a change over %s is one script', async (_, connect) => {
  const store = await connect()
  const key = fresh('key')
  const record = recordOf(store)
  await store.create(key, record)
  const next = successor(record)
  await store.replace(key, expectedOf(record), next)
  const { familyHash } = record
  const touch = {
    familyHash,
    edition: 0,
    at: record.touchedAt + 1,
    active: true,
    writeId: touchId(),
  }
  await store.touch(key, touch)
  await store.remove(fresh('key'), null)
  const writes = [touch.writeId, ...next.writes]
  const after = { ...next, touchedAt: touch.at, writes }

  const replace = () => store.replace(key, expectedOf(after), successor(after))
  expect(await commandsOf(replace)).toEqual({ evalsha: 1, get: 1, set: 1 })
  expect(await commandsOf(() => store.touch(key, touch))).toMatchObject({ evalsha: 1, get: 1 })
  expect(await commandsOf(() => store.remove(key, null))).toEqual({
    evalsha: 1,
    get: 1,
    del: 1,
    publish: 1,
  })
})

test.each(CLIENTS)('over %s scripts that the server forgot are sent again', async (_, connect) => {
  const store = await connect()
  const key = fresh('key')
  const record = recordOf(store)
  await store.create(key, record)
  await server.cli('script', 'flush')
  const next = successor(record)
  expect(await store.replace(key, expectedOf(record), next)).toMatchObject({ status: 'replaced' })
  await server.cli('script', 'flush')
  const { familyHash } = record
  const touch = {
    familyHash,
    edition: 0,
    at: record.touchedAt + 1,
    active: true,
    writeId: touchId(),
  }
  expect(await store.touch(key, touch)).toMatchObject({ status: 'touched' })
  await server.cli('script', 'flush')
  expect(await store.create(key, record)).toBe('created')
  await server.cli('script', 'flush')
  const removals = await Promise.all(Array.from({ length: 5 }, () => store.remove(key, null)))
  expect(removals.filter((answer) => answer === 'removed')).toHaveLength(1)
  expect(await commandsOf(() => store.remove(key, null))).toEqual({ evalsha: 1, get: 1 })
})

test('writes are replicated with the moment they end, not with how long they last', async () => {
  const store = await nodeRedis()
  const key = fresh('key')
  const record = recordOf(store)
  await store.create(key, record)
  const ttl = Number(await server.cli('pexpiretime', key))
  expect(ttl).toBe(record.touchedAt + 1_260_000)
})
