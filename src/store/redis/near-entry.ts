import { ownPayload } from '../../record/codec.ts'
import { memoOf, withMemo } from '../../record/memo.ts'
import { type SessionRecord, copyRecord } from '../../record/record.ts'
import type { Proof } from './tracking.ts'

/** What is kept of one key. */
export interface Entry {
  /** `undefined` while it is read for the first time. */
  readonly record: SessionRecord | undefined
  readonly readAt: number
  /** Of the connection it was read over. */
  readonly proof: Proof | undefined
  /** What is read may be older than what it would take the place of. */
  readonly loading: boolean
  /** Since it was last at its turn to go. */
  used: boolean
}

/** Stands there while its key is read, with what was known before for an outage. */
export function placeholder(before: Entry | undefined): Entry {
  const { record, readAt = 0, proof, used = false } = before ?? {}
  return { record, readAt, proof, loading: true, used }
}

/** When it was last known that the server has the same. */
export function knownAt({ readAt }: Entry, proof: Proof): number {
  return Math.max(readAt, proof.at)
}

/** A record to keep. Bytes that a client cut out of what it received would keep all of that. */
export function kept(record: SessionRecord): SessionRecord {
  // One that is kept already.
  if (memoOf(record) !== undefined) return record
  const { data, flash } = record
  const own = copyRecord(record)
  own.data = ownPayload(data)
  own.flash = flash === undefined ? flash : ownPayload(flash)
  return withMemo(own)
}
