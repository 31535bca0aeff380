import { createSeal } from '../../src/cookie/credential.ts'
import { type Sessions, createSessions } from '../../src/sessions.ts'
import type { Store } from '../../src/store/store.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import type { Random } from '../../src/testing/random.ts'
import { LatchStore } from '../support/latch-store.ts'
import { parseSetCookie } from '../support/browser-jar.ts'
import { startRedis } from '../support/redis-server.ts'
import { type Campaign, type Figure, FuzzFailure, type Run, Tally, casesOf } from './campaign.ts'
import {
  type CookieName,
  NAME,
  NOW,
  PREFIX,
  SECRET,
  SIGNED_IN,
  seal,
  signatureOf,
  tokenFrom,
} from './known-sessions.ts'

/*
 * A client comes with a well-formed cookie it was never given and does all it can to be given a
 * session: writes, rotates, pushes flash messages, asks for a CSRF token. An id is adopted when a
 * record lies under it afterwards, or a cookie with it is set.
 */
export const wrongSecret: Campaign = {
  name: 'wrong-secret',
  claim: 'a cookie signed by another secret is not adopted, and asks nothing of the store',
  full: 1_000_000,
  quick: 5000,
  run: (run) => attempts(run, WRONGLY_SIGNED, inMemory),
}

export const unknownIds: Campaign = {
  name: 'unknown-ids',
  claim: 'a cookie signed by our own secret, for a session that does not exist, is not adopted',
  full: 1_000_000,
  quick: 5000,
  run: (run) => attempts(run, SIGNED, inMemory),
}

export const unknownIdsOnRedis: Campaign = {
  name: 'unknown-ids-on-redis',
  claim: 'nor is it on a real Redis',
  full: 50_000,
  quick: 300,
  async run(run) {
    const server = await startRedis()
    const store = redisStore({ url: server.url })
    try {
      return await attempts(run, SIGNED, () => store)
    } finally {
      await store.close?.()
      await server.stop()
    }
  },
}

type Data = Record<string, unknown>

const WRONG = [
  createSeal([`${SECRET}!`], PREFIX),
  createSeal([SECRET.toUpperCase()], PREFIX),
  createSeal([SECRET], 'sessions:'),
  { write: (_: CookieName, credential: Credential) => seal.write('sid', credential) },
  { write: (name: CookieName, credential: Credential) => seal.write(otherThan(name), credential) },
]

type Credential = Parameters<typeof seal.write>[1]

function otherThan(name: CookieName): CookieName {
  return name === NAME ? SIGNED_IN : NAME
}

interface Kind {
  readonly cookieFrom: (name: CookieName, random: Random) => string
  readonly readsAllowed: number
}

const SIGNED: Kind = {
  cookieFrom: (name, random) => seal.write(name, credentialFrom(random)),
  readsAllowed: 1,
}

/** By a secret that is not ours, or by ours for another prefix or cookie. */
const WRONGLY_SIGNED: Kind = {
  cookieFrom: (name, random) => random.oneOf(WRONG).write(name, credentialFrom(random)),
  readsAllowed: 0,
}

/** Now and then an id of another kind than ours: an application's own generator makes such. */
function credentialFrom(random: Random): Credential {
  const length = random.below(4) === 0 ? 1 + random.below(128) : 22
  const edition = random.below(4) === 0 ? random.below(1000) : 0
  return { id: tokenFrom(random, length), family: tokenFrom(random), edition }
}

/** Stores are left behind after so many cases: the sessions created after all pile up there. */
const CASES_PER_STORE = 20_000

async function attempts(run: Run, kind: Kind, makeStore: () => Store): Promise<Figure[]> {
  const tally = new Tally()
  let stage = newStage(makeStore())
  for (const [at, random] of casesOf(run)) {
    if (stage.cases++ === CASES_PER_STORE) stage = newStage(makeStore())
    const name = random.oneOf<CookieName>([NAME, SIGNED_IN])
    const cookie = kind.cookieFrom(name, random)
    const work = random.oneOf(WORKS)
    const problem = await problemWith(stage, `${name}=${cookie}`, work, kind.readsAllowed)
    if (problem !== undefined) {
      const shown = cookie.replace(signatureOf(cookie), '<its signature>')
      throw new FuzzFailure(run, at, problem, `${work.name}: ${shown}`)
    }
    tally.add(work.creates === 'yes' ? 'created under an id of our own' : 'created nothing')
  }
  return [...tally.figures, { what: 'ids adopted', value: '0' }]
}

interface Stage {
  readonly store: LatchStore
  readonly sessions: Sessions<Data>
  cases: number
}

function inMemory(): Store {
  return memoryStore({ now: () => NOW })
}

function newStage(inner: Store): Stage {
  const store = new LatchStore(inner)
  const sessions = createSessions<Data>({ secret: SECRET, store, cookie: { name: NAME } })
  return { store, sessions, cases: 1 }
}

type Opened = Awaited<ReturnType<Sessions<Data>['open']>>

interface Work {
  readonly name: string
  readonly creates: 'yes' | 'no'
  readonly on: (session: Opened) => unknown
}

/** What the page does with the session it was given. */
const WORKS: readonly Work[] = [
  { name: 'look', creates: 'no', on: (session) => session['user'] },
  { name: 'rotate', creates: 'no', on: (session) => session.rotate() },
  { name: 'clear', creates: 'no', on: (session) => session.clear() },
  { name: 'pop', creates: 'no', on: (session) => session.popFlash() },
  { name: 'write', creates: 'yes', on: (session) => (session['user'] = 'ada') },
  { name: 'adjust', creates: 'yes', on: (session) => session.adjustTimeoutForSession(60) },
  { name: 'flash', creates: 'yes', on: (session) => session.pushFlash('hello') },
  { name: 'token', creates: 'yes', on: (session) => session.getCsrfToken() },
  { name: 'update', creates: 'yes', on: (session) => session.update((draft) => (draft['n'] = 1)) },
  {
    name: 'invalidate, then write',
    creates: 'yes',
    on: (session) => {
      session.invalidate()
      session['user'] = 'ada'
    },
  },
]

async function problemWith(
  { store, sessions }: Stage,
  cookie: string,
  { on, creates }: Work,
  readsAllowed: number,
): Promise<string | undefined> {
  const [chosen = ''] = cookie.slice(cookie.indexOf('=') + 1).split('.')
  const { read, create } = store.calls
  const session = await sessions.open(cookie)
  if (!session.isNew) return 'it opened a session'
  if (session.id === chosen) return 'the new session has the id of the cookie'
  if (store.calls.read - read > readsAllowed) return 'it asked the store'
  await on(session)
  const { outcome, setCookie } = await sessions.commit(session)
  if (store.calls.create - create !== Number(creates === 'yes')) return `it ended as ${outcome}`
  if ((await store.read(PREFIX + chosen)) !== 'absent') return 'a record lies under its id'
  const given = setCookie === undefined ? '' : parseSetCookie(setCookie).value
  return given.startsWith(`${chosen}.`) ? 'it was given a cookie with its id' : undefined
}
