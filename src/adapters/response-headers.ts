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

/** Names as they were first written, no two equal but for case. Shares no array with its source. */
export type HeaderList = { name: string; value: unknown }[]

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

/**
 * Reads an object, a flat array or an array of pairs. The values of a name that comes twice are
 * kept, in order. The source is left as it is (CVE-2025-7339).
 */
export function headerList(headers: object | undefined): HeaderList {
  const found = new Map<string, { name: string; value: unknown }>()
  for (const [name, value] of headerPairs(headers)) {
    const known = found.get(name.toLowerCase())
    if (known) known.value = [known.value, value].flat()
    else found.set(name.toLowerCase(), { name, value: Array.isArray(value) ? [...value] : value })
  }
  return [...found.values()]
}

function headerPairs(headers: object | undefined): [string, unknown][] {
  if (headers === undefined) return []
  if (!Array.isArray(headers)) return Object.entries(headers)
  if (Array.isArray(headers[0])) return headers as [string, unknown][]
  const pairs: [string, unknown][] = []
  for (let i = 0; i < headers.length; i += 2) pairs.push([headers[i] as string, headers[i + 1]])
  return pairs
}

/** Sets the headers among `writeHead`'s arguments; answers the arguments without them. */
export function moveHeaders(response: AnyResponse, args: unknown[]): unknown[] {
  setHeaders(response, headerList(headersOf(args)))
  return withoutHeaders(args)
}

export function setHeaders(response: AnyResponse, headers: HeaderList): void {
  for (const { name, value } of headers) response.setHeader(name, value)
}

/** There is something to add. */
export function adds(additions: HeadersToAdd[]): boolean {
  return additions.some(
    ({ setCookie, clearSiteData, varies, sharing }) =>
      varies || sharing !== undefined || setCookie !== undefined || clearSiteData !== undefined,
  )
}

/** Adds to the headers set on the response, each at most once however often it is called. */
export function addHeaders(response: AnyResponse, additions: HeadersToAdd[]): void {
  for (const { setCookie, otherCookie, clearSiteData, varies, sharing } of additions) {
    if (setCookie !== undefined || varies) varyByCookie(response)
    if (setCookie !== undefined) {
      appendCookie(response, setCookie)
      if (otherCookie !== undefined) appendCookie(response, otherCookie)
      restrictCaches(response, unstored)
    } else if (sharing === 'forbidden' || (sharing === 'unsure' && isOpenEnded(response))) {
      restrictCaches(response, unshared)
    }
    if (clearSiteData !== undefined) clear(response, clearSiteData)
  }
}

/** Who says how long the body is has decided what it is. */
function isOpenEnded(response: AnyResponse): boolean {
  return response.getHeader('Content-Length') === undefined
}

// Not appendHeader: it pushes into the very array the application gave to setHeader.
function appendCookie(response: AnyResponse, cookie: string): void {
  const cookies = valuesOf(response, 'Set-Cookie')
  if (!cookies.includes(cookie)) response.setHeader('Set-Cookie', [...cookies, cookie])
}

function restrictCaches(
  response: AnyResponse,
  restrict: (cacheControl: string) => string | undefined,
): void {
  const restricted = restrict(valuesOf(response, 'Cache-Control').join(', '))
  if (restricted !== undefined) response.setHeader('Cache-Control', restricted)
}

function clear(response: AnyResponse, types: string): void {
  const said = valuesOf(response, 'Clear-Site-Data').join(',')
  response.setHeader('Clear-Site-Data', withTypes(said, types))
}

/** The types of both. It is a list: what the application asked for stays. */
export function withTypes(clearSiteData: string, types: string): string {
  const all = `${clearSiteData},${types}`.split(',').map((type) => type.trim())
  return [...new Set(all.filter((type) => type !== ''))].join(', ')
}

function varyByCookie(response: AnyResponse): void {
  const vary = varyWithCookie(valuesOf(response, 'Vary').join(','))
  if (vary !== undefined) response.setHeader('Vary', vary)
}

function valuesOf(response: AnyResponse, name: string): string[] {
  const value = response.getHeader(name)
  return value === undefined ? [] : [value].flat().map(String)
}
