import type { CrossOriginGuardOptions } from '../../src/guard/cross-origin.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { decodeData } from '../../src/record/codec.ts'
import type { Session } from '../../src/session/members.ts'
import { type Sessions, createSessions } from '../../src/sessions.ts'
import type { Store } from '../../src/store/store.ts'
import { LatchStore } from '../support/latch-store.ts'
import type { Data, Driver, Handle, Served, Turn } from './driver.ts'
import { COOKIE, Visitor } from './visitor.ts'

export type Pages = Readonly<Record<string, Handle>>

/**
 * Behaviours every adapter must have, by the sentence that says it. `quiet` is the same stage with
 * `cookieOnException: false`.
 */
export type Cases = Readonly<Record<string, (stage: Stage, quiet: Stage) => Promise<void>>>

/** A store of the suite, with keys of its own for each driver. */
export interface StoreUnderTest {
  readonly name: string
  open(): Store
}

/** What `/look` shows of a session. */
export interface Look {
  readonly id: string
  readonly isNew: boolean
  readonly timeout: number
  readonly data: Data
}

/** What lies in the store for one session. */
export interface Stored {
  readonly id: string
  readonly timeout: number
  readonly data: Data
}

export const SECRET = 'a secret of the conformance suite, long enough'

/** The pages every case has. */
const common: Pages = {
  '/plain': async () => ({ body: 'welcome' }),
  '/look': async ({ session }) => ({ body: JSON.stringify(lookAt(session)) }),
  '/begin': async ({ session }) => {
    Object.assign(session, { user: 'ada', cart: { items: ['tea'] } })
    return { body: session.id }
  },
  '/rotate': async ({ session }) => {
    session.rotate()
    return { body: 'rotated' }
  },
  '/out': async ({ session }) => {
    session.invalidate()
    return { body: 'signed out' }
  },
}

/** What `/begin` stores. */
export const BEGUN: Data = { user: 'ada', cart: { items: ['tea'] } }

/** One driver's server over one store. Each case brings its pages. */
export class Stage {
  readonly sessions: Sessions<Data>
  readonly store: LatchStore
  readonly #driver: Driver
  readonly #tested: StoreUnderTest
  readonly #prefix: string
  readonly #beside: Stage[] = []
  #served: Served | undefined
  #pages: Pages = common

  constructor(driver: Driver, store: StoreUnderTest, options: Partial<SessionOptions<Data>> = {}) {
    this.#driver = driver
    this.#tested = store
    this.#prefix = `${driver.name} on ${store.name}:`.replaceAll(' ', '-')
    this.store = new LatchStore(store.open())
    this.sessions = createSessions<Data>({
      secret: SECRET,
      store: this.store,
      prefix: this.#prefix,
      cookie: { name: COOKIE },
      // Tests of trouble make the store fail; a busy machine must not.
      storeTimeoutMs: 10_000,
      ...options,
    })
  }

  async open(guard?: CrossOriginGuardOptions): Promise<this> {
    this.#served = await this.#driver.serve(this.sessions, (turn) => this.#handle(turn), guard)
    return this
  }

  /** Another application under the same adapter, until the case is over. */
  async beside(
    options: Partial<SessionOptions<Data>>,
    guard?: CrossOriginGuardOptions,
  ): Promise<Stage> {
    const stage = await new Stage(this.#driver, this.#tested, options).open(guard)
    this.#beside.push(stage)
    return stage
  }

  async close(): Promise<void> {
    await this.#served?.close()
  }

  get alwaysVaries(): boolean {
    return this.#driver.alwaysVaries === true
  }

  get failsOutOfSight(): boolean {
    return this.#driver.failsOutOfSight === true
  }

  /** The pages of one case, by path, beside those every case has. */
  show(pages: Pages): void {
    this.#pages = { ...common, ...pages }
  }

  visitor(): Visitor {
    if (this.#served === undefined) throw new Error('the stage is not open')
    return new Visitor(this.#served.port, this.#driver.protocol)
  }

  /** A visitor who has a session, with what `/begin` stores. */
  async begun(): Promise<Visitor> {
    const visitor = this.visitor()
    await visitor.post('/begin')
    return visitor
  }

  async stored(): Promise<Stored[]> {
    const records = await this.store.records()
    return records.map(({ id, timeoutMs, data }) => {
      return { id, timeout: timeoutMs / 1000, data: decodeData(data) }
    })
  }

  /** Removes what a case left. */
  async clear(): Promise<void> {
    this.#pages = common
    for (const stage of this.#beside.splice(0)) {
      await stage.clear()
      await stage.close()
    }
    for (const { id, principal } of await this.store.records()) {
      await this.store.remove(this.#prefix + id, principal)
    }
  }

  async #handle(turn: Turn): ReturnType<Handle> {
    const page = this.#pages[turn.path]
    if (page === undefined) throw new Error(`no page ${turn.path}`)
    return page(turn)
  }
}

function lookAt(session: Session<Data>): Look {
  const { id, isNew, timeout } = session
  return { id, isNew, timeout, data: { ...session } }
}

/** What a visitor sees of its session. */
export async function look(visitor: Visitor): Promise<Look> {
  const { status, text } = await visitor.get('/look')
  if (status !== 200) throw new Error(`/look answered ${status} ${text}`)
  return JSON.parse(text) as Look
}
