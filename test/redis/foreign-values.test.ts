import { Redis as Ioredis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { StoreError } from '../../src/errors.ts'
import { type RedisClient, redisStore } from '../../src/store/redis/redis-store.ts'
import type { Store } from '../../src/store/store.ts'
import { expectedOf, fresh, recordOf, successor } from '../contract/records.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

const server = await startRedis()
const nodeRedis = createClient({ url: server.url })
const ioredis = new Ioredis(server.port)
beforeAll(async () => void (await nodeRedis.connect()))
afterAll(async () => {
  nodeRedis.destroy()
  ioredis.disconnect()
  await server.stop()
})

const NEWER = 'sojourn2 who knows what\nand more'
const OTHERS = {
  'text of another application': '{"cookie":{"path":"/"}}',
  'nothing at all': '',
  'a header that is cut off': 'sojourn1 id w1 family 0 0',
  'a record of a newer version': NEWER,
}

async function changes(store: Store, key: string) {
  const record = recordOf(store)
  const { familyHash } = record
  const touch = { familyHash, edition: 9, at: store.now(), active: true, writeId: fresh('write') }
  return [
    () => store.create(key, record),
    () => store.replace(key, expectedOf(record), successor(record)),
    () => store.touch(key, touch),
    () => store.remove(key, null),
  ]
}

function describeForeign(server: RedisServer, client: RedisClient): void {
  const store = redisStore({ client })

  test.each(Object.entries(OTHERS))('%s is never overwritten', async (_, text) => {
    const key = fresh('key')
    await server.cli('set', key, text)
    const answers = []
    for (const change of await changes(store, key)) answers.push(await change())
    expect(answers).toEqual(['taken', { status: 'gone' }, { status: 'gone' }, 'gone'])
    expect(await server.cli('get', key)).toBe(text)
    expect(await server.cli('pttl', key)).toBe(-1)
  })

  test('text of another application is undecodable', async () => {
    const key = fresh('key')
    await server.cli('set', key, '{"cookie":{}}')
    expect(await store.read(key)).toBe('undecodable')
  })

  test('a record of a newer version is an error, not an empty session', async () => {
    const key = fresh('key')
    await server.cli('set', key, NEWER)
    await expect(store.read(key)).rejects.toThrow(/^session store, read: .* newer version/)
    await expect(store.read(key)).rejects.toBeInstanceOf(StoreError)
  })

  test('a key that is no string is undecodable, and changing it an error', async () => {
    const key = fresh('key')
    await server.cli('hset', key, 'field', 'value')
    expect(await store.read(key)).toBe('undecodable')
    for (const change of await changes(store, key)) {
      await expect(change()).rejects.toThrow(/WRONGTYPE/)
      await expect(change()).rejects.toBeInstanceOf(StoreError)
    }
    expect(await server.cli('hget', key, 'field')).toBe('value')
  })

  test('a record that nobody can read any more is gone for a conflicting replace', async () => {
    const key = fresh('key')
    const record = recordOf(store, { principal: 'ann' })
    await store.create(key, record)
    const text = String(await server.cli('get', key)).replace(' ann ', ' %ff ')
    await server.cli('set', key, text)
    const expected = { ...expectedOf(record), revision: 'another' }
    expect(await store.replace(key, expected, successor(record))).toEqual({ status: 'gone' })
  })
}

describe('over node-redis', () => describeForeign(server, nodeRedis))
describe('over ioredis', () => describeForeign(server, ioredis))
