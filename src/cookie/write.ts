import { stringifySetCookie } from 'cookie'
import type { CookieAttributes } from '../options/resolve-cookie.ts'

export interface CookieToSet {
  readonly name: string
  readonly value: string
  readonly secure: boolean
  /** Seconds the browser keeps it; `undefined` until it closes. */
  readonly maxAge: number | undefined
}

/** The Set-Cookie value that gives the browser its cookie. */
export function setCookie(cookie: CookieToSet, attributes: CookieAttributes): string {
  return stringifySetCookie({ ...attributes, ...cookie })
}

/**
 * The Set-Cookie value that takes it away. Browsers match a removal by name, domain, path and
 * partition, so it carries the very attributes the cookie was set with.
 */
export function removeCookie(name: string, secure: boolean, attributes: CookieAttributes): string {
  return stringifySetCookie({
    ...attributes,
    name,
    value: '',
    secure,
    maxAge: 0,
    expires: new Date(0),
  })
}
