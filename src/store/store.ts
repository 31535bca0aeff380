import { type SessionRecord, expiryOf, revisionOf } from '../record/record.ts'
import type { Tombstone } from '../record/tombstone.ts'

/** The outcome of {@link Store.read}. */
export type ReadAnswer = SessionRecord | Tombstone | 'absent' | 'undecodable'

/** What was read is a session, as far as a store can tell. */
export function isRecord(answer: ReadAnswer): answer is SessionRecord {
  return typeof answer !== 'string' && !isTombstone(answer)
}

export function isTombstone(answer: ReadAnswer): answer is Tombstone {
  return typeof answer !== 'string' && 'ended' in answer
}

/** What {@link Store.replace} knows of the record that another one is to take the place of. */
export interface Expected {
  readonly revision: string
  readonly familyHash: string
  /** When it expires: milliseconds since the epoch. */
  readonly expiresAt: number
}

export function expectedOf(record: SessionRecord): Expected {
  const { familyHash } = record
  return { revision: revisionOf(record), familyHash, expiresAt: expiryOf(record) }
}

/** The outcome of {@link Store.replace}. */
export type ReplaceAnswer =
  /** Written, now or by an earlier execution; `familyHash` is the family now in the record. */
  | { readonly status: 'replaced'; readonly familyHash: string }
  /** Somebody else wrote since; nothing was written. */
  | {
      readonly status: 'conflict'
      readonly record: SessionRecord
      /** The client may have sent it before, by itself. */
      readonly mayBeRepeated?: boolean
    }
  /** No such record any more, or of another family; nothing was written. */
  | { readonly status: 'gone' }

export interface Touch {
  readonly familyHash: string
  /** The edition of the cookie. A higher one than the stored takes its place, promoted `at`. */
  readonly edition: number
  /** The instant of the request. */
  readonly at: number
  /** `at` is activity, which prolongs the session, unless later activity was noted already. */
  readonly active: boolean
  /** Begins with `~`, as no id of another write does. */
  readonly writeId: string
  /** The record as it was read. Where it still is that one, a store can do with less work. */
  readonly from?: SessionRecord
}

/** The outcome of {@link Store.touch}. */
export type TouchAnswer =
  | {
      readonly status: 'touched'
      /** The latest write that was no touch. */
      readonly written: string
      /** The revision now: the touch's write id when it wrote. */
      readonly revision: string
      readonly touchedAt: number
      readonly edition: number
      readonly promotedAt: number
    }
  | { readonly status: 'gone' }

/** The outcome of {@link Store.remove}. */
export type RemoveAnswer = 'removed' | 'absent' | 'gone'

/** What {@link Store.end} is told. */
export interface Ending {
  readonly tombstone: Tombstone
  /** How long the tombstone lies there. */
  readonly forMs: number
  /** Whose session it has to be; `undefined`: anybody's. */
  readonly principal: string | undefined
  /**
   * Also where nothing lies, or nobody has signed in, so that nobody signs in there meanwhile; the
   * answer is `absent` then.
   */
  readonly evenAbsent: boolean
  /** One for each logical end, the same when it is sent again: letters, digits, `-` and `_`. */
  readonly writeId: string
}

/** The outcome of {@link Store.end}. */
export type EndAnswer = 'ended' | 'absent' | 'refused'

/** One session on the list of its principal. */
export interface Listing {
  /** `id.signed-in`, the time in milliseconds since the epoch. */
  readonly member: string
  /** When it ends at last; from then on it is off the list by itself. */
  readonly until: number
  /** The member it takes the place of, if that is on the list. */
  readonly instead: string | undefined
  /** The most members the list may have. `undefined`: any number. */
  readonly atMost: number | undefined
  /** It ends sessions: as durable as {@link Store.end} makes it. */
  readonly ends?: boolean
}

/** What one step of {@link Store.scan} found. */
export interface ScanStep {
  /** About how many keys were looked at, whatever lies there. */
  readonly keys: number
  readonly records: readonly SessionRecord[]
}

/** What {@link Store.watch} gives. */
export interface Subscription {
  /** Whether everything that `changed` is for is told now. */
  readonly live: boolean
  /** No more is told. Resolves when nothing of it is left, a connection included; never rejects. */
  end(): Promise<void>
}

