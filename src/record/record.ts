import type { Identity } from './identity.ts'

/** What the serializer made: text, or bytes (an encrypted or compressed payload). */
export type Payload = string | Uint8Array

/**
 * One session as it lies in a store. Everything but `data` and `flash` is the header, which the
 * library reads and writes itself; the two payloads are the serializer's and stay opaque here.
 * Instants are milliseconds by the store's clock. Records are values: nobody changes one.
 */
export interface SessionRecord extends Identity {
  /** The session's id, kept inside the record so that a reply for another key is noticed. */
  readonly id: string
  /**
   * Random ids of the latest writes, newest first, 1 to 8; before them that of a touch since, which
   * begins with `~`. The first of all is the revision.
   */
  readonly writes: readonly string[]
  /** The beginning of the SHA-256 of the family, base64url. The family itself is only in the cookie. */
  readonly familyHash: string
  readonly edition: number
  readonly promotedAt: number
  readonly createdAt: number
  readonly touchedAt: number
  /** Whole seconds: that is how it is stored. */
  readonly timeoutMs: number
  /** How late activity may be noted; the record outlives its idle timeout by this. */
  readonly touchIntervalMs: number
  /** The absolute end, or `null` for none. */
  readonly deadline: number | null
  /** The cookie outlives the browser: its Max-Age follows the timeout. */
  readonly persistent: boolean
  /** Renews the CSRF token. Empty until the token was first renewed. */
  readonly csrfNonce: string
  readonly data: Payload
  readonly flash: Payload | undefined
}

/** A record that nobody else has yet. */
export type NewRecord = { -readonly [Field in keyof SessionRecord]: SessionRecord[Field] }

/**
 * A copy, to change before anybody else has it. What is known of the record stays behind (memo.ts).
 * A spread would take V8 several times as long, and far longer still when its result gets a memo.
 */
export function copyRecord(record: SessionRecord): NewRecord {
  return {
    id: record.id,
    writes: record.writes,
    familyHash: record.familyHash,
    edition: record.edition,
    promotedAt: record.promotedAt,
    createdAt: record.createdAt,
    touchedAt: record.touchedAt,
    timeoutMs: record.timeoutMs,
    touchIntervalMs: record.touchIntervalMs,
    deadline: record.deadline,
    persistent: record.persistent,
    csrfNonce: record.csrfNonce,
    principal: record.principal,
    signedIn: record.signedIn,
    data: record.data,
    flash: record.flash,
  }
}

/** The instant from which a record is no longer valid: idle timeout plus touch interval, or the absolute end. */
export function expiryOf(record: SessionRecord): number {
  const idleEnd = record.touchedAt + record.timeoutMs + record.touchIntervalMs
  return record.deadline === null ? idleEnd : Math.min(idleEnd, record.deadline)
}

export function revisionOf(record: SessionRecord): string {
  return record.writes[0] as string
}
