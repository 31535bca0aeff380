import { Redis as Ioredis } from 'ioredis'
import { Redis as Ioredis5 } from 'ioredis5'
import { createClient } from 'redis'
import { createClient as createClient5 } from 'redis5'
import { expect, onTestFinished } from 'vitest'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import type { NearCache } from '../../src/store/redis/near-cache.ts'
import type { RedisClient } from '../../src/store/redis/port.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { type Data, type DataSessions, SECRET } from '../support/app.ts'
import { type Made, connected, connecting } from '../support/made-client.ts'
import type { RedisServer } from '../support/redis-server.ts'
import { cookieOf } from '../support/timed.ts'

/** Every client that a near cache can be had with, as it would be made. */
export const CLIENTS: Record<string, (port: number) => Promise<Made>> = {
  'node-redis 6': (port) => connected(createClient({ socket: { port } })),
  'node-redis 6, RESP2': (port) => connected(createClient({ socket: { port }, RESP: 2 })),
  'node-redis 5, RESP3': (port) => connected(createClient5({ socket: { port }, RESP: 3 })),
  'node-redis 5': (port) => connected(createClient5({ socket: { port } })),
  'ioredis 6': async (port) => connecting(new Ioredis(port)),
  'ioredis 6 with auto-pipelining and a prefix': async (port) =>
    connecting(new Ioredis(port, { enableAutoPipelining: true, keyPrefix: 'app:' })),
  'ioredis 5': async (port) => connecting(new Ioredis5(port)),
}

export async function clientOf(name: string, port: number): Promise<RedisClient> {
  const { client, end } = await (CLIENTS[name] as (typeof CLIENTS)[string])(port)
  onTestFinished(() => void end())
  return client
}

/** One process with a near cache; its client connects to `port`, a server's or a proxy's. */
export async function near(
  port: number,
  {
    client = 'node-redis 6',
    nearCache = {},
    ...options
  }: Partial<SessionOptions<Data>> & { client?: string; nearCache?: NearCache } = {},
): Promise<DataSessions> {
  const store = redisStore({ client: await clientOf(client, port), nearCache })
  const sessions = createSessions<Data>({ secret: SECRET, store, ...options })
  onTestFinished(() => sessions.close())
  return sessions
}

/** A session with `n` = 1; gives its cookie. */
export async function begin(on: DataSessions, principal?: string): Promise<string> {
  const session = await on.open()
  session['n'] = 1
  if (principal !== undefined) await session.signIn(principal, { keep: ['n'] })
  return cookieOf((await on.commit(session)).setCookie)
}

/** One request that only looks: what it found under `n`. */
export async function look(on: DataSessions, cookie: string, options = {}): Promise<unknown> {
  const session = await on.open(cookie, undefined, options)
  const { n } = { ...session }
  await on.commit(session)
  return n
}

export async function set(on: DataSessions, cookie: string, key: string, value: unknown) {
  const session = await on.open(cookie)
  session[key] = value
  return on.commit(session)
}

export async function gets(server: RedisServer): Promise<number> {
  return (await server.commandStats())['get'] ?? 0
}

/** Resolves when a session is read without a command. */
export async function untilHeld(on: DataSessions, cookie: string, server: RedisServer) {
  async function asked(): Promise<number> {
    await server.resetStats()
    await look(on, cookie)
    return gets(server)
  }
  await expect.poll(asked, { interval: 5, timeout: 10_000 }).toBe(0)
}
