import { Redis as Ioredis } from 'ioredis'
import { Redis as Ioredis5 } from 'ioredis5'
import { createClient } from 'redis'
import { createClient as createClient5 } from 'redis5'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type RedisClient, redisStore } from '../../src/store/redis/redis-store.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { watching } from '../support/watching.ts'
import { sessionsOn, stored, subscribers, untilTold } from './watching-redis.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
beforeEach(async () => void (await server.cli('flushall')))
afterAll(async () => server.stop())

interface Made {
  readonly client: RedisClient
  readonly end: () => unknown
}

type Make = (port?: number) => Promise<Made>

const nodeRedis =
  (create: typeof createClient, options: object): Make =>
  async (port = server.port) => {
    const client = create({ ...options, url: `redis://127.0.0.1:${port}` })
    client.on('error', () => {})
    await client.connect()
    return { client, end: () => client.destroy() }
  }

const ioredis =
  (Redis: typeof Ioredis, options: object): Make =>
  async (port = server.port) => {
    const client = new Redis({ ...options, port })
    client.on('error', () => {})
    await client.ping()
    return { client, end: () => client.disconnect() }
  }

const createClient5As6 = createClient5 as unknown as typeof createClient
const Ioredis5As6 = Ioredis5 as unknown as typeof Ioredis

interface Subject {
  readonly name: string
  readonly make: Make
  readonly keyPrefix?: string
}

const CLIENTS: readonly Subject[] = [
  { name: 'node-redis 6', make: nodeRedis(createClient, {}) },
  { name: 'node-redis 6 over RESP2', make: nodeRedis(createClient, { RESP: 2 }) },
  { name: 'node-redis 5', make: nodeRedis(createClient5As6, {}) },
  { name: 'ioredis 6', make: ioredis(Ioredis, {}) },
  { name: 'ioredis 6 over RESP2', make: ioredis(Ioredis, { protocol: 2 }) },
  {
    name: 'ioredis 6 with a key prefix',
    make: ioredis(Ioredis, { keyPrefix: 'app:' }),
    keyPrefix: 'app:',
  },
  { name: 'ioredis 5', make: ioredis(Ioredis5As6, {}) },
  {
    name: 'ioredis 5 with unusual settings',
    make: ioredis(Ioredis5As6, { keyPrefix: 'a:', db: 3, lazyConnect: true, commandTimeout: 900 }),
    keyPrefix: 'a:',
  },
]

describe.each(CLIENTS)('watches over $name', ({ make, keyPrefix = '' }) => {
  /** Two nodes, each with a client of its own. */
  async function begin() {
    const [mine, theirs] = await Promise.all([make(), make()])
    onTestFinished(() => [mine, theirs].forEach(({ end }) => end()))
    const here = sessionsOn(redisStore({ client: mine.client }))
    const there = sessionsOn(redisStore({ client: theirs.client }))
    return { here, there, session: await stored(there) }
  }

  test('hear within a second that another node ended a session, and read nothing before', async () => {
    const { here, session } = await begin()
    const told = watching(here, session.id)
    await untilTold(server)
    const endedAt = performance.now()
    await session.end()
    expect(await told.once()).toEqual({ id: session.id, reason: 'ended' })
    expect(told.at - endedAt).toBeLessThan(1000)
  })

  test('hear within a second that another node revoked a session, and why', async () => {
    const { here, there, session } = await begin()
    const told = watching(here, session.id)
    await untilTold(server)
    const why = 'the password was changed'
    const endedAt = performance.now()
    expect(await there.revoke(session.id, { reason: why })).toBe(true)
    expect(await told.once()).toEqual({ id: session.id, reason: 'revoked', why })
    expect(told.at - endedAt).toBeLessThan(1000)
  })

  test('hear that a timeout was adjusted to be shorter', async () => {
    const { here, session } = await begin()
    const told = watching(here, session.id)
    await untilTold(server)
    const adjustedAt = performance.now()
    await session.adjust(1)
    expect(await told.once()).toEqual({ id: session.id, reason: 'expired' })
    expect(told.at - adjustedAt).toBeLessThan(2100)
  })

  test('miss nothing that happened while their connection was lost', async () => {
    const { here, session } = await begin()
    const told = watching(here, session.id)
    await untilTold(server)
    await server.cli('client', 'kill', 'type', 'pubsub')
    const lostAt = performance.now()
    // Nothing is published about this.
    await server.cli('flushall')
    expect(await told.once()).toEqual({ id: session.id, reason: 'ended' })
    expect(told.at - lostAt).toBeLessThan(1000)
  })

  test('have one connection, of their own, and only while there are any', async () => {
    const { here, there, session } = await begin()
    expect(await subscribers(server)).toBe(0)
    const told = [watching(here, session.id)]
    for (let count = 0; count < 20; count++) {
      told.push(watching(here, (await stored(there)).id))
    }
    await untilTold(server)
    expect(await subscribers(server)).toBe(1)
    expect(await server.cli('pubsub', 'numsub', `${keyPrefix}session:${session.id}`)).toContain(1)
    for (const each of told) each.unsubscribe()
    await expect.poll(() => subscribers(server)).toBe(0)
    watching(here, session.id)
    await untilTold(server)
    await here.close()
    await expect.poll(() => subscribers(server)).toBe(0)
    // The application's own client was never put into subscriber mode, nor closed.
    await session.end()
    expect((await there.open()).isNew).toBe(true)
  })
})
