import { Redis as Ioredis } from 'ioredis'
import { Redis as Ioredis5 } from 'ioredis5'
import { createClient, createClientPool } from 'redis'
import { createClient as createClient5 } from 'redis5'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { OptionError } from '../../src/errors.ts'
import { type RedisStoreOptions, redisStore } from '../../src/store/redis/redis-store.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET } from '../support/app.ts'
import { type Made, connected, connecting } from '../support/made-client.ts'
import type { RedisServer } from '../support/redis-server.ts'
import { type Replicated, startReplicated } from '../support/replicated.ts'
import { cookieOf } from '../support/timed.ts'

const CLIENTS: Record<string, (port: number) => Promise<Made>> = {
  'node-redis 6': (port) => connected(createClient({ socket: { port } })),
  'node-redis 5': (port) => connected(createClient5({ socket: { port } })),
  'ioredis 6 with auto-pipelining': async (port) =>
    connecting(new Ioredis(port, { enableAutoPipelining: true, keyPrefix: 'app:' })),
  'ioredis 5': async (port) => connecting(new Ioredis5(port)),
}

let running: Replicated | undefined
afterEach(async () => {
  await running?.stop()
  running = undefined
})

async function replicated(count = 1) {
  running = await startReplicated(count)
  return running
}

function sessionsOn(options: RedisStoreOptions) {
  const sessions = createSessions<Data>({
    secret: SECRET,
    store: redisStore(options),
    storeTimeoutMs: 10_000,
    epoch: true,
  })
  onTestFinished(() => sessions.close())
  async function begin(principal?: string): Promise<{ cookie: string; id: string }> {
    const session = await sessions.open()
    session['n'] = 1
    if (principal !== undefined) await session.signIn(principal)
    return { cookie: cookieOf((await sessions.commit(session)).setCookie), id: session.id }
  }
  async function signOut(cookie: string) {
    const session = await sessions.open(cookie)
    session.invalidate()
    return sessions.commit(session)
  }
  return { sessions, begin, signOut }
}

/** All that ends sessions. */
type Ends = ReturnType<typeof sessionsOn>
const ENDS: Record<string, (on: Ends, of: { cookie: string; id: string }) => Promise<unknown>> = {
  'a sign-out': ({ signOut }, { cookie }) => signOut(cookie),
  'a revocation': ({ sessions }, { id }) => sessions.revoke(id, { reason: 'x' }),
  'a revocation of all of one': ({ sessions }) =>
    sessions.of('ada').revokeAll({ reason: 'password changed' }),
  'a revocation of everything': ({ sessions }) => sessions.revokeEverything({ reason: 'leak' }),
}

function unconfirmed(count: number, of: number): unknown {
  const says = `done, but ${count} of ${of} replicas are known to have it`
  return expect.objectContaining({ operation: 'confirm', message: expect.stringContaining(says) })
}

async function failover(servers: Replicated): Promise<RedisServer> {
  const [next] = servers.replicas as [RedisServer]
  await servers.primary.stop()
  await servers.promote(next)
  return next
}

