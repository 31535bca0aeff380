import { STATUS_CODES } from 'node:http'
import { SessionError, StoreError } from '../errors.ts'
import { type Visit, everyVisitOf } from '../session/visit.ts'
import { unshared, unstored, varyWithCookie } from './cache-headers.ts'
import { refuseSharedCookie } from './two-sets.ts'
import { FAILED, type HeadersToAdd, withTypes } from './response-headers.ts'

/**
 * Adds what a commit asks for, `Vary: Cookie` always. Answers the same response, or one like it
 * where its headers cannot be changed (Response.redirect(), fetch()). No status below 200 can be
 * given to a new response: one that upgrades stays as it is.
 */
export function withHeaders(response: Response, additions: HeadersToAdd): Response {
  try {
    addHeaders(response.headers, additions)
    return response
  } catch {
    if (response.status < 200) return response
    const copy = new Response(response.body, response)
    addHeaders(copy.headers, additions)
    return copy
  }
}

function addHeaders(
  headers: Headers,
  { setCookie, otherCookie, clearSiteData, sharing }: HeadersToAdd,
): void {
  if (setCookie !== undefined) headers.append('Set-Cookie', setCookie)
  if (otherCookie !== undefined) headers.append('Set-Cookie', otherCookie)
  if (setCookie !== undefined) restrictCaches(headers, unstored)
  else if (sharing === 'forbidden') restrictCaches(headers, unshared)
  if (clearSiteData !== undefined) {
    const asked = headers.get('Clear-Site-Data') ?? ''
    headers.set('Clear-Site-Data', withTypes(asked, clearSiteData))
  }
  const vary = varyWithCookie(headers.get('Vary') ?? '')
  if (vary !== undefined) headers.set('Vary', vary)
}

function restrictCaches(
  headers: Headers,
  restrict: (cacheControl: string) => string | undefined,
): void {
  const restricted = restrict(headers.get('Cache-Control') ?? '')
  if (restricted !== undefined) headers.set('Cache-Control', restricted)
}

/** An error response that says no more than the standard phrase of its status. */
export function plainResponse(error: unknown): Response {
  const status = (error instanceof SessionError && error.status) || 500
  return new Response(STATUS_CODES[status], {
    status,
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
      ...(error instanceof StoreError && error.headers),
    },
  })
}

/** The same for what answers in place of a response that was dropped, with the cookies it had. */
export function withHeadersOfFailure(answer: Response, cookies: readonly string[]): Response {
  const additions = [FAILED, ...cookies.map((setCookie) => ({ ...FAILED, setCookie }))]
  return additions.reduce(withHeaders, answer)
}

/** The cookies that sets of sessions have put on a response: those of commits that succeeded. */
export function sessionCookiesOn(response: Response, request: object): string[] {
  const names = new Set<string>()
  everyVisitOf(request, ({ cookie }) => names.add(cookie.name).add(cookie.signedInName))
  const lines = response.headers.getSetCookie()
  return lines.filter((line) => names.has(line.slice(0, line.indexOf('='))))
}

/**
 * Gives the visit the name under which it is shown.
 *
 * @throws {UsageError} when another visit of the request, shown too, has the same cookie name.
 */
export function showAs(visit: Visit, property: string): void {
  refuseSharedCookie(visit)
  visit.property = property
  visit.looked = true
}
