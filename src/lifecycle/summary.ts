import { type SessionRecord, expiryOf } from '../record/record.ts'
import { bytesOf } from '../record/record-format.ts'

/** A session as others than its visitor may see it. It opens nothing. */
export interface SessionSummary {
  readonly id: string
  /** Whoever is signed in; `null` for a visitor. */
  readonly principal: string | null
  readonly createdAt: Date
  readonly signedInAt: Date | null
  /** The last activity that was noted: up to a touch interval ago. */
  readonly lastActiveAt: Date
  /** When it ends without further activity. */
  readonly expiresAt: Date
  readonly amr: readonly string[]
  /** What signIn() was told of the client; `null` for nothing. */
  readonly address: string | null
  readonly userAgent: string | null
}

/** A session as sessions.scan() gives it. */
export interface ScannedSession extends SessionSummary {
  /** Seconds without activity after which it ends. */
  readonly timeout: number
  /** When it ends whatever happens; `null` for never. */
  readonly endsAt: Date | null
  /** How often its cookie was renewed since the session was made, or signed in or rotated. */
  readonly renewals: number
  /** The bytes of the record as stored; its key, and what the store itself needs, not counted. */
  readonly bytes: number
}

export function summaryOf(record: SessionRecord): SessionSummary {
  const { id, principal, createdAt, touchedAt, signedIn } = record
  return {
    id,
    principal,
    createdAt: new Date(createdAt),
    signedInAt: signedIn === null ? null : new Date(signedIn.at),
    lastActiveAt: new Date(touchedAt),
    expiresAt: new Date(expiryOf(record)),
    amr: signedIn?.amr ?? [],
    address: signedIn?.address ?? null,
    userAgent: signedIn?.userAgent ?? null,
  }
}

export function scannedOf(record: SessionRecord): ScannedSession {
  const { timeoutMs, deadline, edition } = record
  return {
    ...summaryOf(record),
    timeout: timeoutMs / 1000,
    endsAt: deadline === null ? null : new Date(deadline),
    renewals: edition,
    bytes: bytesOf(record),
  }
}
