import type { AddressInfo } from 'node:net'
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { onTestFinished } from 'vitest'
import { type FastifySession, session } from '../../src/adapters/fastify.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, type DataSessions, SECRET } from './app.ts'
import { Browser } from './browser-jar.ts'
import { LatchStore } from './latch-store.ts'

export interface FastifyApp {
  readonly app: FastifyInstance
  readonly store: LatchStore
  readonly sessions: DataSessions
  readonly browser: Browser
}

/** Listens with sessions in a store that tests can hold, and what `routes` adds. */
export async function startFastify(
  routes: (app: FastifyInstance, sessions: DataSessions) => unknown,
  options: Partial<SessionOptions<Data>> = {},
  server: FastifyServerOptions = {},
): Promise<FastifyApp> {
  const store = new LatchStore(memoryStore())
  const sessions = createSessions<Data>({ secret: SECRET, store, ...options })
  const app = fastify(server)
  app.register(session, { sessions })
  await routes(app, sessions)
  return { app, store, sessions, browser: await browserOf(app) }
}

/** Listens until the test is over. */
export async function browserOf(app: FastifyInstance): Promise<Browser> {
  onTestFinished(() => app.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  return new Browser((app.server.address() as AddressInfo).port)
}

/** The session as these tests see it: any key, any value. */
export function sessionOf(request: object, property = 'session'): FastifySession<Data> {
  return (request as Data)[property] as FastifySession<Data>
}
