import { setTimeout as sleep } from 'node:timers/promises'

import { Redis as Ioredis } from 'ioredis'
import { createClient } from 'redis'
import { afterEach, describe, expect, test } from 'vitest'

import { StoreError } from '../../src/errors.ts'
import { ConnectingStore } from '../../src/store/redis/connecting-store.ts'
import { resolveConnection } from '../../src/store/redis/connection.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import type { Store } from '../../src/store/store.ts'
import { fresh, recordOf } from '../contract/records.ts'
import { freePort, type RedisServer, startRedis } from '../support/redis-server.ts'
import { PACKAGES } from './packages.ts'

const WITHIN_A_SECOND_MS = 1000

let ended: (() => unknown)[] = []
afterEach(async () => {
  await Promise.all(ended.map((end) => end()))
  ended = []
})

async function running(port?: number): Promise<RedisServer> {
  const server = await startRedis(port === undefined ? {} : { port })
  ended.push(() => server.stop())
  return server
}

/** How long it takes until an operation succeeds. */
async function untilNormal(store: Store): Promise<number> {
  const startedAt = performance.now()
  for (;;) {
    const answer = await store.read(fresh('key')).catch((error: unknown) => error)
    if (answer === 'absent') return performance.now() - startedAt
    expect(answer).toBeInstanceOf(StoreError)
    await sleep(5)
  }
}

async function nodeRedis(server: RedisServer): Promise<Store> {
  const client = createClient({ url: server.url })
  client.on('error', () => {})
  await client.connect()
  ended.push(() => client.destroy())
  return redisStore({ client })
}

async function ioredis(server: RedisServer): Promise<Store> {
  const client = new Ioredis(server.port)
  client.on('error', () => {})
  ended.push(() => client.disconnect())
  return redisStore({ client })
}

test.each([
  ['node-redis', nodeRedis],
  ['ioredis', ioredis],
])('a client of the application, %s, works again when Redis is back', async (_, connect) => {
  const server = await running()
  const store = await connect(server)
  const key = fresh('key')
  await store.create(key, recordOf(store))
  await server.stop()
  const during = store.remove(key, null).catch((error: unknown) => error)
  await running(server.port)
  await untilNormal(store)
  const outcome = await during
  if (outcome !== 'absent') expect(outcome).toBeInstanceOf(StoreError)
  expect(await store.create(key, recordOf(store))).toBe('created')
})

describe.each(PACKAGES)('a store that connects with %s', (_, load) => {
  const connect = (port: number) => {
    const store = new ConnectingStore(
      resolveConnection({ host: '127.0.0.1', port }),
      undefined,
      load,
    )
    ended.push(() => store.close())
    return store
  }

  test('is normal within a second after Redis is back', async () => {
    const server = await running()
    const store = connect(server.port)
    await store.create(fresh('key'), recordOf(store))
    await server.stop()
    const during = store.read(fresh('key')).catch((error: unknown) => error)
    // So long the outage lasts: by then a client that waits ever longer waits its longest.
    await sleep(700)
    await running(server.port)
    expect(await untilNormal(store)).toBeLessThan(WITHIN_A_SECOND_MS)
    const outcome = await during
    if (outcome !== 'absent') expect(outcome).toBeInstanceOf(StoreError)
  })

  test('tells the reason of an outage once, as a process warning', async () => {
    const warnings: string[] = []
    const listen = ({ message }: Error) => warnings.push(message)
    process.on('warning', listen)
    ended.push(() => process.off('warning', listen))
    const server = await running()
    const store = connect(server.port)
    await store.read(fresh('key'))
    await server.stop()
    await expect.poll(() => warnings).toHaveLength(1)
    // Time for several more tries to fail.
    await sleep(250)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/^session store, client: Redis could not be used: /)
    await running(server.port)
    await untilNormal(store)
    await store.close()
    expect(warnings).toHaveLength(1)
  })

  test('can be used before Redis is there', async () => {
    const port = await freePort()
    const store = connect(port)
    const first = store.read(fresh('key'))
    await sleep(30)
    await running(port)
    expect(await first).toBe('absent')
  })

  test('goes on where it was when a frozen server continues', async () => {
    const server = await running()
    const store = connect(server.port)
    const key = fresh('key')
    await store.create(key, recordOf(store))
    server.pause()
    const reads = Array.from({ length: 20 }, () => store.read(key))
    await sleep(50)
    server.resume()
    for (const record of await Promise.all(reads)) expect(record).toHaveProperty('id')
  })
})
