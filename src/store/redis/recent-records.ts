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
 * Records that were read lately. Where Redis has the very same bytes still, they are neither parsed
 * nor decoded again, which is most of what a read costs (docs/decisions/031). Redis is asked each
 * time: this says what its answer means, never what it would be.
 */
export class RecentRecords {
  readonly #recent = new Recent<Known>(GENERATION, ({ bytes }) => bytes.length)

  /** As {@link readAnswer}. */
  answer(key: string, reply: unknown): ReadAnswer {
    if (!Buffer.isBuffer(reply) || reply.length > LARGEST_BYTES) return readAnswer(reply)
    const known = this.#recent.get(key)
    if (known !== undefined && reply.equals(known.bytes)) return known.record
    const answer = readAnswer(reply)
    if (!isRecord(answer) || !isText(answer)) return answer
    const memo = known?.record.data === answer.data ? known.record.memo : undefined
    // What a client cut out of what it received would keep all of that.
    this.#recent.set(key, { bytes: Buffer.from(reply), record: withMemo(answer, memo) })
    return answer
  }
}

/** Bytes are a serializer's of the application: what it makes of them is not ours to keep. */
function isText({ data, flash = '' }: SessionRecord): boolean {
  return typeof data === 'string' && typeof flash === 'string'
}
