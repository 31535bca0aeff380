import type { SessionData } from '../options/options.ts'

/** How a commit, or a save, ended. */
export type Outcome =
  /** Nothing was left to write. A cookie that was earned before in this request is sent anyway. */
  | 'unchanged'
  | 'touched'
  | 'created'
  | 'saved'
  | 'destroyed'
  /** Ended, or hard-rotated, by another request while this one worked: changes are dropped. */
  | 'gone'

export interface PushFlashOptions {
  /** `false`: a message deeply equal to one already in the queue is not pushed. Default `true`. */
  readonly allowDuplicate?: boolean
}

/** What signIn() takes beside the principal. */
export interface SignInOptions {
  /** The keys of the data that stay; everything else of the visitor is dropped. Default none. */
  readonly keep?: readonly string[]
  /** How they proved who they are, as RFC 8176 names it: `['pwd', 'otp']`. Default `[]`. */
  readonly amr?: readonly string[]
  /**
   * What is to be shown in a list of somebody's sessions. It lies in the store in clear, cut to 64
   * and 256 characters. Default nothing.
   */
  readonly client?: { readonly address?: string; readonly userAgent?: string }
  /** This session's idle timeout in seconds, as `adjustTimeoutForSession()` takes it. */
  readonly timeout?: number
  /** Seconds from this sign-in to the absolute end; `null` for none. Default: the option's. */
  readonly absoluteTimeout?: number | null
  /** The cookie outlives the browser ("remember me"), for as long as the timeout. */
  readonly persistent?: boolean
}

/**
 * The members every session has beside its data. They live on the prototype, are not enumerable,
 * and assigning to one throws.
 */
export declare class SessionMembers<D extends object = SessionData> {
  /**
   * The session's public handle: safe to log and to list, it opens nothing. It is provisional
   * until the session is stored, and never changes afterwards.
   */
  get id(): string
  /** Nothing was stored for this visitor when the request came in. */
  get isNew(): boolean
  /**
   * `false`: the store did not answer, so whose session this is, and whether there is one, is not
   * known; the page is shown anyway (adapter option `onUnavailable`). It reads empty (`'visitor'`)
   * or as it was last known (`'read-only'`), and whatever would change it throws a StoreError.
   */
  get isAvailable(): boolean
  /** When the session was first stored; while it never was, when this request opened it. */
  get createdAt(): Date
  /** The idle timeout in force for this session, in seconds. */
  get timeout(): number
  /** When the session ends if this request is the last: idle timeout or absolute end. */
  get expiresAt(): Date
  /** Whoever is signed in, a user id; `null` for nobody. */
  get principal(): string | null
  /** When they signed in; `null` for nobody. */
  get signedInAt(): Date | null
  /** How they proved who they are, as signIn() was told. */
  get amr(): readonly string[]
  /**
   * Why the session is over that a cookie of this request was for, when somebody else ended it
   * lately (option `reasonKept`); `null` otherwise.
   */
  get ended(): { readonly reason: string; readonly at: Date } | null
  /**
   * Signs somebody in, now: `await` it. The session gets a new credential, in a cookie of its own
   * name (option `signedInCookie`), and the old one is dead in the same write (ASVS 7.2.4). Data of
   * the visitor are dropped, except for the keys in `keep`, and so are flash messages that were
   * stored; those pushed in this request stay. CSRF tokens given out before are void; the absolute
   * timeout counts from now. Who is signed in already and signs in again keeps all data.
   *
   * @param principal who it is, a user id: 1 to 256 characters, kept in the store in clear.
   * @throws {UsageError} for what cannot be, an option it does not have, or after the first byte of
   *   the response.
   * @throws {LimitError} when option `maxPerPrincipal` refuses.
   * @throws {GoneError} when the session was ended or rotated by another request.
   * @throws {StoreError} when the store failed or was late. Nobody is signed in by any of these.
   */
  signIn(principal: string, options?: SignInOptions): Promise<void>
  /** Ends the session, now, and clears the cookies: `await` it. See invalidate(). */
  signOut(): Promise<Outcome>
  /** Whether they signed in at most so many seconds ago: ask them again before what is delicate. */
  signedInWithin(seconds: number): boolean
  /**
   * Changes the idle timeout of this one session, for the rest of its life: every later request
   * on every node sees it; it survives rotate() and clear(), and ends with the session. On a
   * visitor it creates the session. The absolute timeout stays what it is.
   *
   * @param seconds whole seconds, 1 to 34560000 (400 days).
   * @throws {UsageError} for any other value; the session keeps its timeout.
   */
  adjustTimeoutForSession(seconds: number): void
  /**
   * Ends this session: its record is deleted and the cookie cleared when the request ends. What
   * is written afterwards begins a new session with another id.
   */
  invalidate(): void
  /**
   * Gives the session a new credential at the end of the request; the old cookie is dead in the
   * same write. Call it when privileges change; at a sign-in signIn() does it. The id stays.
   */
  rotate(): void
  /**
   * Writes now what the end of the request would write. A cookie owed for it is sent when the
   * request ends.
   *
   * @throws {StoreError} when the store failed or was late.
   * @throws {DataError} when the data cannot be stored.
   */
  save(): Promise<Outcome>
  /**
   * Changes data atomically: `change` runs on a copy of what is stored now, again whenever another
   * request wrote first, and is durable when the promise resolves. Keys it changes replace values
   * this request has not saved yet. It must have no other effects, as it may run more than once, and
   * be quick: parallel writes of the session may wait for it, for up to 250 ms.
   *
   * @throws {GoneError} when the session was ended or rotated by another request.
   * @throws {StoreError} when the store failed or was late.
   */
  update<R>(change: (draft: Partial<D>) => R): Promise<Awaited<R>>
  /** Drops data, flash messages and the CSRF token; keeps id, age, timeout and principal. */
  clear(): void
  /** Puts a message at the end of a queue, to be shown by a later page. */
  pushFlash(message: unknown, queue?: string, options?: PushFlashOptions): void
  /** The messages of a queue, oldest first; they stay. */
  peekFlash(queue?: string): unknown[]
  /** The messages of a queue, oldest first, and takes them out. */
  popFlash(queue?: string): unknown[]
  /**
   * A CSRF token of this session, for forms and headers: 86 characters of `A-Z a-z 0-9 _ -`. The
   * same text within one request, another in each, so that compressed pages do not give it away
   * (BREACH); all of them hold until rotate(), clear(), newCsrfToken() or the session's end.
   * On a visitor it creates the session.
   */
  getCsrfToken(): string
  /** Another CSRF token; the earlier ones are void once the request is committed. */
  newCsrfToken(): string
  /** Whether `candidate` is a token of this session. Constant time; never throws. */
  verifyCsrfToken(candidate: unknown): boolean
}

/** Names of members: they cannot be keys of session data. */
export type ReservedName = keyof SessionMembers

/** A session: your data as plain properties, beside its members. */
export type Session<D extends object = SessionData> = SessionMembers<D> & Partial<D>

/** Fails to compile, with its sentence in the message, when data use a member's name. */
export type NoReservedKeys<D extends object> =
  Extract<keyof D, ReservedName> extends never
    ? unknown
    : { 'session data cannot use the name of a session member': Extract<keyof D, ReservedName> }
