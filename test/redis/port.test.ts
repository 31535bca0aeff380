import { Redis as Ioredis } from 'ioredis'
import { Redis as Ioredis5 } from 'ioredis5'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import {
  createClient as createClient5,
  createCluster as createCluster5,
  createSentinel as createSentinel5,
} from 'redis5'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

import type { SessionRecord } from '../../src/record/record.ts'
import { portOf, type RedisClient } from '../../src/store/redis/port.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import type { Store } from '../../src/store/store.ts'
import { fresh, recordOf } from '../contract/records.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => server.stop())

const sentinels = { name: 'main', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] }
const nodes = { rootNodes: [{ url: 'redis://127.0.0.1:1' }] }
const BYTES = { typeMapping: { 36: Buffer }, timeout: undefined }

/** How each kind of node-redis client wants to be called. */
const KINDS: Record<string, [RedisClient & { sendCommand: unknown }, unknown[], unknown[]]> = {
  'a cluster of node-redis 6': [createCluster(nodes), ['key', false], ['key', false]],
  'a cluster of node-redis 5': [createCluster5(nodes), ['key', false], ['key', false]],
  'a sentinel of node-redis 6': [createSentinel(sentinels), [false], [false]],
  'a sentinel of node-redis 5': [createSentinel5(sentinels), [false], [false]],
}

const prefixed = { keyPrefix: 'shop:' }
test.each<[string, RedisClient]>([
  ['client', createClient(prefixed)],
  ['pool', createClientPool(prefixed)],
  ['cluster', createCluster({ ...nodes, ...prefixed })],
  ['sentinel', createSentinel({ ...sentinels, ...prefixed })],
])(
  'a %s of node-redis 6 with a prefix of its own, which would not count, is refused',
  (_, client) => {
    expect(() => redisStore({ client })).toThrow(/^client: must have no keyPrefix/)
  },
)

test('a sentinel of node-redis sends again by itself: any conflict may be of a write done', () => {
  const port = portOf(createSentinel(sentinels))
  expect(port?.losses).not.toBe(port?.losses)
})

test.each(Object.entries(KINDS))('%s is sent what it takes', async (_, [client, get, send]) => {
  const sendCommand = vi.fn<(...args: unknown[]) => Promise<unknown>>(async () => null)
  Object.defineProperty(client, 'sendCommand', { value: sendCommand })
  const port = portOf(client)
  await port?.get('key')
  await port?.send('time', 'key', [])
  await port?.send('evalsha', 'key', ['sha', '1', 'key', 'argument'])
  expect(sendCommand.mock.calls).toEqual([
    [...get, ['get', 'key'], BYTES],
    [...send, ['time'], BYTES],
    [...send, ['evalsha', 'sha', '1', 'key', 'argument'], BYTES],
  ])
  // The key must be there: the client spreads these options over its own.
  expect(Object.keys(sendCommand.mock.calls[0]?.at(-1) as object)).toContain('timeout')
})

describe.each([
  ['node-redis 6', () => createClient({ url: server.url })],
  ['node-redis 6 with its own options', () => limited(createClient({ url: server.url }))],
  ['node-redis 5', () => createClient5({ url: server.url })],
])('%s', (_, make) => {
  test('makes no timer or signal for a command', async () => {
    const client = make()
    await client.connect()
    const store = redisStore({ client })
    const key = fresh('key')
    await store.create(key, recordOf(store))
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    await store.read(key)
    await store.remove(key, null)
    expect(timeout).not.toHaveBeenCalled()
    await client.ping()
    timeout.mockRestore()
    client.destroy()
  })
})

function limited(client: ReturnType<typeof createClient>) {
  return client.withCommandOptions({ timeout: 3000 }) as typeof client
}

test('while it is not connected, a client keeps its own limit on waiting', async () => {
  const client = createClient({
    url: 'redis://127.0.0.1:1',
    commandOptions: { timeout: 20 },
    socket: { reconnectStrategy: 10 },
  })
  client.on('error', () => {})
  client.connect().catch(() => {})
  await expect(redisStore({ client }).read('key')).rejects.toThrow(/could not be used/)
  client.destroy()
})

test.each([
  ['ioredis 6', () => new Ioredis(server.port, { keyPrefix: 'app:', stringNumbers: true })],
  ['ioredis 5', () => new Ioredis5(server.port, { keyPrefix: 'app:', stringNumbers: true })],
])('%s with a key prefix uses it for every operation', async (_, make) => {
  const client = make()
  const store = redisStore({ client })
  const key = fresh('key')
  const record = recordOf(store)
  expect(await store.create(key, record)).toBe('created')
  expect(await store.read(key)).toEqual(record)
  expect(await server.cli('exists', `app:${key}`)).toBe(1)
  const { familyHash, touchedAt } = record
  const touch = { familyHash, edition: 0, at: touchedAt + 1, active: true, writeId: 'w' }
  expect(await store.touch(key, touch)).toMatchObject({ touchedAt: touchedAt + 1, edition: 0 })
  expect(await store.remove(key, null)).toBe('removed')
  client.disconnect()
})

test.each([
  ['ioredis 6', () => new Ioredis(server.port, { keyPrefix: 'app*:' })],
  ['ioredis 5', () => new Ioredis5(server.port, { keyPrefix: 'app*:' })],
])('%s with a key prefix is scanned behind it', async (_, make) => {
  const client = make()
  const store = redisStore({ client })
  const prefix = fresh('set')
  const record = recordOf(store)
  await store.create(prefix + record.id, record)
  await server.cli('copy', `app*:${prefix}${record.id}`, `apple:${prefix}${record.id}`)
  expect(await scanned(store, prefix)).toEqual([record])
  client.disconnect()
})

const none = async () => null

test('a client that cannot scan says so, when it is asked to', async () => {
  const wrapped = { getBuffer: none, timeBuffer: none, evalshaBuffer: none, evalBuffer: none }
  await expect(scanned(redisStore({ client: wrapped }), 'x')).rejects.toThrow(
    /scan: the client knows no server/,
  )
})

async function scanned(store: Store, prefix: string): Promise<SessionRecord[]> {
  const records: SessionRecord[] = []
  for await (const step of store.scan?.(prefix) ?? []) records.push(...step.records)
  return records
}

test.each([undefined, null, 1, 'redis://', {}, { get: () => null }, { getBuffer: () => null }])(
  '%j is no client',
  (value) => {
    expect(portOf(value)).toBeUndefined()
  },
)

test('a client that gives text for bytes is an error, not an empty session', async () => {
  const client = { sendCommand: async () => 'text' }
  await expect(redisStore({ client }).read('key')).rejects.toThrow(/string where bytes belong/)
})
