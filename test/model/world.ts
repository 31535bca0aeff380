import { hashFamily } from '../../src/cookie/credential.ts'
import type { CommitResult } from '../../src/index.ts'
import { type SessionRecord, expiryOf } from '../../src/record/record.ts'
import { type Store, isRecord } from '../../src/store/store.ts'
import { Asked, type Shown } from './asked.ts'
import { Names, ownerOf } from './names.ts'
import { type OnStore, type Stage, BEGIN } from './stage.ts'

/** One run of a scenario, in which one move after the other is made. */
export class World {
  readonly stage: Stage
  readonly store: Store
  readonly asked: readonly Asked[]
  readonly jar = new Map<string, string>()
  readonly names = new Names()
  seconds = 0
  /** The first thing that went wrong. */
  wrong: string | undefined
  /** Sessions whose end the store has confirmed. */
  readonly ended = new Set<string>()
  /** Every cookie that was handed out, the first and its successor included. */
  readonly issued: string[]
  /** How many update() calls have resolved, by session and key. */
  readonly increments = new Map<string, number>()
  /** Records that were created in this run. */
  readonly created = new Set<string>()
  /** The faults that may still happen. */
  readonly left: { twice: number; crash: number; lose: number }

  constructor(stage: Stage, store: Store) {
    const { faults, requests, noCookie } = stage.scenario
    this.stage = stage
    this.store = store
    this.asked = requests.map((plan, at) => new Asked(plan, at))
    this.issued = [stage.cookie, stage.successor]
    this.left = { twice: 0, crash: 0, lose: 0, ...faults }
    if (!noCookie) this.keep(stage.cookie)
    stage.clock.now = BEGIN
  }

  async begin(): Promise<void> {
    const { key, record } = this.stage
    if (record !== undefined) await this.store.create(key, record)
  }

  /** What lies in the store, if it has not expired. */
  async record(key: string): Promise<SessionRecord | undefined> {
    const found = await this.store.read(key)
    return isRecord(found) && expiryOf(found) > this.stage.clock.now ? found : undefined
  }

  wentWrong(what: string): void {
    this.wrong ??= what
  }

  /** The run is over: nobody goes on. */
  stop(): void {
    for (const { actor } of this.asked) actor?.die()
  }

  opened(asked: Asked, { id, principal, stored }: Shown): void {
    if (!stored) return
    if (this.ended.has(id) && !this.stage.scenario.oneId) {
      this.wentWrong('P1 a session was opened whose end had been confirmed')
    }
    if (asked.plan.by === 'attacker' && principal !== null && principal !== 'mallory') {
      if (this.stage.scenario.start?.principal === undefined) {
        this.wentWrong(`P3 the attacker is signed in as ${principal}`)
      }
    }
  }

  /** Event `replayed` or `rejected`. */
  refused(asked: Asked, why: string): void {
    const { accepted, lateReplays } = this.stage.scenario
    asked.refused = why
    if (asked.plan.by === 'attacker') return
    if (why === 'replayed' && !lateReplays) {
      this.wentWrong('P4 a request of the browser is reported as a replay')
    }
    if (accepted && this.ended.size === 0) {
      this.wentWrong(`P4 a request of the browser is refused: ${why}`)
    }
  }

  draftShown({ conflict, families }: Asked): void {
    if (conflict !== '' && !families.has(conflict)) {
      this.wentWrong('P3 update() showed the record of another family')
    }
  }

  incremented(id: string, key: string): void {
    const counter = `${id} ${key}`
    this.increments.set(counter, (this.increments.get(counter) ?? 0) + 1)
  }

  answered(asked: Asked, result: CommitResult): void {
    if (asked.phase !== 'running') return
    asked.result = result
    asked.outcome = result.outcome
    asked.phase = 'answered'
    asked.times.answered = this.seconds
  }

  /** What the browser sends. */
  get jarHeader(): string {
    return [...this.jar].map((pair) => pair.join('=')).join('; ')
  }

  /** Whether a cookie, as `name=value`, is of the family in a record. */
  isOf(cookie: string, record: SessionRecord | undefined): boolean {
    const family = cookie.split('.')[1] ?? ''
    return record !== undefined && hashFamily(family) === record.familyHash
  }

  /** Whether a cookie opens a session now; asking changes nothing. */
  async opens(cookie: string): Promise<boolean> {
    return (await this.look(cookie)).stored
  }

  /** What a Cookie header opens now; asking changes nothing. */
  async look(cookie: string): Promise<Shown> {
    const { store } = this
    const looking: Store = {
      now: () => store.now(),
      read: (key) => store.read(key),
      touch: async () => ({ status: 'gone' }),
      create: () => Promise.reject(new Error('looking creates nothing')),
      replace: () => Promise.reject(new Error('looking replaces nothing')),
      remove: () => Promise.reject(new Error('looking removes nothing')),
    }
    const request: OnStore = { store: looking }
    const session = await this.stage.nodes.first.open(cookie, request, { local: false })
    const { id, principal, isNew } = session
    return { id, principal, stored: !isNew }
  }

  /** All that decides what can still happen and what is checked, as text. */
  async state(): Promise<string> {
    const keys = [this.stage.key, ...this.created]
    const records = await Promise.all(keys.map((key) => this.store.read(key)))
    const { names } = this
    return JSON.stringify([
      this.seconds,
      records.map((found) => (isRecord(found) ? names.record(found, 'start') : typeof found)),
      [...this.jar].map((pair) => names.cookie(pair.join('='), 'start')),
      this.issued.map((cookie) => names.cookie(cookie, 'start')).toSorted(),
      [...this.ended].map((id) => names.in(id, 'start')).toSorted(),
      [...this.increments].map(([counter, count]) => names.in(`${counter} ${count}`, 'start')),
      this.left,
      this.asked.map((asked) => stateOf(asked, names)),
    ])
  }

  tick(): void {
    this.seconds++
    this.stage.clock.now += 1000
  }

  /** The browser takes a cookie. */
  keep(pair: string): void {
    const [name = '', value = ''] = pair.split('=')
    this.jar.set(name, value)
  }
}

export function pairOf(setCookie: string): string {
  return setCookie.split(';')[0] ?? ''
}

/** What it knows, while it is at work; afterwards, how it ended. */
function stateOf(asked: Asked, names: Names): unknown {
  const { phase, outcome, refused, result, shown, rotated, ended, popped, signedIn } = asked
  const by = ownerOf(asked.at)
  const line = [result?.setCookie, result?.otherCookie].map((cookie) =>
    names.cookie(cookie ?? '', by),
  )
  const facts = [
    phase,
    outcome,
    refused,
    rotated,
    ended,
    shown?.stored,
    popped.length,
    signedIn,
    line,
  ]
  return phase === 'running' || phase === 'answered'
    ? [facts, asked.times, names.cookie(asked.cookie, 'start'), asked.history, asked.repeating]
    : facts
}
