import { hashFamily } from '../cookie/credential.ts'
import { type Payload, type SessionRecord, WRITES_KEPT } from '../record/record.ts'
import type { SessionState, Wishes } from './state.ts'

export interface Written {
  readonly writeId: string
  readonly now: number
  readonly data: Payload
  readonly flash: Payload | undefined
}

/** The first record of a session. */
export function firstRecord(state: SessionState, written: Written): SessionRecord {
  const { touchIntervalMs, absoluteTimeoutMs } = state.visit.lifecycle.policy
  const { writeId, now, data, flash } = written
  return {
    id: state.id,
    writes: [writeId],
    familyHash: hashFamily(state.family),
    edition: 0,
    promotedAt: now,
    createdAt: now,
    touchedAt: now,
    timeoutMs: state.timeoutMs,
    touchIntervalMs: touchIntervalMs(state.timeoutMs),
    deadline: absoluteTimeoutMs === null ? null : now + absoluteTimeoutMs,
    persistent: state.persistent,
    csrfNonce: state.csrfNonce,
    principal: state.principal,
    data,
    flash,
  }
}

/**
 * This request's wishes on top of the record as it is now (PROTOCOL.md rule 16): id, age and
 * deadline are theirs, the later activity wins, everything else is mine only where I wished it.
 */
export function nextRecord(
  { visit }: SessionState,
  theirs: SessionRecord,
  wishes: Readonly<Wishes>,
  written: Written,
): SessionRecord {
  const { touchIntervalMs } = visit.lifecycle.policy
  const record = rewritten(visit.countsAsActivity, theirs, written)
  const { timeoutMs, family, persistent, csrfNonce, principal } = wishes
  return {
    ...record,
    ...(timeoutMs !== undefined && { timeoutMs, touchIntervalMs: touchIntervalMs(timeoutMs) }),
    ...(persistent !== undefined && { persistent }),
    ...(csrfNonce !== undefined && { csrfNonce }),
    ...(principal !== undefined && { principal }),
    ...(family !== undefined && {
      familyHash: hashFamily(family),
      edition: 0,
      promotedAt: written.now,
    }),
  }
}

/** The record with other payloads, as a write of this request leaves it. */
export function rewritten(
  countsAsActivity: boolean,
  theirs: SessionRecord,
  { writeId, now, data, flash }: Written,
): SessionRecord {
  return {
    ...theirs,
    writes: withWrite(theirs.writes, writeId),
    touchedAt: countsAsActivity ? Math.max(theirs.touchedAt, now) : theirs.touchedAt,
    data,
    flash,
  }
}

/** One id per logical write, newest first: a retry of the same write is not listed twice. */
export function withWrite(writes: readonly string[], writeId: string): readonly string[] {
  return [writeId, ...writes.filter((id) => id !== writeId)].slice(0, WRITES_KEPT)
}
