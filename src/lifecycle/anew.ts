import { SessionState } from '../session/state.ts'
import { type Engine, ask, keyOf } from './engine.ts'

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

/** A visitor's record that is not there any more is no reason not to sign in (rule 19). */
export async function hasVanished(engine: Engine, { visit, base }: SessionState): Promise<boolean> {
  if (base === undefined || base.record.principal !== null) return false
  const key = keyOf(engine, base.record.id)
  return (await ask(engine, visit, 'read', (store) => store.read(key))) === 'absent'
}
