import { hashFamily } from '../cookie/credential.ts'
import { type NewRecord, type Payload, type SessionRecord, copyRecord } from '../record/record.ts'
import { withWrite } from '../record/writes.ts'
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
  const { signIn } = state.wishes
  return {
    id: state.id,
    writes: [writeId],
    familyHash: hashFamily(state.family),
    edition: 0,
    promotedAt: now,
    createdAt: now,
    touchedAt: activeAt(state, now),
    timeoutMs: state.timeoutMs,
    touchIntervalMs: touchIntervalMs(state.timeoutMs),
    deadline: signIn ? signIn.deadline : absoluteTimeoutMs && now + absoluteTimeoutMs,
    persistent: state.persistent,
    csrfNonce: state.csrfNonce,
    principal: state.principal,
    signedIn: state.signedIn,
    data,
    flash,
  }
}

/**
 * This request's wishes on top of the record as it is now (PROTOCOL.md rule 16): id and age are
 * theirs, the later activity wins, everything else is mine only where I wished it.
 */
export function nextRecord(
  state: SessionState,
  theirs: SessionRecord,
  wishes: Readonly<Wishes>,
  written: Written,
): SessionRecord {
  const record = rewritten(state, theirs, written)
  if (Object.keys(wishes).length === 0) return record
  const { touchIntervalMs } = state.visit.lifecycle.policy
  const { timeoutMs, family, persistent, csrfNonce, signIn } = wishes
  return Object.assign(
    record,
    timeoutMs !== undefined && { timeoutMs, touchIntervalMs: touchIntervalMs(timeoutMs) },
    persistent !== undefined && { persistent },
    csrfNonce !== undefined && { csrfNonce },
    signIn !== undefined && {
      principal: signIn.principal,
      signedIn: signIn.signedIn,
      deadline: signIn.deadline,
    },
    family !== undefined && {
      familyHash: hashFamily(family),
      edition: 0,
      promotedAt: written.now,
    },
  )
}

/**
 * The record with other payloads, as a write of this request leaves it. The cookie that it came
 * with is in use, so its edition holds from now on (PROTOCOL.md rule 5).
 */
export function rewritten(
  state: SessionState,
  theirs: SessionRecord,
  { writeId, now, data, flash }: Written,
): NewRecord {
  const promotes = state.edition > theirs.edition
  const active = state.visit.countsAsActivity ? activeAt(state, now) : theirs.touchedAt
  const record = copyRecord(theirs)
  record.writes = withWrite(theirs.writes, writeId)
  record.touchedAt = Math.max(theirs.touchedAt, active)
  if (promotes) {
    record.edition = state.edition
    record.promotedAt = now
  }
  record.data = data
  record.flash = flash
  return record
}

/**
 * The instant of the last activity, for a request that is active now. Until a second request has
 * brought the cookie back, a session that `unprovenTimeout` shortens is stored as one that has been
 * idle for a while already: its next touch, which is due at once, gives it its full life.
 */
export function activeAt(state: SessionState, now: number): number {
  const { unprovenTimeoutMs, timeoutMs, touchIntervalMs } = state.visit.lifecycle.policy
  if (unprovenTimeoutMs === null || !state.isNew || state.principal !== null) return now
  if (state.timeoutMs !== timeoutMs) return now
  return now - (timeoutMs + touchIntervalMs(timeoutMs) - unprovenTimeoutMs)
}