/** Records that were read lately and have not changed since, as far as is known. */
export interface Near {
  /** Never says that something is absent: that is read again. */
  held(key: string): SessionRecord | undefined
  /** As {@link Store.read}, and keeps what it finds. */
  read(key: string): Promise<ReadAnswer>
  /** What was there when the store was last heard, if that was lately: to show in an outage. */
  lastKnown(key: string): SessionRecord | undefined
}

/**
 * Where records are kept. A store sees keys and records, never a cookie or a secret.
 *
 * Every mutation is atomic on its one key. Executed twice with the same arguments, which is what
 * a client does that re-sends after a lost reply, it leaves the same state and the same answer,
 * expiry included. A record is absent from the instant `expiryOf(record)` on. What goes wrong in
 * the store is an exception; everything else is an answer.
 */
export interface Store {
  /** The time, in milliseconds since the epoch, by the clock all users of this store share. */
  now(): number
  /**
   * For a store whose clock is elsewhere: measures it if that was not done yet, else does nothing
   * and answers `undefined`. Asked before the first record of a node is dated.
   */
  measureClock?(): Promise<void> | undefined
  /**
   * One round trip. `undecodable` when something else lies under the key.
   *
   * @throws {StoreError} when the record was written by a newer format version.
   */
  read(key: string): Promise<ReadAnswer>
  /** Spares round trips to those who can do with what was so a moment ago. */
  readonly near?: Near | undefined
  /**
   * Stores the record only if the key is absent. `taken` when it is not, unless the record there
   * holds this record's own revision among its writes: then this create has already happened.
   */
  create(key: string, record: SessionRecord): Promise<'created' | 'taken'>
  /**
   * In this order: absent → gone; the new record's own revision among the stored writes →
   * replaced (it has already happened); the stored revision is not `revision` → conflict; the
   * stored family is not `familyHash` → gone; else the record is written. A revision is of one
   * record only, so that `expiresAt` need not be looked at.
   */
  replace(key: string, expected: Expected, record: SessionRecord): Promise<ReplaceAnswer>
  /**
   * Notes activity in the stored header and recomputes the expiry from that header. Absent or
   * another family → gone. It writes only when `at` is activity later than stored, or the edition
   * is higher (then `promotedAt` becomes `at`), and then its write id is the new revision, ahead of
   * the writes; an earlier touch there makes room, so that touches push no write out.
   */
  touch(key: string, touch: Touch): Promise<TouchAnswer>
  /** Refused, `gone`, when the record has a principal and it is not `principal`. */
  remove(key: string, principal: string | null): Promise<RemoveAnswer>
  /**
   * Puts a tombstone in the place of a record, which is gone from then on: to read it gives the
   * tombstone, to replace, touch or remove it answers gone, its key is taken. `absent` where
   * nothing lies, or the tombstone of another end, which stays; where this end has ended a session
   * before, `ended` again. `refused` when the record is not of that principal.
   */
  end?(key: string, ending: Ending): Promise<EndAnswer>
  /**
   * Puts a session on a list. One whose member is on it already, or takes the place of one, is put
   * on it in any case; another is not when the list is full, and the answer has its members.
   */
  enlist?(key: string, listing: Listing): Promise<'listed' | readonly string[]>
  /** The members of a list that have not ended at last. */
  listed?(key: string): Promise<readonly string[]>
  /** Takes members off a list. */
  delist?(key: string, members: readonly string[]): Promise<void>
  /**
   * All records whose key is the prefix and their own id, in steps small enough for the deadline of
   * an operation; a step may find none. What lies there all the time is found, once as a rule,
   * rarely twice; what comes, changes or ends meanwhile may be found or not. Nothing else is:
   * neither tombstones nor lists, nor what a newer version wrote.
   */
  scan?(prefix: string): AsyncIterable<ScanStep>
  /**
   * Calls `changed`, never within this call, each time the record under the key was removed or
   * will expire earlier than it would have, and when `live` changes. It is a hint, told or not,
   * once or often: what is so is read. `undefined`: not now. A store without it is asked often.
   */
  watch?(key: string, changed: () => void): Subscription | undefined
  /** Only what `for` returns can be used: work outside a request has to say for which it is. */
  readonly needsRequest?: boolean
  /** For option `migrate`: the text that another library stored under a key, if there is any. */
  readForeign?(key: string): Promise<string | undefined>
  /** For option `migrate`: removes what another library stored under a key, if it is there. */
  removeForeign?(key: string): Promise<void>
  /** The store to use for one request; called at most once per opened session, at first need. */
  for?(request: unknown): Store | Promise<Store>
  /** Ends connections the store made itself. */
  close?(): Promise<void>
}