describe.each(Object.entries(CLIENTS))('durability over %s', (_, make) => {
  async function begin(durability: { replicas: number; timeoutMs?: number }) {
    const servers = await replicated()
    const { client, end } = await make(servers.primary.port)
    onTestFinished(() => void end())
    const on = sessionsOn({ client, durability })
    return { servers, on }
  }

  test.each(Object.entries(ENDS))('%s that is confirmed survives a failover', async (_, end) => {
    const { servers, on } = await begin({ replicas: 1, timeoutMs: 5000 })
    const session = await on.begin('ada')
    await end(on, session)
    const next = await failover(servers)
    const after = sessionsOn({ url: next.url })
    expect((await after.sessions.open(session.cookie)).isNew).toBe(true)
  })

  test.each(Object.entries(ENDS))('%s that no replica has is an error', async (_, end) => {
    const { servers, on } = await begin({ replicas: 1, timeoutMs: 50 })
    const session = await on.begin('ada')
    await servers.primary.cli('wait', '1', '5000')
    servers.replicas[0]?.pause()
    await expect(end(on, session)).rejects.toEqual(unconfirmed(0, 1))
    expect((await on.sessions.open(session.cookie)).isNew).toBe(true)
  })

  test('an end that is asked for again is confirmed again', async () => {
    const { servers, on } = await begin({ replicas: 1, timeoutMs: 50 })
    const { id } = await on.begin()
    await servers.primary.cli('wait', '1', '5000')
    servers.replicas[0]?.pause()
    const revoke = () => on.sessions.revoke(id, { reason: 'x' })
    await expect(revoke()).rejects.toEqual(unconfirmed(0, 1))
    await expect(revoke()).rejects.toEqual(unconfirmed(0, 1))
    servers.replicas[0]?.resume()
    await expect.poll(revoke, { timeout: 10_000 }).toBe(false)
  })

  test('a connection that is lost while it waits confirms nothing', async () => {
    const { servers, on } = await begin({ replicas: 1, timeoutMs: 9000 })
    const session = await on.begin()
    await servers.primary.cli('wait', '1', '5000')
    servers.replicas[0]?.pause()
    const ending = on.signOut(session.cookie).catch((error: unknown) => error)
    const waits = async () =>
      /flags=b.*cmd=wait/.test(String(await servers.primary.cli('client', 'list')))
    while (!(await waits())) await new Promise(setImmediate)
    await servers.primary.cli('client', 'kill', 'type', 'normal')
    expect(await ending).toEqual(unconfirmed(0, 1))
  })

  test('what ends no session does not wait', async () => {
    const { servers, on } = await begin({ replicas: 1, timeoutMs: 9000 })
    await servers.primary.resetStats()
    const { cookie } = await on.begin('ada')
    const session = await on.sessions.open(cookie)
    session['n'] = 2
    session.rotate()
    expect((await on.sessions.commit(session)).outcome).toBe('saved')
    expect(await servers.primary.commandStats()).not.toHaveProperty('wait')
  })
})

test('a store from settings is as durable, and closes what it opened', async () => {
  const servers = await replicated(2)
  const durability = { replicas: 2, timeoutMs: 5000 }
  const on = sessionsOn({ url: servers.primary.url, durability })
  const { cookie } = await on.begin()
  expect((await on.signOut(cookie)).outcome).toBe('destroyed')
  expect((await servers.primary.commandStats())['wait']).toBe(1)
  await on.sessions.close()
  const clients = async () => String(await servers.primary.cli('client', 'list', 'type', 'normal'))
  const count = async () => (await clients()).trim().split('\n').length
  await expect.poll(count, { timeout: 10_000 }).toBe(1)
})

test('one of two replicas is not two', async () => {
  const servers = await replicated(2)
  const on = sessionsOn({
    url: servers.primary.url,
    durability: { replicas: 2, timeoutMs: 2000 },
  })
  const { cookie } = await on.begin()
  await servers.primary.cli('wait', '2', '5000')
  servers.replicas[0]?.pause()
  await expect(on.signOut(cookie)).rejects.toEqual(unconfirmed(1, 2))
})

test('a client chosen per request is as durable, or says that it cannot be', async () => {
  const { primary } = await replicated()
  const { client, end } = await connected(createClient({ socket: { port: primary.port } }))
  onTestFinished(() => void end())
  const wrapper = { sendCommand: async () => null }
  const durability = { replicas: 1, timeoutMs: 5000 }
  const choose = (request: unknown) => ((request as { ok: boolean }).ok ? client : wrapper)
  const sessions = createSessions<Data>({
    secret: SECRET,
    store: redisStore({ client: choose, durability }),
  })
  const request = { ok: true }
  const session = await sessions.open(undefined, request)
  session['n'] = 1
  const cookie = cookieOf((await sessions.commit(session)).setCookie)
  expect(await sessions.revoke(session.id, { reason: 'x', request })).toBe(true)
  await expect(sessions.open(cookie, { ok: false })).rejects.toThrow('durability: needs a single')
  await sessions.close()
})

test.each<[unknown, string]>([
  [7, 'durability'],
  [null, 'durability'],
  [{}, 'durability.replicas'],
  [{ replicas: 0 }, 'durability.replicas'],
  [{ replicas: 1.5 }, 'durability.replicas'],
  [{ replicas: 1, timeoutMs: 0 }, 'durability.timeoutMs'],
  [{ replicas: 1, timeout: 1 }, 'durability.timeout'],
])('refuses %j', (durability, option) => {
  const make = () => redisStore({ port: 1, durability } as RedisStoreOptions)
  expect(make).toThrow(OptionError)
  expect(make).toThrow(expect.objectContaining({ option }))
})

test('a pool cannot confirm, and says so at once', () => {
  const client = createClientPool({ socket: { port: 1 } })
  expect(() => redisStore({ client, durability: { replicas: 1 } })).toThrow(
    'durability: needs a single client of the package redis or ioredis',
  )
})
