import { createSeal } from '../cookie/credential.ts'
import type { SessionData } from '../options/options.ts'
import type { ResolvedCookie } from '../options/resolve-cookie.ts'
import type { Base } from '../session/base.ts'
import { type SessionObject, stateOf } from '../session/session.ts'
import type { Sessions } from '../sessions.ts'

export interface SignedInOptions {
  /** This session's timeout, as `adjustTimeoutForSession()` takes it. Default: option `timeout`. */
  readonly timeout?: number
  /**
   * Whoever is signed in, a user id: `session.principal`. 1 to 256 characters, well formed. Default
   * nobody.
   */
  readonly principal?: string
  /** The request that opens it. A Redis client chosen per request is chosen by it. Default none. */
  readonly request?: object
}

/**
 * Stores a session with these data, as a request of the application would, and gives the Cookie
 * header of the browser that has it:
 *
 *     const cookie = await signedIn(sessions, { userId: 'ada' })
 *     await fetch(url, { headers: { cookie } })
 *
 * `sessions` is what the application uses; others with the same store, secret, prefix and cookie
 * options will do. Where the cookie's name depends on whether the request is Secure (`sid` or
 * `__Host-sid`), the header carries both, for one session: each request reads the one it would
 * have been given.
 *
 * @throws {UsageError} for a principal that cannot be one.
 * @throws {StoreError} when the store failed or was late.
 * @throws {DataError} when the data cannot be stored.
 * @throws {UsageError} when `timeout` is no timeout.
 */
export async function signedIn<D extends object = SessionData>(
  sessions: Sessions<D>,
  data: NoInfer<Partial<D>>,
  { timeout, principal, request }: SignedInOptions = {},
): Promise<string> {
  const session = await sessions.open(undefined, request)
  Object.assign(session, data)
  // Stores the session even when there are no data.
  session.adjustTimeoutForSession(timeout ?? session.timeout)
  if (principal !== undefined) await session.signIn(principal, { keep: Object.keys(data) })
  await sessions.commit(session)
  return cookieHeaderOf(session as unknown as SessionObject)
}

/** The signature covers the name, so each name has a value of its own. */
function cookieHeaderOf(session: SessionObject): string {
  const { id, family, base, visit, principal } = stateOf(session)
  const { secrets, prefix, cookie } = visit.lifecycle.policy
  const seal = createSeal(secrets, prefix)
  const { edition } = (base as Base).record
  return namesOf(cookie, principal !== null)
    .map((name) => `${name}=${seal.write(name, { id, family, edition })}`)
    .join('; ')
}

function namesOf(cookie: ResolvedCookie, signedIn: boolean): string[] {
  const { plainName, secureName } = signedIn ? cookie.signedIn : cookie
  const { secure } = cookie
  if (secure !== 'auto') return [secure ? secureName : plainName]
  return [...new Set([plainName, secureName])]
}
