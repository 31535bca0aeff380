import { inspect } from 'node:util'
import { StoreError, UsageError } from '../errors.ts'
import { checkSeconds, requireOptions } from '../options/check.ts'
import { LIMITS } from '../options/limits.ts'
import type { Data } from './changes.ts'
import { dropData } from './data.ts'
import type { Outcome, PushFlashOptions, SignInOptions } from './members.ts'
import { randomId } from '../cookie/random.ts'
import { FlashLog } from './flash.ts'
import { lockMembers } from './lock-members.ts'
import { activeAt } from './merge.ts'
import { SessionState } from './state.ts'

/** The inside of a session, for the lifecycle; the package does not export it. */
export let stateOf: (session: SessionObject) => SessionState
export let replaceState: (session: SessionObject, state: SessionState) => void

/**
 * The session the application works with: data are its own enumerable properties, members live on
 * the prototype. What members do is noted in the state; nothing here reaches a store.
 */
export class SessionObject {
  #state: SessionState

  constructor(state: SessionState) {
    this.#state = state
  }

  get id(): string {
    return this.#state.id
  }

  get isNew(): boolean {
    return this.#state.isNew
  }

  get isAvailable(): boolean {
    return this.#state.standing !== 'unavailable'
  }

  get createdAt(): Date {
    return new Date(this.#state.createdAt)
  }

  get timeout(): number {
    return this.#state.timeoutMs / 1000
  }

  get expiresAt(): Date {
    const { visit, base, timeoutMs, deadline } = this.#state
    const now = activeAt(this.#state, visit.openedAt)
    const noted = base?.record.touchedAt ?? now
    const active = visit.countsAsActivity ? Math.max(noted, now) : noted
    return new Date(Math.min(active + timeoutMs, deadline ?? Number.POSITIVE_INFINITY))
  }

  get principal(): string | null {
    return this.#state.principal
  }

  get signedInAt(): Date | null {
    const { signedIn } = this.#state
    return signedIn === null ? null : new Date(signedIn.at)
  }

  get amr(): readonly string[] {
    return this.#state.signedIn?.amr ?? []
  }

  get ended(): { readonly reason: string; readonly at: Date } | null {
    const { ended } = this.#state.visit
    return ended === undefined ? null : { reason: ended.reason, at: new Date(ended.at) }
  }

  async signIn(principal: string, options: SignInOptions = {}): Promise<void> {
    const { visit } = writable(this.#state)
    return visit.lifecycle.signIn(visit, principal, options)
  }

  async signOut(): Promise<Outcome> {
    const { visit } = writable(this.#state)
    return visit.lifecycle.signOut(visit)
  }

  signedInWithin(seconds: number): boolean {
    const { signedIn, visit } = this.#state
    const checked = checkSeconds(seconds, LIMITS.seconds)
    if (typeof checked === 'string') throw new UsageError(`signedInWithin: ${checked}`)
    return signedIn !== null && visit.openedAt - signedIn.at <= checked * 1000
  }

  adjustTimeoutForSession(seconds: number): void {
    const state = writable(this.#state)
    const checked = checkSeconds(seconds, LIMITS.seconds)
    if (typeof checked === 'string') throw new UsageError(`adjustTimeoutForSession: ${checked}`)
    state.wishes.timeoutMs = checked * 1000
  }

  invalidate(): void {
    const { visit } = writable(this.#state)
    visit.end(this.#state)
    this.#state = new SessionState(visit)
    dropData(this)
  }

  rotate(): void {
    // Made at once, so that a CSRF token given out after rotate() holds.
    writable(this.#state).wishes.family = randomId()
  }

  async save(): Promise<Outcome> {
    const { visit } = writable(this.#state)
    return visit.lifecycle.save(visit)
  }

  async update<R>(change: (draft: Data) => R): Promise<Awaited<R>> {
    const { visit } = writable(this.#state)
    return visit.lifecycle.update(visit, change)
  }

  clear(): void {
    const state = writable(this.#state)
    dropData(this)
    state.flash = new FlashLog([])
    state.wishes.csrfNonce = randomId()
    state.wishes.clears = (state.wishes.clears ?? 0) + 1
    delete state.wishes.mustStore
  }

  pushFlash(message: unknown, queue = '', options: PushFlashOptions = {}): void {
    const { allowDuplicate = true } = requireOptions('pushFlash', options, ['allowDuplicate'])
    writable(this.#state).flash.push(queue, message, allowDuplicate)
  }

  peekFlash(queue = ''): unknown[] {
    return this.#state.flash.peek(queue)
  }

  popFlash(queue = ''): unknown[] {
    const { flash, standing } = inUse(this.#state)
    return standing === 'unavailable' ? flash.peek(queue) : flash.pop(queue)
  }

  getCsrfToken(): string {
    if (this.#state.base === undefined) writable(this.#state).wishes.mustStore = true
    return inUse(this.#state).csrfToken
  }

  newCsrfToken(): string {
    writable(this.#state).wishes.csrfNonce = randomId()
    return this.getCsrfToken()
  }

  verifyCsrfToken(candidate: unknown): boolean {
    const { visit, base, family, csrfNonce } = this.#state
    return base !== undefined && visit.lifecycle.csrf.verify(candidate, family, csrfNonce)
  }

  /** Of the prototype too, which debuggers print. */
  [inspect.custom](): string {
    if (!(#state in this)) return 'Session {}'
    return `Session ${inspect({ id: this.id, keys: Object.keys(this) })}`
  }

  static {
    stateOf = (session) => session.#state
    replaceState = (session, state) => {
      session.#state = state
    }
  }
}

lockMembers(SessionObject.prototype)

export const LEFT_BEHIND =
  'this session object was left behind by regenerate() or destroy(): use the one on the request'

function writable(state: SessionState): SessionState {
  if (state.standing === 'unavailable') throw unknownSession()
  return inUse(state)
}

function inUse(state: SessionState): SessionState {
  if (state.standing !== 'replaced') return state
  throw new UsageError(LEFT_BEHIND)
}

/** Nothing is written for a session that may be somebody's: not lost in silence, and not begun. */
export function unknownSession(): StoreError {
  return new StoreError('read', 'gave no answer, so this session is not known; nothing was changed')
}
