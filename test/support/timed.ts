import type { SessionOptions } from '../../src/options/options.ts'
import { type Sessions, createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { type Data, SECRET } from './app.ts'
import { parseSetCookie } from './browser-jar.ts'
import { LatchStore } from './latch-store.ts'
import { besideForeign } from './stepped.ts'

export const START = 1_800_000_000_000

/** Sessions on a clock that stands until it is told, and one session on them, with `n` = 1. */
export async function beginTimed(options: Partial<SessionOptions<Data>> = {}) {
  let now = START
  const store = new LatchStore(memoryStore({ now: () => now }))
  const sessions = createSessions<Data>({ secret: SECRET, store, ...options })
  const first = await sessions.open()
  first['n'] = 1
  const header = cookieOf((await sessions.commit(first)).setCookie)
  return {
    store,
    sessions,
    header,
    pass: (seconds: number) => void (now += seconds * 1000),
    /** One request that only looks. */
    look: (openOptions = {}) => look(sessions, header, openOptions),
  }
}

/** What a browser sends back of a Set-Cookie. */
export function cookieOf(setCookie: string | undefined): string {
  const { name, value } = parseSetCookie(setCookie ?? '')
  return `${name}=${value}`
}

export async function look(sessions: Sessions<Data>, header: string, openOptions: object = {}) {
  const session = await sessions.open(header, undefined, openOptions)
  const result = await sessions.commit(session)
  return { alive: session['n'] === 1, session, ...result }
}

/** A store by a clock of its own, which lets no key expire by itself when that runs ahead. */
export function byClock(store: Store, clock: { readonly now: number }): Store {
  return { ...besideForeign(store, new Map()), now: () => clock.now }
}
