import { subscribe } from 'node:diagnostics_channel'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { GoneError, StoreError } from '../../src/errors.ts'
import type { SessionEventMessage } from '../../src/events.ts'
import type { CommitResult } from '../../src/index.ts'
import { type SessionObject, stateOf } from '../../src/session/session.ts'
import type { SessionState } from '../../src/session/state.ts'
import type { DataSessions } from '../support/app.ts'
import type { DataSession } from '../faults/scene.ts'
import type { Act, Changes, Operation, Seen } from './history.ts'
import type { Step } from './job.ts'

const KEPT = ['n']
const COUNTER = 'n'

/** The cookies that were refused of each request, and why. */
const rejections = new WeakMap<object, { id: string; reason: string }[]>()
for (const event of ['rejected', 'replayed']) {
  subscribe(`sojourn:${event}`, (message) => {
    const { id = '', reason, request } = message as SessionEventMessage
    rejections.get(request as object)?.push({ id, reason: reason ?? event })
  })
}

/** Microseconds by a clock that all processes share. */
export function now(): number {
  return Number(process.hrtime.bigint() / 1000n)
}

interface Mutable extends Omit<Operation, 'answeredAt'> {
  answeredAt: number | null
}

/** One request, which notes what it did to which session, and what it was told. */
export class RecordedRequest {
  readonly operations: Mutable[] = []
  readonly #by: string
  readonly #sessions: DataSessions
  #session!: DataSession
  /** The data as they were when a write was sent last. */
  #sent: Readonly<Record<string, unknown>> = {}
  #pushed: string[] = []
  #popped: string[] = []
  #timeout: number | undefined
  #rotates = false
  /** Writes without an answer: they are sent again before any other. */
  #doubts: Mutable[] = []
  /** What invalidate() has to remove. */
  #removal: { id: string; principal: string | null; family: string } | undefined
  /** Of the session it was opened with, or has begun. */
  #id = ''
  #family = ''
  #over = false

  /**
   * Connections are cut: what was carried out, and sent again when the session was over, is told
   * `gone` as well.
   */
  readonly #mayRepeat: boolean

  constructor(sessions: DataSessions, by: string, mayRepeat: boolean) {
    this.#sessions = sessions
    this.#by = by
    this.#mayRepeat = mayRepeat
  }

  get #state(): SessionState {
    return stateOf(this.#session as unknown as SessionObject)
  }

  async open(header: string): Promise<boolean> {
    const request = {}
    const rejected: { id: string; reason: string }[] = []
    rejections.set(request, rejected)
    const invokedAt = now()
    try {
      this.#session = await this.#sessions.open(header === '' ? undefined : header, request)
    } catch (error) {
      if (error instanceof StoreError) return false
      throw error
    }
    const answeredAt = now()
    for (const { id, reason } of rejected) {
      const family = familyIn(header, id)
      if (reason === 'replayed') throw new Error('a cookie of the browser was taken for a replay')
      const seen = reason === 'rotated' ? 'refused' : 'absent'
      this.#note(id, { kind: 'open', family, seen }, invokedAt, answeredAt)
      if (seen === 'refused') [this.#id, this.#family] = [id, family]
    }
    const { base } = this.#state
    if (base === undefined) return true
    this.#id = base.record.id
    this.#family = this.#state.family
    this.#sent = { ...this.#session }
    const act = { kind: 'open', family: this.#family, seen: this.#seen() } as const
    this.#note(this.#id, act, invokedAt, answeredAt)
    return true
  }

  async act(step: Exclude<Step, readonly ['until', string]>): Promise<void> {
    const session = this.#session
    if (this.#over) return
    switch (step[0]) {
      case 'set':
        session[step[1]] = step[2]
        break
      case 'delete':
        Reflect.deleteProperty(session, step[1])
        break
      case 'push':
        session.pushFlash(step[1])
        this.#pushed.push(step[1])
        break
      case 'pop':
        this.#pop()
        break
      case 'adjust':
        session.adjustTimeoutForSession(step[1])
        this.#timeout = step[1]
        break
      case 'rotate':
        session.rotate()
        this.#rotates = this.#state.base !== undefined || this.#doubts.length > 0
        break
      case 'save':
        await this.#write(() => session.save())
        break
      case 'update':
        await this.#update()
        break
      case 'signIn':
        await this.#signIn(step[1])
        break
      case 'invalidate':
        this.#invalidate()
        break
      case 'signOut':
        this.#invalidate()
        await this.#write(() => session.save())
        break
      case 'pause':
        for (let turn = 0; turn < step[1]; turn++) await nextTurn()
    }
  }

  async commit(): Promise<readonly string[]> {
    let result: CommitResult | undefined
    await this.#write(async () => {
      result = await this.#sessions.commit(this.#session)
      return result.outcome
    })
    return [result?.setCookie, result?.otherCookie].filter((line) => line !== undefined)
  }

  #pop(): void {
    const messages = this.#session.popFlash() as string[]
    for (const message of messages) {
      if (this.#pushed.includes(message)) {
        this.#pushed = this.#pushed.filter((other) => other !== message)
      } else {
        this.#popped.push(message)
      }
    }
  }

