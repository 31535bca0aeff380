import { describe, expect, test } from 'vitest'
import { CrossOriginError, OptionError } from '../../src/errors.ts'
import { type CrossOriginGuardOptions, crossOriginGuard } from '../../src/guard/cross-origin.ts'
import { collect } from '../support/events.ts'

const PAY = 'https://pay.example'
const SAFE = ['GET', 'HEAD', 'OPTIONS']
const UNSAFE = ['POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'TRACE', 'PROPFIND', 'get', '']

const SITES = [undefined, '', 'same-origin', 'none', 'same-site', 'cross-site'] as const
/** Of the site that is asked, `shop.example`: where a request may come from. */
const ORIGINS = {
  none: undefined,
  empty: '',
  opaque: 'null',
  own: 'https://shop.example',
  'own, before TLS': 'http://shop.example',
  'own, other port': 'https://shop.example:8443',
  sibling: 'https://blog.shop.example',
  parent: 'https://example',
  allowed: PAY,
  'allowed, other scheme': 'http://pay.example',
  foreign: 'https://evil.example',
  lookalike: 'https://shop.example.evil.example',
  'with a path': 'https://shop.example/',
  two: 'https://shop.example, https://evil.example',
} as const
type From = keyof typeof ORIGINS

/** What a page of ours, or something that is no browser, may send without Sec-Fetch-Site. */
const OWN: readonly From[] = ['none', 'empty', 'own', 'own, before TLS']

function expected(site: (typeof SITES)[number], from: From, allows: boolean): boolean {
  if (allows && from === 'allowed') return true
  return site ? ['same-origin', 'none'].includes(site) : OWN.includes(from)
}

type Headers = Readonly<Record<string, string | undefined>>

function nodeRequest(method: string | undefined, headers: Headers) {
  const present = Object.entries(headers).filter(([, value]) => value !== undefined)
  return { method, url: '/order', headers: Object.fromEntries(present) }
}

function fetchRequest(method: string, headers: Headers) {
  const list = new Headers(nodeRequest(method, headers).headers as Record<string, string>)
  return { method, url: 'https://shop.example/order', headers: list }
}

function passes(request: Parameters<ReturnType<typeof crossOriginGuard>>[0], allow?: string[]) {
  try {
    crossOriginGuard({ allow })(request)
    return true
  } catch (error) {
    expect(error).toMatchObject({ name: 'CrossOriginError', code: 'cross_origin', status: 403 })
    return false
  }
}

const matrix = SITES.flatMap((site) =>
  (Object.keys(ORIGINS) as From[]).flatMap((from) =>
    [[], [PAY]].map((allow) => ({ site, from, allow })),
  ),
)

describe.each(matrix)('Sec-Fetch-Site $site, Origin $from, allow $allow', (row) => {
  const { site, from, allow } = row
  const right = expected(site, from, allow.length > 0)
  const headers = { 'sec-fetch-site': site, origin: ORIGINS[from] }

  test(`THREATS T6: what changes something ${right ? 'passes' : 'is refused'}`, () => {
    for (const method of UNSAFE) {
      const hosts = { host: 'shop.example', ...headers }
      const http2 = { ':authority': 'shop.example', ...headers }
      const answers = [
        passes(nodeRequest(method, hosts), allow),
        passes(nodeRequest(method, http2), allow),
        passes(fetchRequest(method, hosts), allow),
        passes(fetchRequest(method, headers), allow),
      ]
      expect([method, answers]).toEqual([method, [right, right, right, right]])
    }
  })

  test(`a WebSocket's handshake ${right ? 'passes' : 'is refused'}, and what only looks passes`, () => {
    for (const method of SAFE) {
      const request = nodeRequest(method, { host: 'shop.example', ...headers })
      expect(passes(request, allow)).toBe(true)
      for (const upgrade of ['websocket', 'WebSocket', 'h2c, websocket']) {
        const handshake = nodeRequest(method, { host: 'shop.example', upgrade, ...headers })
        expect(passes(handshake, allow)).toBe(right)
      }
      const http2c = nodeRequest(method, { host: 'shop.example', upgrade: 'h2c', ...headers })
      expect(passes(http2c, allow)).toBe(true)
    }
  })
})

describe("the request's own origin, where only Origin tells", () => {
  test.each([
    ['https://shop.example', 'shop.example', true],
    ['https://shop.example', 'SHOP.example', true],
    ['https://shop.example', 'shop.example:443', true],
    ['http://shop.example', 'shop.example:80', true],
    ['http://shop.example', 'shop.example:443', false],
    ['https://shop.example', 'shop.example:80', false],
    ['https://shop.example:8443', 'shop.example:8443', true],
    ['https://shop.example:8443', 'shop.example', false],
    ['http://localhost:3000', 'localhost:3000', true],
    ['http://localhost:3000', '127.0.0.1:3000', false],
    ['http://[::1]:3000', '[::1]:3000', true],
    ['http://127.0.0.1', '127.0.0.1', true],
    ['https://xn--bcher-kva.example', 'xn--bcher-kva.example', true],
    ['https://shop.example', undefined, false],
    ['https://shop.example', '', false],
    ['https://undefined', undefined, false],
    ['https://shop.example', 'backend:3000', false],
    ['https://shop.example', 'evil.example, shop.example', false],
    ['https://shop.example', 'shop.example.', false],
    ['capacitor://localhost', 'localhost', false],
    ['file://', '', false],
    ['https://a@shop.example', 'shop.example', false],
    ['HTTPS://SHOP.EXAMPLE', 'shop.example', false],
  ])('%s at Host %s: %s', (origin, host, right) => {
    expect(passes(nodeRequest('POST', { host, origin }))).toBe(right)
  })

  test('THREATS T23: no header of a proxy is believed', () => {
    const claims = {
      forwarded: 'host=evil.example;proto=https',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-original-host': 'evil.example',
      'x-host': 'evil.example',
    }
    const origin = 'https://evil.example'
    expect(passes(nodeRequest('POST', { host: 'shop.example', origin, ...claims }))).toBe(false)
  })

  test('a fetch-style request without a Host header is asked at its URL', () => {
    for (const [origin, right] of [
      ['https://shop.example', true],
      ['https://evil.example', false],
    ] as const) {
      const request = new Request('https://shop.example/x', { method: 'POST', headers: { origin } })
      expect(passes(request)).toBe(right)
    }
  })
})

describe('a refusal', () => {
  test('names method and origin, keeps the origin, and is an event with the request', () => {
    const request = nodeRequest('POST', { host: 'shop.example', origin: 'https://evil.example' })
    const events = collect()
    let refusal: unknown
    try {
      crossOriginGuard()(request)
    } catch (error) {
      refusal = error
    }
    expect(refusal).toBeInstanceOf(CrossOriginError)
    expect(refusal).toMatchObject({ origin: 'https://evil.example', expose: true })
    expect((refusal as Error).message).toMatch(/^POST refused.*"https:\/\/evil\.example"/)
    expect(events.all).toEqual([['refused', { reason: 'cross_origin', request }]])
  })

  test('without an Origin says so by leaving it out', () => {
    const request = nodeRequest('POST', { 'sec-fetch-site': 'cross-site' })
    expect(() => crossOriginGuard()(request)).toThrow(
      expect.objectContaining({
        origin: undefined,
        message: expect.not.stringMatching(/undefined/),
      }),
    )
  })

  test('does not show a long origin, which is text of the other side', () => {
    const origin = `https://${'x'.repeat(5000)}`
    const request = nodeRequest('POST', { origin })
    expect(() => crossOriginGuard()(request)).toThrow(
      expect.objectContaining({ origin, message: expect.not.stringMatching(/xxx/) }),
    )
  })

  test('is none where a request passes: no event', () => {
    const events = collect()
    crossOriginGuard()(nodeRequest('POST', { 'sec-fetch-site': 'same-origin' }))
    crossOriginGuard()(nodeRequest('POST', {}))
    expect(events.all).toEqual([])
  })

  test('comes of a request without a method, too', () => {
    expect(passes(nodeRequest(undefined, { 'sec-fetch-site': 'cross-site' }))).toBe(false)
  })
})

function make(allow: unknown) {
  return crossOriginGuard({ allow } as CrossOriginGuardOptions)
}

function crossSite(origin: string) {
  return nodeRequest('POST', { origin, 'sec-fetch-site': 'cross-site' })
}

describe('option allow', () => {
  test.each([
    'https://pay.example',
    'http://localhost:5173',
    'https://pay.example:8443',
    'http://[::1]:3000',
    'http://192.168.0.1',
    'https://xn--bcher-kva.example',
    'https://under_score.example',
    'capacitor://localhost',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
  ])('takes %s, and lets exactly that in', (origin) => {
    expect(passes(crossSite(origin), [origin])).toBe(true)
    expect(passes(crossSite(`${origin}1`), [origin])).toBe(false)
  })

  test.each([
    'null',
    '*',
    '',
    'https://*',
    'https://*.example',
    'https://pay.example/',
    'https://pay.example/path',
    'https://pay.example?x',
    'https://pay.example#x',
    'https://PAY.example',
    'HTTPS://pay.example',
    'https://pay.example:443',
    'http://pay.example:80',
    'https://user@pay.example',
    'https://pay.example:port',
    'https://b\u00fccher.example',
    ' https://pay.example',
    'https://pay.example\n',
    'https://pay.example,https://other.example',
    'wss://pay.example',
    'ws://pay.example',
    'pay.example',
    '//pay.example',
    'https:pay.example',
    'https:/pay.example',
    'https://',
    'file:///x',
    'javascript:alert(1)',
    null,
    undefined,
    7,
    {},
    new URL('https://pay.example'),
    /pay/,
  ])('refuses %s', (origin) => {
    expect(() => make([PAY, origin])).toThrow(OptionError)
    expect(() => make([PAY, origin])).toThrow(/^allow: must hold origins/)
  })

  test.each(['https://pay.example', {}, null, new Set([PAY]), true])('is no %s', (allow) => {
    expect(() => make(allow)).toThrow(/^allow: must be an array/)
  })

  test('is read once: what the array becomes later changes nothing', () => {
    const allow = [PAY]
    const check = crossOriginGuard({ allow })
    allow[0] = 'https://evil.example'
    expect(() => check(crossSite(PAY))).not.toThrow()
    expect(() => check(crossSite('https://evil.example'))).toThrow(CrossOriginError)
  })

  test('another option is refused', () => {
    const options = { allowed: [PAY] } as CrossOriginGuardOptions
    expect(() => crossOriginGuard(options)).toThrow('did you mean allow?')
  })
})
