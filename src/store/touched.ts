import { type SessionRecord, copyRecord, revisionOf } from '../record/record.ts'
import { lastWriteOf, withWrite } from '../record/writes.ts'
import type { Touch, TouchAnswer } from './store.ts'

/** The record as a touch leaves it; the same one where it writes nothing. */
export function touched(record: SessionRecord, touch: Touch): SessionRecord {
  const promotes = touch.edition > record.edition
  const touchedAt = touch.active ? Math.max(record.touchedAt, touch.at) : record.touchedAt
  if (touchedAt === record.touchedAt && !promotes) return record
  const next = copyRecord(record)
  next.writes = withWrite(record.writes, touch.writeId)
  next.touchedAt = touchedAt
  if (promotes) {
    next.edition = touch.edition
    next.promotedAt = touch.at
  }
  return next
}

/** What a touch answers when this is what it has left. */
export function touchAnswerOf(record: SessionRecord): TouchAnswer {
  const { touchedAt, edition, promotedAt } = record
  const [written, revision] = [lastWriteOf(record), revisionOf(record)]
  return { status: 'touched', written, revision, touchedAt, edition, promotedAt }
}
