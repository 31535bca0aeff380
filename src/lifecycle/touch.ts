import { randomTouchId } from '../cookie/random.ts'
import { StoreError } from '../errors.ts'
import { publish } from '../events.ts'
import { copyRecord } from '../record/record.ts'
import { lastWriteOf, withWrite } from '../record/writes.ts'
import { Base } from '../session/base.ts'
import { stateOf } from '../session/session.ts'
import type { SessionState } from '../session/state.ts'
import type { Touching, Visit } from '../session/visit.ts'
import type { Touch, TouchAnswer } from '../store/store.ts'
import { LateError } from './deadline.ts'
import { type Engine, ask, keyOf, storeNow } from './engine.ts'
import { stayListed } from './enlist.ts'
import { prolong } from './owed-cookie.ts'

/**
 * Sends a touch when activity is due to be noted, or the cookie is a successor that nobody has
 * used before. At open, so that a slow handler does not outlive its session.
 */
export function touchIfDue(engine: Engine, visit: Visit, state: SessionState, base: Base): void {
  const { touchedAt, touchIntervalMs, edition } = base.record
  const due = visit.countsAsActivity && visit.openedAt - touchedAt >= touchIntervalMs
  if (!due && state.edition <= edition) return
  const touch = touchOf(state, base, visit.openedAt, visit.countsAsActivity)
  const listed = touch.active
    ? stayListed(engine, visit, base.record, touchedAt, touch.at)
    : undefined
  const asked =
    listed === undefined
      ? send(engine, visit, base, touch)
      : listed.then(() => send(engine, visit, base, touch))
  const sent = asked.catch((error: unknown) => (error instanceof LateError ? error : undefined))
  const touching: Touching = { base, touch, answer: sent, answered: false }
  void sent.then(() => (touching.answered = true))
  visit.touching = touching
}

/**
 * Waits for the touch sent at open. A touch that failed spoils nothing that was only read. Gives the
 * error of one that was waited for in vain: who has something to write does not wait as long again.
 */
export async function noteTouch(engine: Engine, visit: Visit): Promise<StoreError | undefined> {
  const { touching } = visit
  if (touching === undefined) return undefined
  visit.touching = undefined
  const { base, touch, answered } = touching
  const answer = await touching.answer
  if (answer instanceof StoreError) {
    if (answered) return undefined
    visit.renewal = 'no'
    return answer
  }
  const state = stateOf(visit.session)
  if (answer === undefined || state.base !== base) return undefined
  if (!take(state, base, touch, answer) || !touch.active) return undefined
  visit.touched = true
  publish('touched', { id: state.id, request: visit.request })
  prolong(engine, state)
  return undefined
}

/**
 * Asks the store whether this request's family still holds, which no cookie may leave without
 * (PROTOCOL.md rule 6). It notes no activity, and writes nothing unless the cookie is a successor.
 */
export async function confirm(
  engine: Engine,
  state: SessionState,
  base: Base,
): Promise<'held' | 'gone' | 'unknown'> {
  const { visit } = state
  const touch = touchOf(state, base, storeNow(engine, visit), false)
  try {
    const answer = await send(engine, visit, base, touch)
    return take(state, base, touch, answer) ? 'held' : 'gone'
  } catch (error) {
    if (error instanceof StoreError) return 'unknown'
    throw error
  }
}

function touchOf(state: SessionState, { record }: Base, at: number, active: boolean): Touch {
  const { familyHash } = record
  const writeId = randomTouchId()
  return { familyHash, edition: state.edition, at, active, writeId, from: record }
}

function send(engine: Engine, visit: Visit, { record }: Base, touch: Touch): Promise<TouchAnswer> {
  const key = keyOf(engine, record.id)
  return ask(engine, visit, 'touch', (store) => store.touch(key, touch))
}

/** What the answer to a touch means to this request; `false` when the session is gone. */
function take(state: SessionState, base: Base, touch: Touch, answer: TouchAnswer): boolean {
  if (answer.status === 'gone') {
    state.lose()
    return false
  }
  const { record, flash, view, whole } = base
  const { touchedAt, edition, promotedAt } = answer
  // Where only touches came since I loaded it, the answer has all that is new: it is mine to replace.
  const mine = answer.written === lastWriteOf(record)
  const writes = mine ? withWrite(record.writes, answer.revision) : record.writes
  const touched = Object.assign(copyRecord(record), { writes, touchedAt, edition, promotedAt })
  state.base = new Base(touched, flash, view, whole)
  if (answer.revision === touch.writeId && edition > record.edition) {
    publish('rotated', { id: record.id, reason: 'renewed', request: state.visit.request })
  }
  return true
}
