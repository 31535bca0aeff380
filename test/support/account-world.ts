import { expect } from 'vitest'
import type { SessionOptions } from '../../src/options/options.ts'
import { type Sessions, createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { fakeClock } from '../../src/testing/testing.ts'
import { type Data, SECRET } from './app.ts'
import { LatchStore } from './latch-store.ts'
import { besideForeign } from './stepped.ts'
import { cookieOf } from './timed.ts'

export type Limit = SessionOptions<Data>['maxPerPrincipal']

const LIST = 'session:of:ada'
/** Longer than a sign-in that has been listed may still be on its way to its record. */
const SETTLED_SECONDS = 60

/** One store, many nodes. Every millisecond it is asked for the time is another one. */
export interface World {
  /** What all nodes share. */
  readonly store: Store
  /** A node's way to it may be another one, which each use of its sessions names. */
  readonly sessions: Sessions<Data>
  /** A visitor with a session, and its cookie. */
  visitor(): Promise<string>
  /** Ada with a session, and its cookie. */
  signedIn(): Promise<string>
  signIn(store: Store, cookie?: string): Promise<string>
  /** Nobody is signed in whom the list does not have. */
  expectListed(): Promise<void>
  /** After a list() some time later, the list has those who are signed in, and nothing else. */
  expectHealed(): Promise<void>
  /** How many sessions of hers live. */
  count(): Promise<number>
}

export function world(maxPerPrincipal?: Limit): World {
  const clock = fakeClock()
  const now = () => {
    clock.advance(0.001)
    return clock.now()
  }
  const latch = new LatchStore(memoryStore({ now }))
  const store = besideForeign(latch, new Map())
  const sessions = createSessions<Data>({
    secret: SECRET,
    store: { ...store, for: (request) => (request as { store: Store }).store },
    storeTimeoutMs: 1000,
    maxPerPrincipal,
  })

  async function signIn(by: Store, cookie?: string): Promise<string> {
    const session = await sessions.open(cookie, { store: by })
    await session.signIn('ada', { keep: ['cart'] })
    return cookieOf((await sessions.commit(session)).setCookie)
  }

  async function living(): Promise<string[]> {
    const records = await latch.records()
    return records.filter(({ principal }) => principal === 'ada').map(({ id }) => id)
  }

  async function listed(): Promise<string[]> {
    const members = await latch.listed(LIST)
    return members.map((member) => String(member.split('.')[0]))
  }

  return {
    store,
    sessions,
    signIn,
    async visitor() {
      const session = await sessions.open(undefined, { store })
      session['cart'] = ['tea']
      return cookieOf((await sessions.commit(session)).setCookie)
    },
    signedIn: () => signIn(store),
    async expectListed() {
      expect(await listed()).toEqual(expect.arrayContaining(await living()))
    },
    async expectHealed() {
      clock.advance(SETTLED_SECONDS)
      const list = await sessions.of('ada', { request: { store } }).list()
      const its = (await living()).toSorted()
      expect(list.map(({ id }) => id).toSorted()).toEqual(its)
      expect((await listed()).toSorted()).toEqual(its)
    },
    count: async () => (await living()).length,
  }
}
