import { createRequire } from 'node:module'
import Koa from 'koa'
import { type KoaSession, session } from '../../src/adapters/koa.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, type DataSessions, SECRET, listen } from './app.ts'
import type { Browser } from './browser-jar.ts'
import { LatchStore } from './latch-store.ts'

export const koa2 = createRequire(import.meta.url)('koa2') as typeof Koa

export const KOAS = [
  ['Koa 3', Koa],
  ['Koa 2', koa2],
] as const

export interface KoaApp {
  readonly app: Koa
  readonly sessions: DataSessions
  readonly store: LatchStore
  /** Every error the application heard of, by its event 'error'. */
  readonly errors: unknown[]
  readonly browser: Browser
}

/** Listens with sessions in a store that tests can hold, and what `routes` adds. */
export async function startKoa(
  Framework: typeof Koa,
  routes: (app: Koa, sessions: DataSessions) => unknown,
  options: Partial<SessionOptions<Data>> = {},
): Promise<KoaApp> {
  const store = new LatchStore(memoryStore())
  const sessions = createSessions<Data>({ secret: SECRET, store, ...options })
  const app = new Framework()
  app.use(session(sessions))
  routes(app, sessions)
  return { app, sessions, store, ...(await listenTo(app)) }
}

/** Listens until the test is over. */
export async function listenTo(app: Koa): Promise<Pick<KoaApp, 'browser' | 'errors'>> {
  const errors: unknown[] = []
  app.on('error', (error) => errors.push(error))
  const listener = app.callback()
  const served = await listen((request, response) => void listener(request, response))
  return { browser: served.browser(), errors }
}

/** The session as these tests see it: any key, any value. */
export function sessionOf(ctx: object, property = 'session'): KoaSession<Data> {
  return (ctx as Data)[property] as KoaSession<Data>
}
