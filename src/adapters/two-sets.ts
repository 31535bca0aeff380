import { UsageError } from '../errors.ts'
import type { Visit } from '../session/visit.ts'

/**
 * @throws {UsageError} when another visit of the request that is shown too would set a cookie of
 *   the same name, be it for visitors or for who is signed in.
 */
export function refuseSharedCookie({ cookie, earlier }: Visit): void {
  const names = [cookie.name, cookie.signedInName]
  for (let other = earlier; other !== undefined; other = other.earlier) {
    if (other.property === undefined) continue
    const { name, signedInName } = other.cookie
    const shared = names.find((mine) => mine === name || mine === signedInName)
    if (shared === undefined) continue
    throw new UsageError(
      `two sets of sessions use the cookie name ${shared} on one response; give one of them ` +
        'another cookie.name and signedInCookie, and open each set once',
    )
  }
}
