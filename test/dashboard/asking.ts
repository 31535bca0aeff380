import type { DashboardOptions, SessionsDashboard } from '../../src/dashboard/dashboard.ts'
import { sessionsDashboard } from '../../src/dashboard/dashboard.ts'
import { to } from '../../src/dashboard/parts.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { type Sessions, createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, SECRET } from '../support/app.ts'
import { LatchStore } from '../support/latch-store.ts'
import { cookieOf } from '../support/timed.ts'

/** Where the tests ask; the dashboard does not know. */
export const AT = 'https://shop.example/ops/sessions'

export type Query = Parameters<typeof to>[0]

export interface Shown {
  readonly status: number
  readonly headers: Headers
  readonly html: string
  /** What a reader sees of the main part, in words. */
  readonly words: string
}

/** A dashboard that lets everybody in, unless told otherwise, and a way to ask it. */
export function operate(sessions: Sessions<Data>, options: Partial<DashboardOptions> = {}) {
  const dashboard = sessionsDashboard(sessions, {
    authorize: () => true,
    onError: () => undefined,
    ...options,
  })
  return {
    dashboard,
    get: (query: Query = {}, init?: RequestInit) => ask(dashboard, query, init),
    post: (query: Query, headers: Readonly<Record<string, string>> = OWN) =>
      ask(dashboard, query, { method: 'POST', headers }),
  }
}

export const OWN = { 'sec-fetch-site': 'same-origin' }

async function ask(dashboard: SessionsDashboard, query: Query, init?: RequestInit): Promise<Shown> {
  const response = await dashboard.fetch(new Request(AT + to(query), init))
  const { status, headers } = response
  const html = await response.text()
  return { status, headers, html, words: wordsOf(html) }
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

function wordsOf(html: string): string {
  const main = /<main[^>]*>([^]*)<\/main>/.exec(html)?.[1] ?? html
  return main
    .replaceAll(/<\/?(?:bdi|time|span)(?: [^>]*)?>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

export async function visit(sessions: Sessions<Data>, data: Data = { cart: ['tea'] }) {
  const session = await sessions.open()
  Object.assign(session, data)
  const { setCookie } = await sessions.commit(session)
  return { id: session.id, cookie: cookieOf(setCookie) }
}

export async function signIn(sessions: Sessions<Data>, principal: string, options = {}) {
  const session = await sessions.open()
  await session.signIn(principal, options)
  const { setCookie } = await sessions.commit(session)
  return { id: session.id, cookie: cookieOf(setCookie) }
}

/** The same over a store in memory, which a test can hold up or let fail. */
export function begin(
  options: Partial<DashboardOptions> = {},
  settings: Partial<SessionOptions<Data>> = {},
) {
  const store = new LatchStore(memoryStore())
  const known = { secret: SECRET, store, storeTimeoutMs: 10_000, ...settings }
  const sessions = createSessions<Data>(known)
  const errors: unknown[] = []
  const onError = (error: unknown) => void errors.push(error)
  return { store, sessions, errors, ...operate(sessions, { onError, ...options }) }
}
