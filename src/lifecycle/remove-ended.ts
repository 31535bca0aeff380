import { publish } from '../events.ts'
import { stateOf } from '../session/session.ts'
import type { Removal, Visit } from '../session/visit.ts'
import type { RemoveAnswer } from '../store/store.ts'
import { type Engine, ask, keyOf } from './engine.ts'
import { unlist } from './listing.ts'
import { endOld } from './take-over.ts'

/**
 * Invalidated sessions go first: a crash in between must not leave both (PROTOCOL.md rule 14).
 * Their lists may learn of it while the rest is written.
 */
export async function removeEnded(
  engine: Engine,
  visit: Visit,
  unlisting: Promise<void>[],
): Promise<'removed' | 'gone'> {
  if (visit.cookieHeader !== undefined && visit.removals.length > 0) await endOld(engine, visit)
  for (let removal = visit.removals[0]; removal !== undefined; removal = visit.removals[0]) {
    const { id, owners } = removal
    const answer = await remove(engine, visit, removal)
    visit.removals.shift()
    if (answer === 'gone') return stateOf(visit.session).lose()
    visit.removed = true
    publish('destroyed', { id, request: visit.request })
    unlisting.push(...owners.map((owner) => unlist(engine, visit, id, owner)))
  }
  return 'removed'
}

/** Refused only where it is nobody's whom this request has found there, or has signed in. */
async function remove(
  engine: Engine,
  visit: Visit,
  { id, owners }: Removal,
): Promise<RemoveAnswer> {
  const key = keyOf(engine, id)
  let answer: RemoveAnswer = 'gone'
  for (const principal of new Set(owners.map((owner) => owner.principal))) {
    answer = await ask(engine, visit, 'remove', (store) => store.remove(key, principal))
    if (answer !== 'gone') break
  }
  return answer
}
