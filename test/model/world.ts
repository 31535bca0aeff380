import { hashFamily } from '../../src/cookie/credential.ts'
import type { CommitResult } from '../../src/index.ts'
import { type SessionRecord, expiryOf } from '../../src/record/record.ts'
import type { Store } from '../../src/store/store.ts'
import { parseSetCookie } from '../support/browser-jar.ts'
import { Actor, atRest } from '../support/stepped.ts'
import { Asked, type Shown } from './asked.ts'
import { serve } from './handler.ts'
import { Names, ownerOf } from './names.ts'
import { observe } from './observe.ts'
import { responseProblem } from './response.ts'
import { type OnStore, type Stage, BEGIN } from './stage.ts'

/** One thing that can happen next. */
export interface Choice {
  readonly label: string
  /** It is no fault and no tick of the clock. */
  readonly plain: boolean
  readonly take: () => unknown
}

/** One run of a scenario, in which one choice after the other is made. */
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
  #left: { twice: number; crash: number; lose: number }

  constructor(stage: Stage, store: Store) {
    const { faults, requests, noCookie } = stage.scenario
    this.stage = stage
    this.store = store
    this.asked = requests.map((plan, at) => new Asked(plan, at))
    this.issued = [stage.cookie, stage.successor]
    this.#left = { twice: 0, crash: 0, lose: 0, ...faults }
    if (!noCookie) this.#keep(stage.cookie)
    stage.clock.now = BEGIN
  }

  async begin(): Promise<void> {
    const { key, record } = this.stage
    if (record !== undefined) await this.store.create(key, record)
  }

  /** What lies in the store, if it has not expired. */
  async record(key: string): Promise<SessionRecord | undefined> {
    const found = await this.store.read(key)
    if (typeof found === 'string' || expiryOf(found) <= this.stage.clock.now) return undefined
    return found
  }

  /** Everything that can happen now. */
  choices(): Choice[] {
    const choices = this.asked.flatMap((asked) => this.#choicesOf(asked))
    if (this.#mayPass()) {
      choices.push({ label: `second ${this.seconds + 1}`, plain: false, take: () => this.#tick() })
    }
    return choices
  }

  wentWrong(what: string): void {
    this.wrong ??= what
  }

  /** The node died, or the run is over: nobody goes on. */
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
    return !session.isNew
  }

  /** All that decides what can still happen and what is checked, as text. */
  async state(): Promise<string> {
    const keys = [this.stage.key, ...this.created]
    const records = await Promise.all(keys.map((key) => this.store.read(key)))
    const { names } = this
    return JSON.stringify([
      this.seconds,
      records.map((found) => (typeof found === 'string' ? found : names.record(found, 'start'))),
      [...this.jar].map((pair) => names.cookie(pair.join('='), 'start')),
      this.issued.map((cookie) => names.cookie(cookie, 'start')).toSorted(),
      [...this.ended].map((id) => names.in(id, 'start')).toSorted(),
      [...this.increments].map(([counter, count]) => names.in(`${counter} ${count}`, 'start')),
      this.#left,
      this.asked.map((asked) => stateOf(asked, names)),
    ])
  }

  #choicesOf(asked: Asked): Choice[] {
    const { name, phase, actor } = asked
    if (phase === 'idle') return this.#mayBegin(asked) ? [this.#sending(asked)] : []
    if (phase === 'answered') {
      const label = `the response of ${name} arrives: ${asked.outcome}`
      const arrives = { label, plain: true, take: () => this.#arrive(asked) }
      return [
        arrives,
        ...this.#fault('lose', `the response of ${name} is lost`, () => this.#lose(asked)),
      ]
    }
    if (phase !== 'running' || actor === undefined) return []
    return [
      ...actor.waiting.flatMap(({ name: operation }, at) => [
        {
          label: `${name}: ${operation}`,
          plain: true,
          take: () => this.#step(asked, actor, at),
        },
        ...(asked.repeating !== undefined || operation === 'read' || operation === 'slow'
          ? []
          : this.#fault('twice', `${name}: ${operation}, its reply is lost`, () =>
              this.#stepInVain(asked, actor, at),
            )),
      ]),
      ...this.#fault('crash', `${name}: its node dies`, () => this.#crash(asked, actor)),
    ]
  }

  #fault(kind: 'twice' | 'crash' | 'lose', label: string, happen: () => unknown): Choice[] {
    if (this.#left[kind] === 0) return []
    const take = () => {
      this.#left = { ...this.#left, [kind]: this.#left[kind] - 1 }
      return happen()
    }
    return [{ label, plain: false, take }]
  }

  #mayBegin({ plan }: Asked): boolean {
    return plan.after === undefined || this.asked[plan.after]?.isOver === true
  }

  #sending(asked: Asked): Choice {
    const take = async () => {
      const { plan } = asked
      const { cookie, successor, scenario } = this.stage
      const copied = plan.successor ? successor : cookie
      asked.cookie = plan.by === 'attacker' ? copied : this.jarHeader
      for (const [, family] of asked.cookie.matchAll(/=[\w-]+\.([\w-]{22})\./g)) {
        asked.families.add(hashFamily(family as string))
      }
      asked.phase = 'running'
      asked.times.sent = this.seconds
      const actor = new Actor(observe(this, asked), async (stepped, self) => {
        asked.store = stepped
        asked.actor = self
        await serve(this, asked)
      })
      await atRest()
      if (scenario.quick && asked.phase === 'running') await this.#step(asked, actor, 0)
      else await this.#concluded(asked)
    }
    return { label: `${asked.name} is sent`, plain: true, take }
  }

  async #step(asked: Asked, actor: Actor, at: number): Promise<void> {
    if (actor.waiting[at]?.name === 'slow') asked.history.push(`goes on at ${this.seconds}`)
    try {
      await actor.step(at)
    } catch {
      asked.outcome = 'error'
      asked.phase = 'lost'
    }
    await this.#concluded(asked)
  }

  /** Looks at a response that has just been given. */
  async #concluded(asked: Asked): Promise<void> {
    const { phase, result } = asked
    if (phase !== 'answered' || result === undefined) return
    this.wrong ??= await responseProblem(this, asked, result)
    if (result.setCookie !== undefined) this.issued.push(pairOf(result.setCookie))
    if (this.stage.scenario.quick) this.#arrive(asked)
  }

  async #stepInVain(asked: Asked, actor: Actor, at: number): Promise<void> {
    asked.repeating = { executed: false, done: false }
    await actor.stepInVain(at)
  }

  #crash(asked: Asked, actor: Actor): void {
    asked.outcome = 'crash'
    asked.phase = 'lost'
    actor.die()
  }

  #lose(asked: Asked): void {
    asked.phase = 'lost'
  }

  #arrive(asked: Asked): void {
    asked.phase = 'done'
    const setCookie = asked.result?.setCookie
    if (setCookie === undefined || asked.plan.by === 'attacker') return
    const { name, attributes } = parseSetCookie(setCookie)
    if (attributes['max-age'] === '0') this.jar.delete(name)
    else this.#keep(pairOf(setCookie))
  }

  #keep(pair: string): void {
    const [name = '', value = ''] = pair.split('=')
    this.jar.set(name, value)
  }

  /** No request, handler or response takes longer than `delivery`. */
  #mayPass(): boolean {
    const { seconds, prompt, delivery = Number.POSITIVE_INFINITY } = this.stage.scenario
    if (this.seconds >= seconds) return false
    const isBusy = ({ actor, phase }: Asked) =>
      phase === 'running' && actor?.waiting.some(({ name }) => name !== 'slow') === true
    if (prompt && this.asked.some(isBusy)) return false
    return this.asked.every(({ phase, times }) => {
      const since = phase === 'running' ? (times.opened ?? times.sent) : times.answered
      const waits = phase === 'running' || phase === 'answered'
      return !waits || this.seconds - (since ?? 0) < delivery
    })
  }

  #tick(): void {
    this.seconds++
    this.stage.clock.now += 1000
  }
}

function pairOf(setCookie: string): string {
  return setCookie.split(';')[0] ?? ''
}

/** What it knows, while it is at work; afterwards, how it ended. */
function stateOf(asked: Asked, names: Names): unknown {
  const { phase, outcome, refused, result, shown, rotated, ended, popped } = asked
  const by = ownerOf(asked.at)
  const line = result?.setCookie && names.cookie(result.setCookie, by)
  const facts = [phase, outcome, refused, rotated, ended, shown?.stored, popped.length, line]
  return phase === 'running' || phase === 'answered'
    ? [facts, asked.times, names.cookie(asked.cookie, 'start'), asked.history, asked.repeating]
    : facts
}
