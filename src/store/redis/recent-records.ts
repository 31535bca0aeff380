import type { Memo } from '../../record/memo.ts'
import { type SessionRecord, withMemo } from '../../record/record.ts'
import { Recent } from '../../recent.ts'
import { type ReadAnswer, isRecord } from '../store.ts'
import { readAnswer } from './replies.ts'

/** Bytes of memory for each of two generations. */
const GENERATION = 5 * 1024 * 1024
const LARGEST_BYTES = 64 * 1024

interface Known {
  readonly bytes: Buffer
  readonly record: SessionRecord
}

/**
 * Records that were read lately. Where Redis has the very same bytes still, they are neither parsed
 * nor decoded again, which is most of what a read costs (docs/decisions/031). Redis is asked each
 * time: this says what its answer means, never what it would be.
 */
export class RecentRecords {
  readonly #recent = new Recent<Known>(GENERATION, memoryOf)

  /** As {@link readAnswer}. */
  answer(key: string, reply: unknown): ReadAnswer {
    if (!Buffer.isBuffer(reply) || reply.length > LARGEST_BYTES) return readAnswer(reply)
    const known = this.#recent.get(key)
    if (known !== undefined && reply.equals(known.bytes)) return known.record
    const answer = readAnswer(reply)
    // What a client cut out of what it received would keep all of that.
    return isRecord(answer) ? this.#keep(key, answer, Buffer.from(reply)) : answer
  }

  /** This lies under its key now, as these bytes. */
  written(key: string, record: SessionRecord, stored: string | Buffer): void {
    if (stored.length > LARGEST_BYTES) return
    this.#keep(key, { ...record }, Buffer.from(stored), record.memo)
  }

  /** The record is nobody else's yet. */
  #keep(key: string, record: SessionRecord, bytes: Buffer, memo?: Memo): SessionRecord {
    if (!isText(record)) return record
    const before = this.#recent.get(key)?.record
    const known = memo ?? (before?.data === record.data ? before.memo : undefined)
    this.#recent.set(key, { bytes, record: withMemo(record, known) })
    return record
  }
}

/** With all that may be known of it; a little more than was measured for 0.2 to 10 KB. */
function memoryOf({ bytes }: Known): number {
  return 1500 + 8 * bytes.length
}

/** Bytes are a serializer's of the application: what it makes of them is not ours to keep. */
function isText({ data, flash = '' }: SessionRecord): boolean {
  return typeof data === 'string' && typeof flash === 'string'
}
