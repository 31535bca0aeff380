import type { VerifiedCredential } from '../cookie/credential.ts'
import type { FoundCookie } from '../cookie/read.ts'
import { StoreError } from '../errors.ts'
import { dropData, hydrate } from '../session/data.ts'
import { replaceState } from '../session/session.ts'
import { SessionState } from '../session/state.ts'
import type { Visit } from '../session/visit.ts'
import { type Contents, decode } from './contents.ts'
import type { Engine } from './engine.ts'
import { accepts } from './near.ts'

/** For a page that everybody may see. It fails closed: nobody is known, and nothing is begun. */
export function asVisitor(visit: Visit, error: unknown): Visit {
  if (!(error instanceof StoreError)) throw error
  return show(visit, new SessionState(visit))
}

/** What the cookies of a request hold. */
interface Found {
  readonly signedIn: FoundCookie
  readonly visitors: FoundCookie
}

/**
 * For a page that is worth showing when it may be out of date: the session as it was last known,
 * which cannot be changed.
 *
 * @throws what the store threw, when nothing is held that may be used.
 */
export async function asLastKnown(
  engine: Engine,
  visit: Visit,
  found: Found,
  error: unknown,
): Promise<Visit> {
  const credential = credentialOf(engine, visit, found)
  if (!(error instanceof StoreError) || credential === undefined) throw error
  const contents = await lastKnown(engine, visit, credential)
  if (contents === undefined) throw error
  const { family, edition } = credential
  return show(visit, new SessionState(visit, { base: contents.base, family, edition }), contents)
}

/** The cookie of a sign-in wins, as it would have. */
function credentialOf(
  { seal }: Engine,
  { cookie }: Visit,
  { signedIn, visitors }: Found,
): VerifiedCredential | undefined {
  for (const [name, found] of [
    [cookie.signedInName, signedIn],
    [cookie.name, visitors],
  ] as const) {
    const credential = typeof found === 'string' ? found : seal.read(name, found.value)
    if (typeof credential !== 'string') return credential
  }
  return undefined
}

async function lastKnown(
  engine: Engine,
  visit: Visit,
  credential: VerifiedCredential,
): Promise<Contents | undefined> {
  const store = await visit.store
  const record = store?.near?.lastKnown(credential.key)
  if (store === undefined || record === undefined) return undefined
  if (engine.epochs !== undefined && engine.epochs.wasOver(store, record) !== false)
    return undefined
  if (!accepts(engine, visit, credential, record)) return undefined
  const contents = await decode(engine, record)
  return contents === 'undecodable' ? undefined : contents
}

function show(visit: Visit, state: SessionState, contents?: Contents): Visit {
  state.standing = 'unavailable'
  replaceState(visit.session, state)
  dropData(visit.session)
  if (contents !== undefined) hydrate(visit.session, contents.data)
  visit.renewal = 'no'
  return visit.admit()
}
