import { UsageError } from '../errors.ts'
import { LEFT_BEHIND, type SessionObject, stateOf, unknownSession } from './session.ts'

/**
 * Ends a session and puts another one on the request. The object left behind keeps its data and
 * refuses every member that would change it.
 *
 * @throws {UsageError} when it was left behind already.
 * @throws {StoreError} when it is not known whose session it is.
 */
export function leaveBehind(session: SessionObject, next: SessionObject): void {
  const state = stateOf(session)
  const { visit } = state
  if (state.standing === 'replaced') throw new UsageError(LEFT_BEHIND)
  if (state.standing === 'unavailable') throw unknownSession()
  visit.end(state)
  state.standing = 'replaced'
  visit.session = next
}
