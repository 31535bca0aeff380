import type { ResolvedCookie } from '../options/resolve-cookie.ts'
import { headerOf } from '../request-header.ts'

/** The parts of a request that tell where it came from. Frameworks' requests have them. */
interface Connection {
  readonly socket?: { readonly encrypted?: unknown; readonly remoteAddress?: unknown } | null
  readonly headers?: unknown
}

type Headers = Readonly<Record<string, unknown>>

/**
 * Whether the cookie of this request is Secure.
 *
 * With `'auto'` everything is, but for a developer's own browser: not production, no TLS on the
 * socket, a loopback peer, a localhost Host and no trace of a proxy. Host alone would not do
 * (proxies often pass `Host: localhost`), and behind a TLS proxy a framework reports http unless
 * told to trust it; here nobody needs to know.
 */
export function isSecure(
  cookie: ResolvedCookie,
  request: unknown,
  local: boolean | undefined,
): boolean {
  if (cookie.secure !== 'auto') return cookie.secure
  return !(local ?? isLocal(request))
}

function isLocal(request: unknown): boolean {
  if (typeof request !== 'object' || request === null) return false
  const { socket, headers } = request as Connection
  if (!socket || socket.encrypted || !isLoopback(socket.remoteAddress)) return false
  if (typeof headers !== 'object' || headers === null) return false
  const { host, ':authority': authority } = headers as Headers
  return isLocalHost(host ?? authority) && !hasProxyHeader(headers as Headers)
}

function isLoopback(address: unknown): boolean {
  if (typeof address !== 'string') return false
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}

function isLocalHost(host: unknown): boolean {
  if (typeof host !== 'string') return false
  const name = host.toLowerCase().replace(/:\d*$/, '')
  return (
    name === 'localhost' ||
    name === '[::1]' ||
    name.endsWith('.localhost') ||
    /^127(\.\d{1,3}){3}$/.test(name)
  )
}

function hasProxyHeader(headers: Headers): boolean {
  for (const name in headers) {
    if (name === 'forwarded' || name === 'via' || name.startsWith('x-forwarded-')) return true
  }
  return false
}

let warned = false

/**
 * Says once that a Secure cookie is going to a browser that talks plain http. The browser's own
 * word for its page tells, behind any proxy. A page elsewhere that links to a site on https says
 * nothing of this one: there browsers send Sec-Fetch-Site, which they do over https and to
 * localhost only.
 */
export function warnIfPlainHttp(request: unknown): void {
  if (warned) return
  const origin = headerOf(request, 'origin') ?? headerOf(request, 'referer')
  if (typeof origin !== 'string' || !origin.startsWith('http://')) return
  const site = headerOf(request, 'sec-fetch-site') ?? 'same-origin'
  if (site !== 'same-origin') return
  warned = true
  process.emitWarning(
    'a Secure session cookie is being set for a page opened over http (its Origin or Referer ' +
      'says so). Browsers drop it, on localhost only Safari does, so every request will be a new ' +
      'visitor. Serve the site over https; or, for development over plain http only, set ' +
      'cookie.secure to false.',
    { type: 'SojournWarning', code: 'SOJOURN_SECURE_OVER_HTTP' },
  )
}
