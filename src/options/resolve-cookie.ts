import { OptionError } from '../errors.ts'
import { inProduction } from './in-production.ts'
import { requireBoolean, requireGroup, requireSeconds, requireWord, show } from './check.ts'
import type { CookieOptions } from './options.ts'
import { LIMITS } from './limits.ts'

/** Cookie options as the inside uses them. */
export interface ResolvedCookie {
  /** The name on Secure requests and on the others; equal when a name was given. */
  readonly secureName: string
  readonly plainName: string
  /** The same for signed-in sessions. */
  readonly signedIn: { readonly secureName: string; readonly plainName: string }
  readonly secure: boolean | 'auto'
  readonly maxAge: number | null
  readonly attributes: CookieAttributes
}

export interface CookieAttributes {
  readonly path: string
  readonly domain: string | undefined
  readonly httpOnly: boolean
  readonly sameSite: 'lax' | 'strict' | 'none'
  readonly partitioned: boolean
  readonly priority: 'low' | 'medium' | 'high' | undefined
}

const KNOWN = [
  'name',
  'maxAge',
  'path',
  'domain',
  'secure',
  'httpOnly',
  'sameSite',
  'partitioned',
  'priority',
] as const satisfies readonly (keyof CookieOptions)[]

/** RFC 6265bis 4.1.1: a cookie name is a token (RFC 9110 5.6.2). */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** RFC 6265bis 4.1.1: an attribute value is any character except controls and `;`. Nor `<`, says `cookie`. */
const PATH = /^\/[\x20-\x3a\x3d-\x7e]*$/
/** RFC 6265bis 5.6: browsers drop an attribute whose value is longer, and take their default. */
const MAX_ATTRIBUTE = 1024
/** RFC 1034 3.5 and RFC 1035 2.3.4: labels of up to 63 characters. */
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
/** A host name, with the leading dot old configurations carry. */
const DOMAIN = new RegExp(`^\\.?${LABEL}(?:\\.${LABEL})*$`, 'i')
/** RFC 1035 2.3.4. */
const MAX_HOST = 253
/** With the longest value, of 205 characters, far from the 4096 bytes of RFC 6265bis 5.6. */
const MAX_NAME = 128

export function resolveCookie(options: CookieOptions = {}, signedInName?: string): ResolvedCookie {
  requireGroup('cookie', options, KNOWN)
  const attributes = resolveAttributes(options)
  const { secure = 'auto', name, maxAge } = options
  if (secure !== 'auto') requireBoolean('cookie.secure', secure)
  const needs = whatNeedsSecure([name, signedInName], attributes)
  if (needs !== undefined && secure === false) {
    throw new OptionError('cookie.secure', `must not be false together with ${needs}`)
  }
  if (name !== undefined) checkName('cookie.name', name, attributes)
  if (signedInName !== undefined) checkName('signedInCookie', signedInName, attributes)
  const [secureName, plainName] = [name ?? defaultName(attributes), name ?? 'sid']
  if (signedInName !== undefined && [secureName, plainName].includes(signedInName)) {
    throw new OptionError('signedInCookie', `must not be the name of the visitor's cookie`)
  }
  return Object.freeze({
    secureName,
    plainName,
    signedIn: Object.freeze({
      secureName: signedInName ?? `${secureName}-in`,
      plainName: signedInName ?? `${plainName}-in`,
    }),
    secure: needs === undefined && !(secure === 'auto' && inProduction()) ? secure : true,
    maxAge: maxAge == null ? null : requireSeconds('cookie.maxAge', maxAge, LIMITS.seconds),
    attributes,
  })
}

function resolveAttributes(options: CookieOptions): CookieAttributes {
  const {
    path = '/',
    domain,
    priority,
    httpOnly = true,
    sameSite = 'lax',
    partitioned = false,
  } = options
  if (typeof path !== 'string' || !PATH.test(path) || path.length > MAX_ATTRIBUTE) {
    const rule = `must begin with '/', hold ASCII without ';' and '<', and at most ${MAX_ATTRIBUTE} characters`
    throw new OptionError('cookie.path', `${rule}, not ${show(path)}`)
  }
  if (domain !== undefined && !isHost(domain)) {
    throw new OptionError('cookie.domain', `must be a host name, not ${show(domain)}`)
  }
  return Object.freeze({
    path,
    domain,
    httpOnly: requireBoolean('cookie.httpOnly', httpOnly),
    sameSite: requireWord('cookie.sameSite', sameSite, ['lax', 'strict', 'none']),
    partitioned: requireBoolean('cookie.partitioned', partitioned),
    priority:
      priority === undefined
        ? undefined
        : requireWord('cookie.priority', priority, ['low', 'medium', 'high']),
  })
}

function isHost(domain: unknown): boolean {
  return typeof domain === 'string' && domain.length <= MAX_HOST && DOMAIN.test(domain)
}

function defaultName({ path, domain }: CookieAttributes): string {
  return path === '/' && domain === undefined ? '__Host-sid' : '__Secure-sid'
}

/** Browsers drop such a cookie without Secure, so `'auto'` means always. */
function whatNeedsSecure(
  names: readonly unknown[],
  { sameSite, partitioned }: CookieAttributes,
): string | undefined {
  if (names.some((name) => typeof name === 'string' && /^__(host|secure|http)-/i.test(name))) {
    return `the cookie name's prefix`
  }
  if (sameSite === 'none') return `cookie.sameSite 'none'`
  return partitioned ? 'cookie.partitioned' : undefined
}

function checkName(
  option: string,
  name: unknown,
  { path, domain, httpOnly }: CookieAttributes,
): void {
  if (typeof name !== 'string' || !TOKEN.test(name)) {
    throw new OptionError(option, `must be a token (RFC 9110), not ${show(name)}`)
  }
  if (name.length > MAX_NAME) {
    throw new OptionError(option, `must be at most ${MAX_NAME} characters`)
  }
  if (/^__host-/i.test(name) && (path !== '/' || domain !== undefined)) {
    throw new OptionError(option, `the prefix __Host- needs path '/' and no domain`)
  }
  if (/^__(host-)?http-/i.test(name) && !httpOnly) {
    throw new OptionError(option, 'the prefix __Http- needs cookie.httpOnly')
  }
}
