import { GoneError, LimitError, StoreError, UsageError } from '../errors.ts'
import { publish } from '../events.ts'
import { LIMITS } from '../options/limits.ts'
import type { SessionState, SignIn } from '../session/state.ts'
import type { Visit } from '../session/visit.ts'
import { type Listing, isTombstone } from '../store/store.ts'
import { type Engine, ask } from './engine.ts'
import { type Member, endListed, listKey, memberOf, parseMember, survey } from './listing.ts'

/** So many sign-ins at once may take the place that this one has made. */
const TRIES = 1000

/**
 * Puts a session on its principal's list, before its record says who is signed in: whatever dies
 * in between, nobody is signed in whom the list does not have.
 *
 * @throws {LimitError} when the list is full and option `maxPerPrincipal` refuses.
 */
export async function enlist(
  engine: Engine,
  { visit, id, base }: SessionState,
  { principal, signedIn, deadline }: SignIn,
): Promise<void> {
  const { maxPerPrincipal } = engine.policy
  const before = base?.record
  const again = before?.principal === principal && before.signedIn !== null
  let listing: Listing = {
    member: memberOf(id, signedIn.at),
    until: deadline ?? signedIn.at + LIMITS.seconds.max * 1000,
    instead: again ? memberOf(id, before.signedIn.at) : undefined,
    atMost: maxPerPrincipal?.limit,
  }
  const key = listKey(engine, principal)
  for (let tries = 0; tries < TRIES; tries++) {
    const answer = await ask(engine, visit, 'enlist', async (store) => {
      if (store.enlist !== undefined) return store.enlist(key, listing)
      if (maxPerPrincipal === undefined) return 'listed'
      throw new UsageError('maxPerPrincipal needs a store that keeps lists: this has no enlist()')
    })
    if (answer === 'listed') return
    const members = answer.map(parseMember)
    // Another sign-in of this very session came in between: one of them will be gone.
    const own = members.find((member) => member.id === id)
    if (own === undefined) await makeRoom(engine, visit, principal, members)
    else listing = { ...listing, instead: own.text }
  }
  throw new StoreError('enlist', `${TRIES} other sign-ins of this principal came in between`)
}

/** Who has ended leaves first. Only then is a session that lives ended, or this one refused. */
async function makeRoom(
  engine: Engine,
  visit: Visit,
  principal: string,
  members: readonly Member[],
): Promise<void> {
  const { request } = visit
  const { dead } = await survey(engine, visit, principal, members)
  if (dead.length > 0) return
  const { limit = 0, onLimit } = engine.policy.maxPerPrincipal ?? {}
  publish('limited', { principal, request })
  if (onLimit === 'refuse') throw new LimitError(limit)
  const [oldest] = members.toSorted((one, other) => one.at - other.at)
  if (oldest !== undefined) await endListed(engine, visit, principal, [oldest], { reason: 'limit' })
}

/** Why the id of a sign-in is taken: a newer one may have ended it before it was stored. */
export async function refuseEnded(engine: Engine, visit: Visit, key: string): Promise<void> {
  const answer = await ask(engine, visit, 'read', (store) => store.read(key))
  if (isTombstone(answer)) throw new GoneError(answer.id)
}
