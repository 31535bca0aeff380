import { type SessionRecord, revisionOf } from '../record/record.ts'
import { lastWriteOf, withWrite } from '../record/writes.ts'
import type { Touch, TouchAnswer } from './store.ts'

/** The record as a touch leaves it; the same one where it writes nothing. */
export function touched(record: SessionRecord, touch: Touch): SessionRecord {
  const promotes = touch.edition > record.edition
  const touchedAt = touch.active ? Math.max(record.touchedAt, touch.at) : record.touchedAt
  if (touchedAt === record.touchedAt && !promotes) return record
  return {
    ...record,
    writes: withWrite(record.writes, touch.writeId),
    touchedAt,
    edition: promotes ? touch.edition : record.edition,
    promotedAt: promotes ? touch.at : record.promotedAt,
  }
}

/** What a touch answers when this is what it has left. */
export function touchAnswerOf(record: SessionRecord): TouchAnswer {
  const { touchedAt, edition, promotedAt } = record
  const [written, revision] = [lastWriteOf(record), revisionOf(record)]
  return { status: 'touched', written, revision, touchedAt, edition, promotedAt }
}
