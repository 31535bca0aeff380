import { createHmac } from 'node:crypto'
import { type SessionRecord, revisionOf } from '../../src/record/record.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Store, expectedOf, isRecord, isTombstone } from '../../src/store/store.ts'
import { type Data, type DataSessions, SECRET } from '../support/app.ts'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import type { RedisServer } from '../support/redis-server.ts'
import { besideForeign } from '../support/stepped.ts'
import { cookieOf } from '../support/timed.ts'
import type { Connect } from './clients.ts'

export type DataSession = Awaited<ReturnType<DataSessions['open']>>

/** How long ago whatever lies there was used last, and its cookie. */
const IDLE_MS = 5000

/** One Redis and two ways to it: one on which nothing goes wrong, and one on which it may. */
export interface Scene {
  readonly store: Store
  readonly sessions: DataSessions
  /** Everything this scene keeps is under it. */
  readonly prefix: string
  readonly options: Partial<SessionOptions<Data>>
  readonly direct: Store
  readonly directly: DataSessions
  /** Stores a session, and gives its cookie. */
  visitor(data?: Data, flash?: readonly string[]): Promise<string>
  signedIn(principal?: string): Promise<string>
  /** The cookie of a session that another library has stored (option `migrate`). */
  old(): Promise<string>
  /** The cookie was promoted so many milliseconds earlier than it was. */
  promotedEarlier(cookie: string, ms: number): Promise<void>
  /** What lies there, in words that are the same in every run. */
  look(): Promise<string>
}

/** What the keys of the other library begin with. */
const OLD = 'sess:'

/** A client that is not connected again by then never will be. */
const LONGEST_CALMING_MS = 30_000

let scenes = 0

export interface Made extends Scene {
  readonly proxy: FaultProxy
  /** Nothing that was begun is under way any more, on whatever way. */
  untilCalm(): Promise<void>
  end(): Promise<void>
}

export async function makeScene(
  server: RedisServer,
  direct: Store,
  connect: Connect,
  given: Partial<SessionOptions<Data>>,
): Promise<Made> {
  const prefix = `scene-${++scenes}:`
  const proxy = await startFaultProxy(server.port)
  const connected = await connect(proxy.port)
  const { store } = connected
  const options = { secret: SECRET, prefix, ...given }
  const there = { store, prefix, options, direct }
  const made = { ...there, sessions: createSessions<Data>({ ...options, store }) }
  return {
    ...sceneOn(server, made),
    proxy,
    async untilCalm() {
      proxy.heal()
      // A connection that is used again has sent what it still had to send.
      const until = performance.now() + LONGEST_CALMING_MS
      while ((await store.read('calm').catch(() => 'failed')) === 'failed') {
        if (performance.now() > until) throw new Error('its client does not come back')
        await new Promise(setImmediate)
      }
    },
    async end() {
      proxy.heal()
      await connected.end()
      proxy.close()
    },
  }
}

/** A scene in which one operation follows the other, each by a look at what lies there. */
export function watchedScene(
  server: RedisServer,
  direct: Store,
  given: Partial<SessionOptions<Data>>,
  seen: (operation: string, look: string) => void,
): Scene {
  const prefix = `scene-${++scenes}:`
  const options = { secret: SECRET, prefix, ...given }
  const plain: Record<string, unknown> = {
    ...besideForeign(direct, new Map()),
    readForeign: async (key: string) => direct.readForeign?.(key),
    removeForeign: async (key: string) => direct.removeForeign?.(key),
  }
  const watched: Record<string, unknown> = {
    ...plain,
    scan: (keys: string) => direct.scan?.(keys),
  }
  let before: Promise<unknown> = Promise.resolve()
  for (const [name, operation] of Object.entries(plain)) {
    if (name === 'now' || typeof operation !== 'function') continue
    watched[name] = (...args: unknown[]) => {
      const turn = before.then(async () => {
        const answer: unknown = await operation(...args)
        seen(name, await scene.look())
        return answer
      })
      before = turn.catch(() => undefined)
      return turn
    }
  }
  const store = watched as unknown as Store
  const sessions = createSessions<Data>({ ...options, store })
  const scene = sceneOn(server, { store, sessions, prefix, options, direct })
  return scene
}

