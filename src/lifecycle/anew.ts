import { SessionState } from '../session/state.ts'

/**
 * A session that is begun in the place of one that cannot be written. What the request has asked
 * for goes along as far as it holds for any session: the timeout, and messages.
 */
export function anew({ visit, wishes, flash }: SessionState): SessionState {
  const state = new SessionState(visit)
  const { timeoutMs, persistent } = wishes
  if (timeoutMs !== undefined) state.wishes.timeoutMs = timeoutMs
  if (persistent !== undefined) state.wishes.persistent = persistent
  state.flash = flash.copy()
  return state
}
