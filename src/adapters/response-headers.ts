import type { CommitResult } from '../lifecycle/result.ts'
import type { Visit } from '../session/visit.ts'
import type { AnyResponse } from './any-response.ts'
import { unshared, unstored, varyWithCookie } from './cache-headers.ts'

/** What a commit answers: the headers its set of sessions needs on this response. */
export interface HeadersToAdd {
  /** A whole Set-Cookie value. Appended to the application's cookies, never in place of one. */
  setCookie?: string | undefined
  /** Another, which takes a cookie away. Only beside the first. */
  otherCookie?: string | undefined
  /** A whole Clear-Site-Data value, which joins the application's. */
  clearSiteData?: string | undefined
  /** The handler looked at the session, so the response depends on the Cookie header. */
  varies: boolean
  /**
   * Shared caches must not keep the response. `forbidden`: it may show what a session holds.
   * `unsure`: nobody has looked at the session yet, and whoever goes on writing still can.
   */
  sharing?: 'forbidden' | 'unsure' | undefined
}

/** A commit that failed: what answers in its place may look at the session all the same. */
export const FAILED: HeadersToAdd = { varies: true, sharing: 'forbidden' }

/** What a response says of the session behind it. `complete`: nothing more is to be written. */
export function headersFor(
  { setCookie, otherCookie, clearSiteData }: CommitResult,
  { looked, cookie, cookieHeader }: Visit,
  complete = true,
): HeadersToAdd {
  const brought = cookie.sent || cookie.signedInSent || cookieHeader !== undefined
  const sharing = looked ? 'forbidden' : complete ? undefined : 'unsure'
  return {
    setCookie,
    otherCookie,
    clearSiteData,
    varies: looked,
    sharing: brought ? sharing : undefined,
  }
}

/** The headers among `writeHead`'s arguments, found as Node finds them. */
export function headersOf(args: unknown[]): object | undefined {
  const [, second, third] = args
  const headers = typeof second === 'string' ? third : (third ?? second)
  return typeof headers === 'object' && headers !== null ? headers : undefined
}

/** `writeHead`'s arguments without their headers. */
export function withoutHeaders(args: unknown[]): unknown[] {
  if (headersOf(args) === undefined) return args
  return typeof args[1] === 'string' ? [args[0], args[1]] : [args[0]]
}

/** There is something to add. */
export function adds(additions: HeadersToAdd[]): boolean {
  return additions.some(
    ({ setCookie, clearSiteData, varies, sharing }) =>
      varies || sharing !== undefined || setCookie !== undefined || clearSiteData !== undefined,
  )
}

/** What headers are set on: a response, or a head that is not set yet. */
type Headed = Pick<AnyResponse, 'getHeader' | 'setHeader'>

/** Adds to the headers that are set already, each at most once however often it is called. */
export function addHeaders(headed: Headed, additions: HeadersToAdd[]): void {
  for (const { setCookie, otherCookie, clearSiteData, varies, sharing } of additions) {
    if (setCookie !== undefined || varies) varyByCookie(headed)
    if (setCookie !== undefined) {
      appendCookie(headed, setCookie)
      if (otherCookie !== undefined) appendCookie(headed, otherCookie)
      restrictCaches(headed, unstored)
    } else if (sharing === 'forbidden' || (sharing === 'unsure' && isOpenEnded(headed))) {
      restrictCaches(headed, unshared)
    }
    if (clearSiteData !== undefined) clear(headed, clearSiteData)
  }
}

/** Who says how long the body is has decided what it is. */
function isOpenEnded(headed: Headed): boolean {
  return headed.getHeader('Content-Length') === undefined
}

// Not appendHeader: it pushes into the very array the application gave to setHeader.
function appendCookie(headed: Headed, cookie: string): void {
  const cookies = valuesOf(headed, 'Set-Cookie')
  if (!cookies.includes(cookie)) headed.setHeader('Set-Cookie', [...cookies, cookie])
}

function restrictCaches(
  headed: Headed,
  restrict: (cacheControl: string) => string | undefined,
): void {
  const restricted = restrict(valuesOf(headed, 'Cache-Control').join(', '))
  if (restricted !== undefined) headed.setHeader('Cache-Control', restricted)
}

function clear(headed: Headed, types: string): void {
  const said = valuesOf(headed, 'Clear-Site-Data').join(',')
  headed.setHeader('Clear-Site-Data', withTypes(said, types))
}

/** The types of both. It is a list: what the application asked for stays. */
export function withTypes(clearSiteData: string, types: string): string {
  const all = `${clearSiteData},${types}`.split(',').map((type) => type.trim())
  return [...new Set(all.filter((type) => type !== ''))].join(', ')
}

function varyByCookie(headed: Headed): void {
  const vary = varyWithCookie(valuesOf(headed, 'Vary').join(','))
  if (vary !== undefined) headed.setHeader('Vary', vary)
}

function valuesOf(headed: Headed, name: string): string[] {
  const value = headed.getHeader(name)
  return value === undefined ? [] : [value].flat().map(String)
}