function sceneOn(
  server: RedisServer,
  given: Pick<Scene, 'store' | 'sessions' | 'prefix' | 'options' | 'direct'>,
): Scene {
  const { direct, prefix, options } = given
  const first = new Map<string, SessionRecord>()
  // Otherwise a session is put a little into the past, and is the same in each run.
  const directly = createSessions<Data>({
    secret: SECRET,
    ...options,
    store: direct,
    storeTimeoutMs: 20_000,
  })

  async function note(session: DataSession): Promise<string> {
    const { setCookie } = await directly.commit(session)
    await change(session.id, ({ touchedAt, promotedAt }) => ({
      touchedAt: touchedAt - IDLE_MS,
      promotedAt: promotedAt - IDLE_MS,
    }))
    return cookieOf(setCookie)
  }

  async function change(
    id: string,
    to: (record: SessionRecord) => Partial<SessionRecord>,
  ): Promise<void> {
    const key = prefix + id
    const record = await direct.read(key)
    if (!isRecord(record)) throw new Error('there is no such session')
    const next = { ...record, ...to(record), writes: [`${revisionOf(record)}x`] }
    await direct.replace(key, expectedOf(record), next)
    first.set(id, next)
  }

  return {
    ...given,
    directly,
    async visitor(data = { n: 1 }, flash = []) {
      const session = await directly.open()
      Object.assign(session, data)
      for (const message of flash) session.pushFlash(message)
      return note(session)
    },
    async signedIn(principal = 'ada') {
      const session = await directly.open()
      session['n'] = 1
      await session.signIn(principal, { keep: ['n'] })
      return note(session)
    },
    async old() {
      const stored = { cookie: { originalMaxAge: null }, n: 1 }
      await server.cli('set', `${OLD}${prefix}old`, JSON.stringify(stored))
      const signature = createHmac('sha256', SECRET).update(`${prefix}old`).digest('base64')
      const value = `s:${prefix}old.${signature.replace(/=+$/, '')}`
      return `connect.sid=${encodeURIComponent(value)}`
    },
    async promotedEarlier(cookie, ms) {
      const { id } = await directly.open(cookie)
      await change(id, ({ promotedAt }) => ({ promotedAt: promotedAt - ms }))
    },
    async look() {
      const keys = (await server.cli('keys', `*${prefix}*`)) as string[]
      const lines = await Promise.all(keys.map((key) => tell(direct, prefix, key, first)))
      return lines.toSorted().join('\n')
    },
  }
}

async function tell(
  direct: Store,
  prefix: string,
  key: string,
  first: ReadonlyMap<string, SessionRecord>,
): Promise<string> {
  if (key.startsWith(OLD)) return 'the record of another library'
  const name = key.slice(prefix.length)
  if (name.includes(':')) return `${name}: ${(await direct.listed?.(key))?.length} listed`
  const found = await direct.read(key)
  if (isTombstone(found)) return `ended: ${found.ended.reason}`
  if (!isRecord(found)) return found
  const before = first.get(found.id)
  const { data, flash, timeoutMs, principal, edition, familyHash, touchedAt, promotedAt } = found
  return [
    before === undefined ? 'new session' : 'session',
    `data ${String(data)}`,
    `flash ${String(flash ?? 'none').replaceAll(/\["[^"]*",/g, '[')}`,
    `timeout ${timeoutMs / 1000} s`,
    `of ${principal}`,
    before?.familyHash === familyHash ? `edition ${edition}` : `another family, edition ${edition}`,
    before !== undefined && touchedAt > before.touchedAt ? 'touched' : 'untouched',
    before !== undefined && promotedAt > before.promotedAt ? 'promoted' : 'as it was',
  ].join(', ')
}
