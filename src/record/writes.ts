import type { SessionRecord } from './record.ts'

/** How many writes a record remembers, beside its latest touch. */
export const WRITES_KEPT = 8

function isTouch(id: string): boolean {
  return id.startsWith('~')
}

/** The latest write that was no touch: what the data are of. */
export function lastWriteOf({ writes }: Pick<SessionRecord, 'writes'>): string {
  return writes.find((id) => !isTouch(id)) ?? ''
}

/** Whether a record remembers every write since an earlier version of it. */
export function remembersSince(record: SessionRecord, earlier: SessionRecord): boolean {
  return record.writes.includes(lastWriteOf(earlier))
}

/**
 * One id per logical write, newest first: a retry of the same write is not listed twice. A touch is
 * listed only while it is the latest, so that touches push no write out (docs/decisions/024).
 */
export function withWrite(writes: readonly string[], id: string): readonly string[] {
  const others = writes.filter((other) => other !== id && !isTouch(other))
  return [id, ...others.slice(0, isTouch(id) ? WRITES_KEPT : WRITES_KEPT - 1)]
}