  #invalidate(): void {
    const { base } = this.#state
    if (base !== undefined) {
      const { id, principal } = base.record
      this.#removal ??= { id, principal, family: this.#family }
      // Two in one request are not told apart here.
      if (this.#removal.id !== id) return
    }
    this.#session.invalidate()
    this.#doubts = []
    this.#sent = {}
    this.#id = ''
    this.#forget()
  }

  /** Nothing is wanted beside the data. */
  #forget(): void {
    this.#pushed = []
    this.#popped = []
    this.#timeout = undefined
    this.#rotates = false
  }

  /** What a write would bring now. */
  #changes(): Changes {
    const data: Record<string, unknown> = {}
    const current = { ...this.#session } as Record<string, unknown>
    for (const key of Object.keys(current)) {
      if (current[key] !== this.#sent[key]) data[key] = current[key]
    }
    for (const key of Object.keys(this.#sent)) if (!(key in current)) data[key] = null
    const { family } = this.#state.wishes
    return {
      data,
      pushed: [...this.#pushed],
      popped: [...this.#popped],
      ...(this.#timeout !== undefined && { timeout: this.#timeout }),
      ...(this.#rotates && family !== undefined && { rotatesTo: family }),
    }
  }

  #seen(): Seen {
    const { timeout, principal } = this.#session
    const flash = this.#session.peekFlash() as string[]
    return { data: { ...this.#session }, flash, timeout, principal }
  }

  async #write(send: () => Promise<string>): Promise<void> {
    if (this.#over) return
    const changes = this.#changes()
    const { base, standing, unanswered } = this.#state
    const refused = standing === 'refused'
    const first = base === undefined && !refused ? this.#seen() : undefined
    const wants = !isNothing(changes)
    const invokedAt = now()
    const outcome = await outcomeOf(send)
    const answeredAt = outcome === 'unknown' ? null : now()
    this.#followId(invokedAt)
    if (this.#removal !== undefined) this.#removed(outcome, invokedAt, answeredAt)
    if (outcome === 'gone') {
      if (this.#id !== '' && this.#removal === undefined) {
        const write = { kind: 'write', family: this.#held, changes } as const
        this.#gone(wants && !refused ? write : undefined, invokedAt, answeredAt)
      }
      this.#over ||= this.#removal !== undefined
      return
    }
    if (outcome === 'unknown' && this.#removal !== undefined) this.#over = true
    this.#removal = undefined
    if (this.#over) return
    if (outcome !== 'unknown') this.#resolve(answeredAt)
    // What goes first has no answer yet: nothing else was sent.
    else if (unanswered !== undefined && this.#state.unanswered?.draft === unanswered.draft) return
    if (wants && !refused) {
      this.#sent = { ...this.#session }
      this.#forget()
      const act = this.#actOf(changes, first)
      if (act !== undefined) this.#noteWrite(act, invokedAt, answeredAt)
    }
  }

  #actOf(changes: Changes, first: Seen | undefined): Act | undefined {
    if (first === undefined || this.#doubts.length > 0 || this.#id !== '') {
      return { kind: 'write', family: this.#held, changes }
    }
    this.#id = this.#session.id
    this.#family = this.#state.family
    return { kind: 'create', family: this.#family, first }
  }

  #removed(outcome: string, invokedAt: number, answeredAt: number | null): void {
    const { id, principal } = this.#removal as { id: string; principal: string | null }
    const kind = outcome === 'gone' ? 'removeRefused' : 'remove'
    this.#note(id, { kind, principal }, invokedAt, answeredAt)
  }

  /**
   * A sign-in without an answer has taken the id of the session that it was to begin, and of which
   * nobody has a cookie: what was sent there is sent again, to a session of another id.
   */
  #followId(invokedAt: number): void {
    const { id } = this.#session
    if (this.#doubts[0]?.act.kind !== 'create' || id === this.#id) return
    this.#id = id
    this.#doubts = this.#doubts.map(({ act }) => this.#note(id, act, invokedAt, null))
  }

  /** The store has answered: what was sent before has been done, too. */
  #resolve(answeredAt: number | null): void {
    for (const doubt of this.#doubts.splice(0)) {
      doubt.answeredAt = answeredAt
      this.#follow(doubt.act)
    }
  }

  #noteWrite(act: Act, invokedAt: number, answeredAt: number | null): void {
    const noted = this.#note(this.#id, act, invokedAt, answeredAt)
    if (answeredAt === null) this.#doubts.push(noted)
    else this.#follow(act)
  }

  #follow(act: Act): void {
    this.#family = familyAfter(this.#family, act)
  }

  /** The family that a write meets: what has no answer goes first. */
  get #held(): string {
    return this.#doubts.reduce((family, { act }) => familyAfter(family, act), this.#family)
  }

  async #update(): Promise<void> {
    const { base, standing } = this.#state
    if (base === undefined && standing !== 'refused') return
    let found = 0
    const invokedAt = now()
    const outcome = await outcomeOf(async () => {
      await this.#session.update((draft) => {
        found = Number(draft[COUNTER] ?? 0)
        draft[COUNTER] = found + 1
      })
      return 'saved'
    })
    const answeredAt = outcome === 'unknown' ? null : now()
    if (outcome !== 'unknown' && outcome !== 'gone') {
      this.#resolve(answeredAt)
      this.#sent = { ...this.#sent, [COUNTER]: found + 1 }
    }
    const act = { kind: 'update', family: this.#held, key: COUNTER, found } as const
    if (outcome === 'gone') this.#gone(act, invokedAt, answeredAt)
    else this.#note(this.#id, act, invokedAt, answeredAt)
  }

  async #signIn(principal: string): Promise<void> {
    if (this.#removal !== undefined) return
    const all = this.#changes()
    // Which a write that got no answer may have begun: that goes first, again.
    const hasBegun = this.#state.base !== undefined || this.#doubts.length > 0
    const keep = this.#session.principal === principal ? null : KEPT
    const data = Object.fromEntries(
      Object.entries(all.data).filter(([key]) => keep === null || keep.includes(key)),
    )
    const invokedAt = now()
    const outcome = await outcomeOf(async () => {
      await this.#session.signIn(principal, { keep: KEPT })
      return 'saved'
    })
    const answeredAt = outcome === 'unknown' ? null : now()
    if (hasBegun) this.#followId(invokedAt)
    if (outcome === 'unknown' || outcome === 'gone') {
      if (!hasBegun) return
      const changes = { ...all, data, rotatesTo: `unknown at ${invokedAt}` }
      const act = { kind: 'signIn', family: this.#held, principal, keep, changes } as const
      if (outcome === 'gone') this.#gone(act, invokedAt, answeredAt)
      else this.#note(this.#id, act, invokedAt, null)
      return
    }
    const { family, id } = { family: this.#state.family, id: this.#session.id }
    if (hasBegun && id === this.#id) this.#resolve(answeredAt)
    if (!hasBegun || id !== this.#id) {
      // Of its own session it was told that it is not there; or it came with none.
      if (hasBegun) {
        // Whether that session has what was sent to it before, nobody was told.
        this.#doubts = []
        this.#note(this.#id, { kind: 'gone', family: this.#family }, invokedAt, answeredAt)
      }
      this.#note(id, { kind: 'create', family, first: this.#seen() }, invokedAt, answeredAt)
    } else {
      const changes = { ...all, data, rotatesTo: family }
      const act = { kind: 'signIn', family: this.#held, principal, keep, changes } as const
      this.#note(id, act, invokedAt, answeredAt)
    }
    this.#id = id
    this.#family = family
    this.#sent = { ...this.#session }
    this.#forget()
  }

  #gone(act: Act | undefined, invokedAt: number, answeredAt: number | null): void {
    if (act !== undefined && this.#mayRepeat) this.#note(this.#id, act, invokedAt, null)
    this.#note(this.#id, { kind: 'gone', family: this.#family }, invokedAt, answeredAt)
  }

  #note(id: string, act: Act, invokedAt: number, answeredAt: number | null): Mutable {
    const noted = { id, by: this.#by, act, invokedAt, answeredAt }
    this.operations.push(noted)
    return noted
  }
}

/** A word of the store, or that there was none. */
async function outcomeOf(send: () => Promise<string>): Promise<string> {
  try {
    return await send()
  } catch (error) {
    if (error instanceof GoneError) return 'gone'
    if (error instanceof StoreError) return 'unknown'
    throw error
  }
}

function familyAfter(family: string, act: Act): string {
  return ('changes' in act ? act.changes.rotatesTo : undefined) ?? family
}

function isNothing({ data, pushed, popped, timeout, rotatesTo }: Changes): boolean {
  const some = Object.keys(data).length + pushed.length + popped.length
  return some === 0 && timeout === undefined && rotatesTo === undefined
}

function familyIn(header: string, id: string): string {
  for (const pair of header.split('; ')) {
    const [its, family] = (pair.split('=')[1] ?? '').split('.')
    if (its === id) return family ?? ''
  }
  return ''
}
