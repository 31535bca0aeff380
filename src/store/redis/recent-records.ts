import { type SessionRecord, withMemo } from '../../record/record.ts'
import { Recent } from '../../recent.ts'
import { type ReadAnswer, isRecord } from '../store.ts'
import { readAnswer } from './replies.ts'

/** Bytes of records in each of two generations; decoded they take about five times as much. */
const GENERATION = 1024 * 1024
const LARGEST_BYTES = 64 * 1024

interface Known {
  readonly bytes: Buffer
  readonly record: SessionRecord
}

/**
 * Records that were read or written lately. Where Redis has the very same bytes still, they are neither
 * parsed nor decoded again, which is most of what a read costs (docs/decisions/031). Redis is asked
 * each time: this says what its answer means, never what it would be.
 */
export class RecentRecords {
  readonly #recent = new Recent<Known>(GENERATION, ({ bytes }) => bytes.length)

  /** As {@link readAnswer}. */
  answer(key: string, reply: unknown): ReadAnswer {
    if (!Buffer.isBuffer(reply)) return readAnswer(reply)
    const known = this.#recent.get(key)
    if (known !== undefined && reply.equals(known.bytes)) return known.record
    const answer = readAnswer(reply)
    if (!isRecord(answer)) return answer
    this.note(key, reply, withMemo(answer))
    return answer
  }

  /** A record with what its data were decoded to, and the bytes that it is stored as. */
  note(key: string, stored: string | Buffer, record: SessionRecord): void {
    if (stored.length > LARGEST_BYTES || typeof record.data !== 'string') return
    if (record.memo === undefined || record.flash instanceof Uint8Array) return
    // What a client cut out of what it received would keep all of that.
    this.#recent.set(key, { bytes: Buffer.from(stored as Buffer), record })
  }
}
