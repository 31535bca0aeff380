import { publish } from '../events.ts'
import { stateOf } from '../session/session.ts'
import type { Visit } from '../session/visit.ts'
import { type Engine, ask } from './engine.ts'
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
    const { id, principal } = removal
    const key = engine.policy.prefix + id
    const answer = await ask(engine, visit, 'remove', (store) => store.remove(key, principal))
    visit.removals.shift()
    if (answer === 'gone') return stateOf(visit.session).lose()
    visit.removed = true
    publish('destroyed', { id, request: visit.request })
    unlisting.push(unlist(engine, visit, removal))
  }
  return 'removed'
}
