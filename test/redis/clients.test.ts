import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { OptionError, StoreError } from '../../src/errors.ts'
import { backOff } from '../../src/store/redis/client-options.ts'
import { type LoadPackage, openClient } from '../../src/store/redis/clients.ts'
import { ConnectingStore } from '../../src/store/redis/connecting-store.ts'
import { resolveConnection } from '../../src/store/redis/connection.ts'
import { createRedisClient, redisStore } from '../../src/store/redis/redis-store.ts'
import { fresh } from '../contract/records.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { BROKEN, NONE } from './packages.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => server.stop())

test('attempts to connect are made at least twice a second, for ever', () => {
  const pauses = Array.from({ length: 10_000 }, (_, attempts) => backOff(attempts))
  expect(Math.max(...pauses)).toBe(500)
  expect(pauses[0]).toBeLessThan(50)
})

describe('packages', () => {
  test('node-redis is preferred', async () => {
    const loaded: string[] = []
    const load: LoadPackage = async (name) => {
      loaded.push(name)
      return import(name)
    }
    const { client } = await openClient(resolveConnection({ url: server.url }), load)
    await client.close()
    expect(loaded).toEqual(['redis'])
  })

  test('without one, the first use says what to install', async () => {
    const store = new ConnectingStore(resolveConnection({ port: 1 }), undefined, NONE)
    await expect(store.read('key')).rejects.toThrow(/npm install redis/)
    await expect(store.read('key')).rejects.toBeInstanceOf(OptionError)
    await store.close()
  })

  test('one that is broken is not taken for absent', async () => {
    const store = new ConnectingStore(resolveConnection({ port: 1 }), undefined, BROKEN)
    await expect(store.read('key')).rejects.toThrow('the package redis cannot be loaded')
    await expect(store.read('key')).rejects.toBeInstanceOf(StoreError)
  })
})

describe('a client of the application', () => {
  test('is used as it is, and never closed', async () => {
    const client = createClient({ url: server.url })
    await client.connect()
    const store = redisStore({ client })
    expect(await store.read(fresh('key'))).toBe('absent')
    await store.close?.()
    expect(await client.ping()).toBe('PONG')
    expect(await store.read(fresh('key'))).toBe('absent')
    await client.close()
  })

  test('is never connected by the store', async () => {
    const client = createClient({ url: server.url })
    const store = redisStore({ client })
    await expect(store.read(fresh('key'))).rejects.toThrow(/closed/)
    expect(client.isOpen).toBe(false)
  })

  test('can be made with createRedisClient', async () => {
    const client = await createRedisClient({ host: '127.0.0.1', port: server.port })
    expect(await redisStore({ client }).read(fresh('key'))).toBe('absent')
    await client.close()
    await expect(redisStore({ client }).read(fresh('key'))).rejects.toBeInstanceOf(StoreError)
  })
})
