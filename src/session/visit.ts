import { inspect } from 'node:util'
import type { StoreError } from '../errors.ts'
import type { Policy } from '../options/resolve.ts'
import type { Store, Touch, TouchAnswer } from '../store/store.ts'
import type { Ended } from '../record/tombstone.ts'
import type { Base } from './base.ts'
import type { Data } from './changes.ts'
import type { CsrfTokens } from './csrf.ts'
import type { Outcome, SignInOptions } from './members.ts'
import { admitTo } from './request-visits.ts'
import type { SessionObject } from './session.ts'
import { SessionState } from './state.ts'

/** What a session asks of the lifecycle that opened it; a session itself holds no connection. */
export interface Lifecycle {
  readonly policy: Policy
  readonly csrf: CsrfTokens
  save(visit: Visit): Promise<Outcome>
  update<R>(visit: Visit, change: (draft: Data) => R): Promise<Awaited<R>>
  reload(visit: Visit): Promise<void>
  signIn(visit: Visit, principal: string, options: SignInOptions): Promise<void>
  signOut(visit: Visit): Promise<Outcome>
}

/** Makes the object an application sees; adapters have kinds of their own. */
export type CreateObject = (state: SessionState) => SessionObject

/** A record this request has to remove at its commit. */
export interface Removal {
  readonly id: string
  /** More than one where nobody knows whether a sign-in was stored. */
  readonly owners: readonly Owner[]
}

/** Whose a record is. */
export interface Owner {
  readonly principal: string | null
  /** When they signed in, milliseconds since the epoch; `undefined`: on no list. */
  readonly listedAt: number | undefined
}

/** A session of another library that this request has opened and not yet taken over. */
export interface Adoption {
  /** Where the other library's record lies. */
  readonly key: string
  /** Of the session that takes its place, once it has. */
  readonly familyHash: string
  /** What stands in for it was made by this request and is not stored yet. */
  readonly made: boolean
}

/** A touch under way. */
export interface Touching {
  readonly base: Base
  readonly touch: Touch
  /** An error when it came late, `undefined` when it failed: that spoils nothing only read. */
  readonly answer: Promise<TouchAnswer | StoreError | undefined>
  /** The answer has come. What it said may have changed since. */
  answered: boolean
}

/** The cookies this request would read and set. */
export interface CookieTarget {
  readonly secure: boolean
  /** Of a visitor's session. */
  readonly name: string
  /** The request carried a cookie of this name, whatever it was worth. */
  readonly sent: boolean
  /** Of a signed-in session. */
  readonly signedInName: string
  readonly signedInSent: boolean
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
  /** How often the session was ended by this request. */
  ends = 0
  /** The session was invalidated, and no other was created since. */
  invalidated = false
  /** A record was removed. */
  removed = false
  /** Somebody else ended the session that a cookie of this request was for. */
  ended: Ended | undefined
  /** A Set-Cookie value that an earlier save() or update() of this request has earned. */
  owedCookie: string | undefined
  /** The touch sent at open, whose answer the commit waits for. */
  touching: Touching | undefined
  /**
   * The response takes a cookie along although nothing was created or rotated: `may` when it is
   * time for another one, `must` when the application changed how long the browser keeps it.
   */
  renewal: 'no' | 'may' | 'must' = 'no'
  /** The store has noted this request's activity. */
  touched = false
  /** The Cookie header, kept only for option `migrate`. */
  cookieHeader: string | undefined
  adoption: Adoption | undefined
  /** Writes of one request take turns: this one is under way. */
  turn: Promise<unknown> | undefined
  /** The commit has answered; the response may have begun. */
  finished = false
  /** The application has had the session in its hands. */
  looked = false
  /** The handler failed, whatever its status says. */
  failed = false
  /** The name under which an adapter shows the session on the request. */
  property: string | undefined
  /** A visit that the same request opened before, of another set of sessions or shown by an adapter. */
  earlier: Visit | undefined

  constructor(
    lifecycle: Lifecycle,
    request: unknown,
    cookie: CookieTarget,
    countsAsActivity: boolean,
    openedAt: number,
    create: CreateObject,
  ) {
    this.lifecycle = lifecycle
    this.request = request
    this.cookie = cookie
    this.countsAsActivity = countsAsActivity
    this.openedAt = openedAt
    this.session = create(new SessionState(this))
  }

  /** The visit was opened: from here on its request knows it, and so does what stands for it. */
  admit(request: unknown = this.request): this {
    if (Object.isExtensible(request)) admitTo(request as object, this)
    return this
  }

  /** Printed with the request it hangs on, which must show no secret and no cookie. */
  [inspect.custom](): string {
    return `Visit of ${inspect(this.session)}`
  }

  /** The session goes; its record, if it has one or may have one, is removed at the commit. */
  end(state: SessionState): void {
    this.ends++
    this.discard(state)
  }

  /** Once more for a session that has ended, when something of it has been written since. */
  discard({ base, unanswered }: SessionState): void {
    const records = [unanswered?.base.record, base?.record].filter((each) => each !== undefined)
    const [latest] = records
    if (latest !== undefined) {
      const { id } = latest
      const owners = records.map(({ principal, signedIn }) => ({
        principal,
        listedAt: signedIn?.at,
      }))
      const at = this.removals.findIndex((removal) => removal.id === id)
      const [known] = at < 0 ? [] : this.removals.splice(at, 1)
      this.removals.push({ id, owners: [...owners, ...(known?.owners ?? [])] })
    }
    this.invalidated = true
    this.owedCookie = undefined
  }
}
