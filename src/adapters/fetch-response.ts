import { STATUS_CODES } from 'node:http'
import { SessionError, StoreError, UsageError } from '../errors.ts'
import { everyVisitOf } from '../session/request-visits.ts'
import type { Visit } from '../session/visit.ts'
import { unshared, unstored, varyWithCookie } from './cache-headers.ts'
import { refuseSharedCookie } from './two-sets.ts'
import { FAILED, type HeadersToAdd, withTypes } from './response-headers.ts'

/**
 * Adds what a commit asks for, `Vary: Cookie` always. Answers the same response, or one like it
 * where its headers cannot be changed (Response.redirect(), fetch()) or where it may be an
 * application's constant, sent to many: it must not keep what is meant for one visitor. No status
 * below 200 can be given to a new response: one that upgrades stays as it is.
 */
export function withHeaders(response: Response, additions: HeadersToAdd): Response {
  const { setCookie, clearSiteData } = additions
  if ((setCookie ?? clearSiteData) !== undefined && response.status >= 200) {
    const body = bodyOfMany(response)
    if (body !== undefined) return copyWith(body, response, additions)
  }
  try {
    addHeaders(response.headers, additions)
    return response
  } catch {
    return response.status < 200 ? response : copyWith(response.body, response, additions)
  }
}

type ResponseBody = Response['body'] | string | Uint8Array<ArrayBuffer>

function copyWith(body: ResponseBody, response: Response, additions: HeadersToAdd): Response {
  const copy = new Response(body, response)
  addHeaders(copy.headers, additions)
  return copy
}

/**
 * What can be sent any number of times: no body, and text or bytes that the Response of
 * @hono/node-server keeps (its `body` would make a stream of them). Any other body can be sent
 * once, which is `undefined`: that response was made for this request.
 */
function bodyOfMany(response: Response): ResponseBody | undefined {
  const own = Object.getOwnPropertySymbols(response)
  const cache = own.find(({ description }) => description === 'cache')
  const cached = cache && (response as unknown as Record<symbol, unknown>)[cache]
  const body = Array.isArray(cached) ? (cached[1] as unknown) : response.body
  if (body === null || typeof body === 'string') return body
  return body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : undefined
}

function addHeaders(
  headers: Headers,
  { setCookie, otherCookie, clearSiteData, sharing }: HeadersToAdd,
): void {
  for (const cookie of [setCookie, otherCookie]) {
    if (cookie !== undefined && !headers.getSetCookie().includes(cookie))
      headers.append('Set-Cookie', cookie)
  }
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

/** @throws {UsageError} where a handler forgot to return one. */
export function requireResponse(response: Response | null | undefined): Response {
  if (response) return response
  throw new UsageError('the handler returned no Response')
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
  return additionsOfFailure(cookies).reduce(withHeaders, answer)
}

/** The same for one that nobody else has. */
export function addHeadersOfFailure({ headers }: Response, cookies: readonly string[]): void {
  for (const additions of additionsOfFailure(cookies)) addHeaders(headers, additions)
}

function additionsOfFailure(cookies: readonly string[]): HeadersToAdd[] {
  return [FAILED, ...cookies.map((setCookie) => ({ ...FAILED, setCookie }))]
}

/** Lets what feeds the body of a response that was dropped go on; one that is locked has a reader. */
export async function cancelBody(response: Response): Promise<void> {
  if (bodyOfMany(response) !== undefined) return
  try {
    await response.body?.cancel()
  } catch {}
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
  // Once more: another open() of the same sessions may have come while this one waited.
  visit.admit()
  visit.property = property
  visit.looked = true
}
