import type { SessionRecord } from '../record/record.ts'
import { decode, encodeComparable } from '../record/serialize.ts'
import { randomId } from '../cookie/random.ts'
import type { Policy } from '../options/resolve.ts'
import type { Store, TouchAnswer } from '../store/store.ts'
import { type Data, type Snapshot, snapshotOf } from './changes.ts'
import type { CsrfTokens } from './csrf.ts'
import { type FlashEntry, FlashLog } from './flash.ts'
import type { Draft } from './draft.ts'
import { newId } from './id.ts'
import type { Outcome } from './members.ts'
import type { SessionObject } from './session.ts'

/** What a session asks of the lifecycle that opened it; a session itself holds no connection. */
export interface Lifecycle {
  readonly policy: Policy
  readonly csrf: CsrfTokens
  save(visit: Visit): Promise<Outcome>
  update<R>(visit: Visit, change: (draft: Data) => R): Promise<Awaited<R>>
  reload(visit: Visit): Promise<void>
}

/** A record this request has to remove at its commit. */
export interface Removal {
  readonly id: string
  readonly principal: string | null
}

/** The cookie this request would read and set. */
export interface CookieTarget {
  readonly name: string
  readonly secure: boolean
}

/** One request's stay: from open to commit. It outlives the session objects it goes through. */
export class Visit {
  readonly lifecycle: Lifecycle
  readonly request: unknown
  readonly cookie: CookieTarget
  countsAsActivity: boolean
  /** The store bound to this request, once it was needed. */
  store: Promise<Store> | Store | undefined
  openedAt: number
  /** The session as the application has it now. */
  session: SessionObject
  readonly removals: Removal[] = []
  invalidated = false
  /** A Set-Cookie value that an earlier save() or update() of this request has earned. */
  owedCookie: string | undefined
  /** The touch sent at open, whose answer the commit waits for. `undefined`: it failed. */
  touching: { readonly base: Base; readonly answer: Promise<TouchAnswer | undefined> } | undefined
  /** Writes of one request take turns: this one is under way. */
  turn: Promise<unknown> | undefined
  /** The commit has answered; the response may have begun. */
  finished = false

  constructor(
    lifecycle: Lifecycle,
    request: unknown,
    cookie: CookieTarget,
    countsAsActivity: boolean,
    openedAt: number,
    create: (state: SessionState) => SessionObject,
  ) {
    this.lifecycle = lifecycle
    this.request = request
    this.cookie = cookie
    this.countsAsActivity = countsAsActivity
    this.openedAt = openedAt
    this.session = create(new SessionState(this))
  }

  /** The session goes; its record, if it has one, is removed at the commit. */
  end(base: Base | undefined): void {
    if (base !== undefined) {
      this.removals.push({ id: base.record.id, principal: base.record.principal })
    }
    this.invalidated = true
    this.owedCookie = undefined
  }
}

/** The data as this request saw or wrote them last, to find its changes against. */
export type View = { readonly text: string } | { readonly snapshot: Snapshot }

/** The stored session a request's changes are measured against. */
export class Base {
  readonly record: SessionRecord
  readonly flash: readonly FlashEntry[]
  readonly view: View
  /** The record holds just what the view shows; `false` once other requests' keys were merged in. */
  readonly whole: boolean
  #snapshot: Snapshot | undefined

  constructor(record: SessionRecord, flash: readonly FlashEntry[], view: View, whole: boolean) {
    this.record = record
    this.flash = flash
    this.view = view
    this.whole = whole
  }

  get snapshot(): Snapshot {
    this.#snapshot ??=
      'text' in this.view ? snapshotOf(decode(this.view.text) as Data) : this.view.snapshot
    return this.#snapshot
  }

  /** The value a key had for this request before it changed it. */
  value(key: string): unknown {
    const text = this.snapshot.get(key)
    return text === undefined ? undefined : decode(text)
  }
}

export function viewOf(data: Data): View {
  const text = encodeComparable(data)
  return text === undefined ? { snapshot: snapshotOf(data) } : { text }
}

/**
 * - `open`: usable.
 * - `refused`: its cookie was of a killed family, or replayed. It reads empty; writes end `gone`.
 * - `gone`: the store said that this session was ended or rotated by another request.
 * - `replaced`: this object was left behind by regenerate(); its data stay readable.
 */
export type Standing = 'open' | 'refused' | 'gone' | 'replaced'

/** Header changes a request wants. A field that is missing is not wanted. */
export interface Wishes {
  timeoutMs?: number
  persistent?: boolean
  csrfNonce?: string
  /** The family of a hard rotation. */
  family?: string
  /** Counts calls of clear(): everything that lies in the record goes. */
  clears?: number
  /** Something that is no data, such as a CSRF token given out, needs a record. */
  mustStore?: true
}

/** One session identity within a visit, with what the request wants of it. Data live on the object. */
export class SessionState {
  readonly visit: Visit
  readonly isNew: boolean
  readonly createdAt: number
  readonly edition: number
  standing: Standing = 'open'
  base: Base | undefined
  wishes: Wishes = {}
  flash: FlashLog
  #id: string | undefined
  #family: string | undefined

  constructor(visit: Visit, opened?: { base: Base; family: string; edition: number }) {
    this.visit = visit
    this.base = opened?.base
    this.isNew = opened === undefined
    this.createdAt = opened?.base.record.createdAt ?? visit.openedAt
    this.edition = opened?.edition ?? 0
    this.flash = new FlashLog(opened?.base.flash ?? [])
    this.#id = opened?.base.record.id
    this.#family = opened?.family
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
    if (this.wishes.family !== undefined) return this.wishes.family
    this.#family ??= randomId()
    return this.#family
  }

  get timeoutMs(): number {
    const { policy } = this.visit.lifecycle
    return this.wishes.timeoutMs ?? this.base?.record.timeoutMs ?? policy.timeoutMs
  }

  get persistent(): boolean {
    return this.wishes.persistent ?? this.base?.record.persistent ?? false
  }

  get csrfNonce(): string {
    return this.wishes.csrfNonce ?? this.base?.record.csrfNonce ?? ''
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
    this.#family = draft.wishes.family ?? this.#family
    this.flash = this.flash.since(draft.flash, base.flash)
    for (const name of Object.keys(draft.wishes) as (keyof Wishes)[]) {
      if (this.wishes[name] === draft.wishes[name]) delete this.wishes[name]
    }
  }
}
