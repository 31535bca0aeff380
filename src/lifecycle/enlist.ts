import { GoneError, LimitError, StoreError, UsageError } from '../errors.ts'
import { publish } from '../events.ts'
import { LIMITS } from '../options/limits.ts'
import type { SessionRecord } from '../record/record.ts'
import type { SessionState, SignIn } from '../session/state.ts'
import type { Visit } from '../session/visit.ts'
import { type Listing, isTombstone } from '../store/store.ts'
import { type Engine, ask } from './engine.ts'
import {
  type Member,
  endListed,
  listKey,
  memberOf,
  parseMember,
  survey,
  unlist,
} from './listing.ts'

/** No session that nobody uses lives longer. */
const LONGEST_IDLE_MS = (LIMITS.seconds.max + LIMITS.touchInterval.max) * 1000

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
    until: deadline ?? endOfListing(signedIn.at, signedIn.at),
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

/**
 * A session without an absolute end stays on the list while it is in use: it is put there anew when
 * activity is noted, once in 400 days. A listing for ever would leave a list in the store, for ever,
 * of everybody who has ever signed in.
 *
 * @param before when it was active last, and `now`: milliseconds since the epoch.
 * @returns `undefined` when there is nothing to do, as almost always.
 */
export function stayListed(
  engine: Engine,
  visit: Visit,
  { id, principal, signedIn, deadline }: SessionRecord,
  before: number,
  now: number,
): Promise<unknown> | undefined {
  if (signedIn === null || deadline !== null || principal === null) return undefined
  const until = endOfListing(signedIn.at, now)
  if (until === endOfListing(signedIn.at, before)) return undefined
  const member = memberOf(id, signedIn.at)
  const listing = { member, until, instead: undefined, atMost: undefined }
  const key = listKey(engine, principal)
  return ask(engine, visit, 'enlist', async (store) => store.enlist?.(key, listing))
}

/** Whoever is active at that time and never again is listed until the session has expired. */
function endOfListing(signedInAt: number, active: number): number {
  const periods = Math.max(0, Math.floor((active - signedInAt) / LONGEST_IDLE_MS))
  return signedInAt + (periods + 2) * LONGEST_IDLE_MS
}

/** A session that was somebody else's counts for them no more. */
export async function unlistFormer(
  engine: Engine,
  visit: Visit,
  { id, principal, signedIn }: SessionRecord,
  { principal: present }: SignIn,
): Promise<void> {
  if (principal !== present) await unlist(engine, visit, id, { principal, listedAt: signedIn?.at })
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
