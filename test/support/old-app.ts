import { RedisStore } from 'connect-redis'
import express, { type Express, type Request, type Response } from 'express'
import expressSession, { type SessionOptions as OldOptions } from 'express-session'
import { createClient } from 'redis'
import { onTestFinished } from 'vitest'
import { type ExpressSessionOptions, expressSession as migrate } from '../../src/index.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { type App, type Data, type Pages, SECRET, errorPage, listen, startApp } from './app.ts'
import type { Browser } from './browser-jar.ts'
import type { RedisInUse } from './both-stores.ts'

export const OLD_SECRET = 'keyboard cat'

export const CART = { items: [{ name: 'tea', price: 2.5 }], note: 'größer', empty: null }

export type OldPage = (session: Data, request: Request) => unknown

export interface OldApp {
  readonly pages?: Readonly<Record<string, OldPage>>
  readonly options?: Partial<OldOptions>
  readonly store?: { readonly prefix?: string; readonly serializer?: unknown }
  readonly mount?: (app: Express) => void
}

/** The application before the switch: express-session and connect-redis, as they are installed. */
export async function startOldApp(url: string, old: OldApp = {}): Promise<App> {
  const client = createClient({ url })
  await client.connect()
  onTestFinished(() => client.destroy())
  const store = new RedisStore({ client, ...(old.store as object) })
  const fixed = { secret: OLD_SECRET, resave: false, saveUninitialized: false }
  const app = express()
  app.use(expressSession({ store, ...fixed, ...old.options }))
  app.use(express.json())
  old.mount?.(app)
  for (const [path, page] of Object.entries(old.pages ?? { in: signIn })) {
    app.all(`/${path}`, async (request: Request, response: Response) => {
      const shown = await page(request.session as unknown as Data, request)
      response.json(shown ?? null)
    })
  }
  app.use(errorPage([]))
  return listen(app as never)
}

function signIn(session: Data): void {
  Object.assign(session, { user: 'ada', cart: CART })
}

export interface Switch {
  readonly before?: OldApp
  readonly migrate?: Partial<ExpressSessionOptions>
  readonly after?: Partial<SessionOptions<Data>>
}

export interface Switched {
  /** The browser at the old application. */
  readonly old: Browser
  /** The same one at the new application, where it has not been yet. */
  readonly browser: Browser
  readonly sessions: ReturnType<typeof createSessions<Data>>
  readonly now: App
}

/** A browser signs in at the old application; then the new one takes its place. */
export async function switchOver(
  redis: RedisInUse,
  pages: Pages,
  change: Switch = {},
): Promise<Switched> {
  const old = (await startOldApp(redis.server.url, change.before)).browser()
  await old.get('/in')
  const sessions = createSessions<Data>({
    secret: SECRET,
    store: redis.store(),
    migrate: migrate({ secret: OLD_SECRET, ...change.migrate }),
    ...change.after,
  })
  const now = await startApp(sessions, pages)
  return { old, browser: old.copy(now.port), sessions, now }
}

/** The keys that match a pattern. */
export async function keysOf(redis: RedisInUse, pattern: string): Promise<string[]> {
  return (await redis.server.cli('keys', pattern)) as string[]
}

/** Changes the one old record, as it lies in Redis. */
export async function rewriteOldRecord(
  redis: RedisInUse,
  change: (record: { cookie: Data } & Data) => unknown,
): Promise<void> {
  const [key = ''] = await keysOf(redis, 'sess:*')
  const record = JSON.parse(String(await redis.server.cli('get', key))) as { cookie: Data }
  const text = change(record)
  const stored = typeof text === 'string' ? text : JSON.stringify(record)
  await redis.server.cli('set', key, stored, 'keepttl')
}
