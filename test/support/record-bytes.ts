import { formatRecord } from '../../src/record/record-format.ts'
import type { SessionRecord } from '../../src/record/record.ts'

/** A record as it lies in Redis. */
export function recordBytes(record: SessionRecord): Buffer {
  const stored = formatRecord(record)
  return typeof stored === 'string' ? Buffer.from(stored) : stored
}
