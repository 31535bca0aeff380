import { publish } from '../events.ts'
import { inProduction } from '../options/in-production.ts'
import { draftOf, wantsWrite } from '../session/draft.ts'
import { stateOf } from '../session/session.ts'
import type { Visit } from '../session/visit.ts'

/**
 * Of so many responses that are over by the next tick, one is looked at: code that changes a session
 * after `end()` does so every time. To look costs as much as the commit of a request that only reads.
 */
const ONE_IN = inProduction() ? 16 : 1
let completed = 0
let warned = false

/** Looks, when all is done that the handler does in the same turn of the event loop. */
export function watchComplete(visit: Visit): void {
  completed = (completed + 1) % ONE_IN
  if (completed === 0) setImmediate(reportLateChanges, visit)
}

/**
 * A streamed response commits before its first byte. What was changed after that and never saved
 * is lost; this says so, with an event each time and a warning once.
 */
export function reportLateChanges(visit: Visit): void {
  if (!visit.looked || !visit.finished) return
  const state = stateOf(visit.session)
  if (visit.turn !== undefined || !hasUnsaved(visit)) return
  publish('gone', { id: state.id, reason: 'late_changes', request: visit.request })
  if (warned) return
  warned = true
  process.emitWarning(
    'session data changed after the first byte of a response were not saved. The session is ' +
      'committed before the first byte; after that, call `await session.save()`.',
    { type: 'SojournWarning', code: 'SOJOURN_LATE_CHANGES' },
  )
}

function hasUnsaved(visit: Visit): boolean {
  const state = stateOf(visit.session)
  if (state.standing !== 'open') return false
  try {
    if (visit.removals.length > 0) return true
    const draft = draftOf(state)
    return draft !== undefined && wantsWrite(state, draft)
  } catch {
    return true
  }
}
