import { CrossOriginError, OptionError } from '../errors.ts'
import { publish } from '../events.ts'
import { requireGroup, show } from '../options/check.ts'
import { headerOf } from '../request-header.ts'

export interface CrossOriginGuardOptions {
  /**
   * Other origins whose pages may send what they like, each as browsers write it in `Origin`:
   * `['https://pay.example']`. No path, no wildcard, not `null`. Default none.
   */
  readonly allow?: readonly string[]
}

/** A request of Node, of fetch, or of a framework. */
export interface GuardedRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: object
}

/**
 * Makes a check of requests, which throws for one that a page of another origin has caused:
 * whoever forges requests (CSRF) has no other way. It needs no session and no token.
 *
 * What only looks (GET, HEAD, OPTIONS) passes, a WebSocket's handshake apart: GET must change
 * nothing. So does a request that says nothing of where it comes from: it is not a browser's.
 *
 *     const check = crossOriginGuard({ allow: ['https://pay.example'] })
 *     check(request)
 *
 * The check throws a {@link CrossOriginError}, status 403, once it has published the event
 * `refused`.
 *
 * @throws {OptionError} for an origin that no browser would send.
 */
export function crossOriginGuard(
  options: CrossOriginGuardOptions = {},
): (request: GuardedRequest) => void {
  requireGroup('crossOriginGuard', options, ['allow'], { group: '' })
  const allowed = resolveAllowed(options.allow)
  return function check(request) {
    if (!isForeign(request, allowed)) return
    publish('refused', { reason: 'cross_origin', request })
    throw refusalOf(request)
  }
}

/**
 * Browsers send Sec-Fetch-Site over https and on localhost (W3C Fetch Metadata), and no script can
 * write it. Elsewhere, and in browsers older than 2023, Origin is what there is.
 */
function isForeign(request: GuardedRequest, allowed: ReadonlySet<unknown>): boolean {
  if (onlyLooks(request)) return false
  const origin = headerOf(request, 'origin')
  if (allowed.has(origin)) return false
  const site = headerOf(request, 'sec-fetch-site')
  if (site) return site !== 'same-origin' && site !== 'none'
  return Boolean(origin) && !isOwn(origin, request)
}

/** RFC 9110 9.2.1; RFC 6455 10.2: any page may open a WebSocket, and its handshake is a GET. */
function onlyLooks(request: GuardedRequest): boolean {
  const safe = ['GET', 'HEAD', 'OPTIONS'].includes(String(request.method))
  return safe && !/websocket/i.test(String(headerOf(request, 'upgrade')))
}

/**
 * Compares host and port. The scheme cannot be known behind a proxy that ends TLS, and no header
 * of a proxy is believed. `null`, the origin of sandboxed pages, is nobody's own.
 */
function isOwn(origin: unknown, request: GuardedRequest): boolean {
  const url = parse(origin)
  if (url === undefined || url.origin !== origin) return false
  return parse(`${url.protocol}//${hostOf(request)}`)?.host === url.host
}

/** HTTP/2 has `:authority` in place of Host; a fetch-style request may have only its URL. */
function hostOf(request: GuardedRequest): string {
  const { ':authority': authority } = request.headers as { ':authority'?: unknown }
  const host = headerOf(request, 'host') ?? authority ?? parse(request.url)?.host
  return typeof host === 'string' ? host : ''
}

function refusalOf(request: GuardedRequest): CrossOriginError {
  const sent = headerOf(request, 'origin')
  const origin = typeof sent === 'string' ? sent : undefined
  const from = origin === undefined ? '' : ` (${show(origin)})`
  const message = `${request.method} refused: a page of another origin${from} has caused it`
  return new CrossOriginError(origin, message)
}

function parse(url: unknown): URL | undefined {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined
}

function resolveAllowed(allow: unknown = []): ReadonlySet<unknown> {
  if (!Array.isArray(allow)) {
    throw new OptionError('allow', `must be an array of origins, not ${show(allow)}`)
  }
  for (const origin of allow) {
    if (isOrigin(origin)) continue
    const rule = "must hold origins as browsers write them, like 'https://pay.example'"
    throw new OptionError('allow', `${rule}, not ${show(origin)}`)
  }
  return new Set(allow)
}

/** `capacitor://localhost` and its like are origins too; those of sockets are http or https. */
const ORIGIN = /^(?!wss?:)[a-z][a-z0-9+.-]*:\/\/[a-z0-9._:[\]-]+$/

function isOrigin(value: unknown): boolean {
  const url = parse(value)
  if (url === undefined || !ORIGIN.test(value as string)) return false
  return !/^https?:$/.test(url.protocol) || url.origin === value
}
