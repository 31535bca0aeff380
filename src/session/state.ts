import { randomId } from '../cookie/random.ts'
import type { SignedIn } from '../record/identity.ts'
import type { SessionRecord } from '../record/record.ts'
import type { Base } from './base.ts'
import type { Draft } from './draft.ts'
import { type FlashEntry, FlashLog } from './flash.ts'
import { newId } from './id.ts'
import type { Visit } from './visit.ts'

/**
 * - `open`: usable.
 * - `unavailable`: the store did not answer, so nobody knows whose it is. It reads empty, or as it
 *   was last known; whatever would change it throws.
 * - `refused`: its cookie was of a killed family, or replayed. It reads empty; writes end `gone`.
 * - `gone`: the store said that this session was ended or rotated by another request.
 * - `replaced`: this object was left behind by regenerate(); its data stay readable.
 */
export type Standing = 'open' | 'unavailable' | 'refused' | 'gone' | 'replaced'

/** A sign-in a request wants. */
export interface SignIn {
  readonly principal: string
  readonly signedIn: SignedIn
  readonly deadline: number | null
  /** The keys of the data that stay; `undefined`: all do, it is the same principal again. */
  readonly keep: readonly string[] | undefined
}

/** Header changes a request wants. A field that is missing is not wanted. */
export interface Wishes {
  timeoutMs?: number
  persistent?: boolean
  signIn?: SignIn
  csrfNonce?: string
  /** The family of a hard rotation. */
  family?: string
  /** Counts calls of clear(): everything that lies in the record goes. */
  clears?: number
  /** Something that is no data, such as a CSRF token given out, needs a record. */
  mustStore?: true
}

/** One that was given out, and what it was made of. */
interface CsrfToken {
  readonly family: string
  readonly nonce: string
  readonly text: string
}

/** What a session is begun with when a cookie names it. */
export interface Opened {
  readonly base?: Base
  readonly id?: string
  readonly family: string
  readonly edition?: number
}

/** A write that nobody knows the fate of, because no answer came. */
export interface Unanswered {
  readonly draft: Draft
  /** What it leaves, as it was sent. */
  readonly base: Base
  /** What it takes the place of; `undefined`: it creates. */
  readonly from: SessionRecord | undefined
}

const NONE: readonly FlashEntry[] = []

/** One session identity within a visit, with what the request wants of it. Data live on the object. */
export class SessionState {
  readonly visit: Visit
  readonly isNew: boolean
  standing: Standing = 'open'
  base: Base | undefined
  wishes: Wishes = {}
  /** It is sent again before anything else is written (docs/decisions/020). */
  unanswered: Unanswered | undefined
  /** The edition of the cookie that opened this session; 0 in a family begun since. */
  edition: number
  readonly #stored: readonly FlashEntry[]
  #flash: FlashLog | undefined
  #id: string | undefined
  #family: string | undefined
  #csrf: CsrfToken | undefined

  constructor(visit: Visit, opened?: Opened) {
    const base = opened?.base
    this.visit = visit
    this.base = base
    this.edition = opened?.edition ?? 0
    this.isNew = base === undefined
    this.#stored = base?.flash ?? NONE
    this.#id = base?.record.id ?? opened?.id
    this.#family = opened?.family
  }

  /** Made when it is first needed, as few requests have to do with flash messages. */
  get flash(): FlashLog {
    this.#flash ??= new FlashLog(this.#stored)
    return this.#flash
  }

  set flash(log: FlashLog) {
    this.#flash = log
  }

  /** Nothing but data can have changed: nothing was wished, and the flash messages are as stored. */
  get isIdle(): boolean {
    if (this.#flash?.changed) return false
    for (const _ in this.wishes) return false
    return true
  }

  get id(): string {
    this.#id ??= newId(this.visit.lifecycle.policy)
    return this.#id
  }

  /** The provisional id turned out to be taken. */
  takeAnotherId(): void {
    this.#id = newId(this.visit.lifecycle.policy)
  }

  /** The family in force at the end of this request, a rotation asked for included. */
  get family(): string {
    return this.wishes.family ?? this.storedFamily
  }

  /** The family of the record, without a rotation that is not stored yet. */
  get storedFamily(): string {
    this.#family ??= randomId()
    return this.#family
  }

  get createdAt(): number {
    return this.base?.record.createdAt ?? this.visit.openedAt
  }

  get timeoutMs(): number {
    const { policy } = this.visit.lifecycle
    return this.wishes.timeoutMs ?? this.base?.record.timeoutMs ?? policy.timeoutMs
  }

  get persistent(): boolean {
    return this.wishes.persistent ?? this.base?.record.persistent ?? false
  }

  get principal(): string | null {
    return this.wishes.signIn?.principal ?? this.base?.record.principal ?? null
  }

  get signedIn(): SignedIn | null {
    return this.wishes.signIn?.signedIn ?? this.base?.record.signedIn ?? null
  }

  get csrfNonce(): string {
    return this.wishes.csrfNonce ?? this.base?.record.csrfNonce ?? ''
  }

  /** One text for all of a request, so that what a page and its scripts hold is the same. */
  get csrfToken(): string {
    const { family, csrfNonce: nonce } = this
    if (this.#csrf?.family !== family || this.#csrf.nonce !== nonce) {
      this.#csrf = { family, nonce, text: this.visit.lifecycle.csrf.make(family, nonce) }
    }
    return this.#csrf.text
  }

  get deadline(): number | null {
    if (this.base !== undefined) return this.base.record.deadline
    const { absoluteTimeoutMs } = this.visit.lifecycle.policy
    return absoluteTimeoutMs === null ? null : this.createdAt + absoluteTimeoutMs
  }

  /** The store answered that this session is no longer this request's: nothing more is written. */
  lose(): 'gone' {
    this.standing = 'gone'
    this.visit.owedCookie = undefined
    return 'gone'
  }

  /** A draft is stored in `base`. What was wished since the draft was made stays wished. */
  settle(base: Base, draft: Pick<Draft, 'wishes' | 'flash'>): void {
    this.base = base
    if (draft.wishes.family !== undefined) {
      this.#family = draft.wishes.family
      this.edition = 0
    }
    this.flash = this.flash.since(draft.flash, base.flash)
    for (const name of Object.keys(draft.wishes) as (keyof Wishes)[]) {
      if (this.wishes[name] === draft.wishes[name]) delete this.wishes[name]
    }
  }
}
