import { removeCookie } from '../cookie/write.ts'
import type { Outcome } from '../session/members.ts'
import { stateOf } from '../session/session.ts'
import type { Visit } from '../session/visit.ts'
import type { Engine } from './engine.ts'

export interface CommitResult {
  /**
   * How it ended. It does not say whether there is a cookie to send: after a signIn(), save() or
   * update() that stored everything it is `unchanged`, and the cookie they earned comes with it.
   */
  readonly outcome: Outcome
  /** The value of the Set-Cookie header to send, if any. */
  readonly setCookie?: string
  /**
   * The value of another Set-Cookie header to send, if any, beside `setCookie`: it takes away the
   * visitor's cookie at a sign-in, and the second one at a sign-out.
   */
  readonly otherCookie?: string
  /** The value of the Clear-Site-Data header to send, if any: option `clearSiteData`. */
  readonly clearSiteData?: string
}

/** What a commit answers; the request ends with it. */
export function resultOf({ policy }: Engine, visit: Visit, outcome: Outcome): CommitResult {
  visit.finished = true
  const { owedCookie } = visit
  if (outcome !== 'destroyed' && owedCookie === undefined) return { outcome }
  const removed = removals(visit, outcome).map((name) =>
    removeCookie(name, visit.cookie.secure, policy.cookie.attributes),
  )
  const [setCookie, otherCookie] =
    outcome === 'destroyed' ? removed : [owedCookie as string, ...removed]
  const { clearSiteData } = policy
  return {
    outcome,
    ...(setCookie !== undefined && { setCookie }),
    ...(otherCookie !== undefined && { otherCookie }),
    ...(outcome === 'destroyed' && clearSiteData !== undefined && { clearSiteData }),
  }
}

/**
 * The cookies that go. A removal is only for a browser that sent the cookie, and for one this
 * request has ended itself: it might wipe a newer one otherwise.
 */
function removals({ session, cookie, ends }: Visit, outcome: Outcome): string[] {
  const { principal } = stateOf(session)
  const destroyed = outcome === 'destroyed'
  return [
    ...(cookie.signedInSent && (destroyed || (ends > 0 && principal === null))
      ? [cookie.signedInName]
      : []),
    ...(cookie.sent && (destroyed || principal !== null) ? [cookie.name] : []),
  ]
}
