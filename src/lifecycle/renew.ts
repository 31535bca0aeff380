import type { Outcome } from '../session/members.ts'
import type { Base } from '../session/base.ts'
import { stateOf } from '../session/session.ts'
import type { SessionState } from '../session/state.ts'
import type { Visit } from '../session/visit.ts'
import { type Engine, storeNow } from './engine.ts'
import { editionToHand, oweCookie } from './owed-cookie.ts'
import { confirm } from './touch.ts'

/**
 * The last step of a commit: the response takes a cookie along when another one is due. It needs
 * the store's word that the family holds, given in this commit: `confirmed`, or asked for now
 * (PROTOCOL.md rule 6). A store that does not answer spoils nothing; the next request will do it.
 */
export function renew(
  engine: Engine,
  visit: Visit,
  outcome: Outcome,
  confirmed: boolean,
): Outcome | Promise<Outcome> {
  const state = stateOf(visit.session)
  const { base, standing } = state
  if (visit.renewal === 'no' || base === undefined || standing !== 'open') return outcome
  return hand(engine, state, base, outcome, confirmed)
}

async function hand(
  engine: Engine,
  state: SessionState,
  base: Base,
  outcome: Outcome,
  confirmed: boolean,
): Promise<Outcome> {
  const { visit } = state
  const word = confirmed ? 'held' : await confirm(engine, state, base)
  if (word !== 'held') return word === 'gone' ? word : outcome
  const edition = editionToHand(engine.policy, state.base?.record ?? base.record, {
    presented: state.edition,
    must: visit.renewal === 'must',
    now: storeNow(engine, visit),
  })
  if (edition === undefined) return outcome
  oweCookie(engine, state, edition)
  return outcome === 'unchanged' ? 'touched' : outcome
}
