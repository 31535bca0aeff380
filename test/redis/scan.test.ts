import { GlideClient } from '@valkey/valkey-glide'
import { Cluster, Redis as Ioredis } from 'ioredis'
import { Cluster as Cluster5, Redis as Ioredis5 } from 'ioredis5'
import { createClient, createClientPool, createCluster } from 'redis'
import { createClient as createClient5, createCluster as createCluster5 } from 'redis5'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RedisClient } from '../../src/store/redis/port.ts'
import { recommendedClientOptions, redisStore } from '../../src/store/redis/redis-store.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET } from '../support/app.ts'
import { type RedisCluster, startCluster } from '../support/redis-cluster.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { scannedIds } from '../support/summaries.ts'

interface Made {
  readonly client: RedisClient
  readonly end: () => unknown
}
interface Emitter {
  on(event: 'error', listener: () => void): unknown
}
type Make = (port: number) => Promise<Made>

const SINGLE: Record<string, Make> = {
  'node-redis 6': (port) => connected(createClient(at(port))),
  'node-redis 5': (port) => connected(createClient5(at(port))),
  'a pool of node-redis 6': (port) => connected(createClientPool(at(port))),
  'ioredis 6': async (port) => connecting(new Ioredis(port)),
  'ioredis 6 with auto-pipelining': async (port) =>
    connecting(new Ioredis(port, { enableAutoPipelining: true })),
  'ioredis 5': async (port) => connecting(new Ioredis5(port)),
  GLIDE: async (port) => {
    const addresses = [{ host: '127.0.0.1', port }]
    const client = await GlideClient.createClient({ addresses, ...recommendedClientOptions.glide })
    return { client, end: () => client.close() }
  },
}

const CLUSTER: Record<string, Make> = {
  'node-redis 6': (port) => connected(createCluster({ rootNodes: [at(port)] })),
  'node-redis 6 with few connections': (port) =>
    connected(createCluster({ rootNodes: [at(port)], minimizeConnections: true })),
  'node-redis 5': (port) => connected(createCluster5({ rootNodes: [at(port)] })),
  'ioredis 6': async (port) => connecting(new Cluster([at(port).url])),
  'ioredis 6 with a key prefix': async (port) =>
    connecting(new Cluster([at(port).url], { keyPrefix: '[app]:' })),
  'ioredis 5': async (port) => connecting(new Cluster5([at(port).url])),
  'ioredis 5 with a key prefix of its nodes': async (port) =>
    connecting(new Cluster5([at(port).url], { redisOptions: { keyPrefix: 'app:' } })),
}

function at(port: number): { url: string } {
  return { url: `redis://127.0.0.1:${port}` }
}

async function connected(
  client: RedisClient & Emitter & { connect(): Promise<unknown>; destroy(): unknown },
): Promise<Made> {
  client.on('error', () => undefined)
  await client.connect()
  return { client, end: () => client.destroy() }
}

function connecting(client: RedisClient & Emitter & { disconnect(): unknown }): Made {
  client.on('error', () => undefined)
  return { client, end: () => client.disconnect() }
}

function sessionsOn(client: RedisClient) {
  const store = redisStore({ client })
  return createSessions<Data>({ secret: SECRET, store, storeTimeoutMs: 15_000 })
}

/** Makes so many sessions; answers their ids. */
async function filled(client: RedisClient, count: number): Promise<string[]> {
  const sessions = sessionsOn(client)
  const ids: string[] = []
  for (let made = 0; made < count; made++) {
    const session = await sessions.open()
    if (made === 0) await session.signIn('ada')
    session['n'] = made
    await sessions.commit(session)
    ids.push(session.id)
  }
  return ids.toSorted()
}

describe('one server is scanned', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(async () => server.stop())
  beforeEach(async () => void (await server.cli('flushall')))
  const connect = () => connected(createClient({ url: server.url }))

  test.each(Object.entries(SINGLE))('with %s', async (_, make) => {
    const { client, end } = await make(server.port)
    const ids = await filled(client, 25)
    const found = await scannedIds(sessionsOn(client))
    await end()
    expect(found).toEqual(ids)
  })

  test('from settings, and connected for it', async () => {
    const { client, end } = await connect()
    const ids = await filled(client, 5)
    await end()
    const store = redisStore({ url: server.url })
    const sessions = createSessions<Data>({ secret: SECRET, store, storeTimeoutMs: 15_000 })
    const found = await scannedIds(sessions)
    await sessions.close()
    expect(found).toEqual(ids)
    await expect(scannedIds(sessions)).rejects.toThrow(/the store is closed/)
  })

  test('in steps, each of which looks at few keys, other keys without reading them', async () => {
    await server.cli('eval', `for i = 1, 5000 do redis.call('set', 'other:' .. i, i) end`, '0')
    const { client, end } = await connect()
    await server.resetStats()
    let keys = 0
    for await (const step of redisStore({ client }).scan?.('session:') ?? []) {
      expect(step.records).toEqual([])
      keys += step.keys
    }
    await end()
    expect(keys).toBeGreaterThanOrEqual(5000)
    const { scan, get } = await server.commandStats()
    expect([Number(scan) > 5000 / 250, get]).toEqual([true, undefined])
  })

  test('past what is no session of this version', async () => {
    const { client, end } = await connect()
    await server.cli('set', 'session:a-newer-one', 'sojourn2 a-newer-one something')
    await server.cli('set', 'session:a-foreign-one', '{}')
    await server.cli('hset', 'session:another-type', 'field', 'value')
    await server.cli('set', 'session:🦊', 'x')
    const ids = await filled(client, 3)
    const found = await scannedIds(sessionsOn(client))
    await end()
    expect(found).toEqual(ids)
  })
})

describe('every master of a cluster is scanned', () => {
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = await startCluster()
  })
  afterAll(async () => cluster.stop())
  beforeEach(async () => {
    await Promise.all(cluster.nodes.map((node) => node.cli('flushall')))
  })

  test.each(Object.entries(CLUSTER))('with %s', async (_, make) => {
    const { client, end } = await make(cluster.nodes[1]?.port ?? 0)
    const ids = await filled(client, 40)
    const found = await scannedIds(sessionsOn(client))
    await end()
    const sizes = await Promise.all(cluster.nodes.map((node) => node.cli('dbsize')))
    expect(sizes).not.toContain(0)
    expect(found).toEqual(ids)
  })
})
