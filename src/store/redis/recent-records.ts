import { type Memo, memoOf, withMemo } from '../../record/memo.ts'
import type { StoredRecord } from '../../record/record-format.ts'
import { type SessionRecord, copyRecord } from '../../record/record.ts'
import { Recent } from '../../recent.ts'
import { SeenLately } from '../../seen-lately.ts'
import { type ReadAnswer, isRecord } from '../store.ts'
import { readAnswer } from './replies.ts'

/** Bytes of memory for each of two generations. */
const GENERATION = 5 * 1024 * 1024
const LARGEST_BYTES = 64 * 1024

interface Known {
  /** What lies in Redis. */
  readonly stored: StoredRecord
  readonly record: SessionRecord
}

/**
 * Records that were read lately. Where Redis has the very same bytes still, they are neither parsed
 * nor decoded again, which is most of what a read costs (docs/decisions/031). Redis is asked each
 * time: this says what its answer means, never what it would be.
 */
export class RecentRecords {
  readonly #recent = new Recent<Known>(GENERATION, memoryOf)
  readonly #seen = new SeenLately()

  /** As {@link readAnswer}. */
  answer(key: string, reply: unknown): ReadAnswer {
    if (!Buffer.isBuffer(reply) || reply.length > LARGEST_BYTES) return readAnswer(reply)
    const before = this.#recent.get(key)
    if (before !== undefined && isSame(before.stored, reply)) return before.record
    const answer = readAnswer(reply)
    if (before === undefined && !this.#seen.has(key)) return answer
    if (isRecord(answer)) this.#keep(key, answer, copyOf(reply), memoFrom(before, answer))
    return answer
  }

  /** This lies under its key now, as formatRecord() gave it. */
  written(key: string, record: SessionRecord, stored: StoredRecord): void {
    const before = this.#recent.get(key)
    if (before === undefined || stored.length > LARGEST_BYTES) return
    const memo = memoOf(record) ?? memoFrom(before, record)
    this.#keep(key, copyRecord(record), stored, memo)
  }

  /** The record is nobody else's yet. */
  #keep(key: string, record: SessionRecord, stored: StoredRecord, memo?: Memo): void {
    if (!isText(record)) return
    this.#recent.set(key, { stored, record: withMemo(record, memo) })
  }
}

/** Latin-1 makes one character of each byte, so that no other bytes make the same text. */
function isSame(stored: StoredRecord, reply: Buffer): boolean {
  if (typeof stored !== 'string') return reply.equals(stored)
  return reply.length === stored.length && reply.toString('latin1') === stored
}

/** What is known of the same data. */
function memoFrom(before: Known | undefined, { data }: SessionRecord): Memo | undefined {
  return before?.record.data === data ? memoOf(before.record) : undefined
}

/**
 * In memory of its own. What a client cut out of what it received keeps all of that; what
 * `Buffer.from` makes, at half the time, keeps what was made beside it, until the next write here.
 */
function copyOf(reply: Buffer): Buffer {
  const bytes = Buffer.allocUnsafeSlow(reply.length)
  bytes.set(reply)
  return bytes
}

/** With all that may be known of it; a little more than was measured for 0.2 to 10 KB. */
function memoryOf({ stored }: Known): number {
  return 1500 + 8 * stored.length
}

/** Bytes are a serializer's of the application: what it makes of them is not ours to keep. */
function isText({ data, flash = '' }: SessionRecord): boolean {
  return typeof data === 'string' && typeof flash === 'string'
}
