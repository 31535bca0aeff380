import { parseCookie } from 'cookie'
import * as fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createSeal } from '../../src/cookie/credential.ts'
import { randomId } from '../../src/cookie/random.ts'
import { findCookie } from '../../src/cookie/read.ts'
import { isSecure } from '../../src/cookie/secure.ts'
import type { CookieOptions } from '../../src/options/options.ts'
import { resolveCookie } from '../../src/options/resolve-cookie.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET } from '../support/app.ts'
import { parseSetCookie } from '../support/browser-jar.ts'
import { HEADERS, NAME } from '../support/hostile-cookies.ts'

describe('hostile Cookie headers', () => {
  test.each(HEADERS)('THREATS 22: %j: %s', (header, found) => {
    const answer = findCookie(header, NAME)
    expect(answer).toEqual(found.startsWith('V') ? { value: found } : found)
  })
})

/** RFC 6265bis 4.2.1, the other way round: pairs between semicolons, SP and TAB around them. */
function read(header: string, name: string): ReturnType<typeof findCookie> {
  const pairs = header.split(';').map((text) => text.replaceAll(/^[ \t]+|[ \t]+$/g, ''))
  const found = pairs.filter((text) => text.startsWith(`${name}=`))
  if (found.length > 1) return 'duplicate'
  const [only] = found
  return only === undefined ? 'none' : { value: only.slice(name.length + 1).replace(/^[ \t]+/, '') }
}

describe('findCookie', () => {
  const token = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,12}$/)
  const value = fc.stringMatching(/^[!#-+\--:<-[\]-~]{0,12}$/)
  const pair = fc.tuple(token, value)

  test('finds in well-formed headers what the package cookie finds', () => {
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 8 }), pair, (pairs, [name, mine]) => {
        const others = pairs.filter(([other]) => other !== name)
        const all = [...others, [name, mine] as const]
        const header = all.map(([key, text]) => `${key}=${text}`).join('; ')
        const oracle = parseCookie(header, { decode: (text) => text })[name]
        expect(findCookie(header, name)).toEqual({ value: oracle })
        expect(findCookie(others.map(([key, text]) => `${key}=${text}`).join('; '), name)).toBe(
          'none',
        )
      }),
      { numRuns: 500 },
    )
  })

  test('THREATS 22: finds in hostile headers what a reader written otherwise finds', () => {
    const pieces = [NAME, 'a', '=', ';', ' ', '\t', '"', ',', '\u00a0', '\u0085', '\0', '%3D', 'V']
    const headers = fc.array(fc.constantFrom(...pieces, `;${NAME}=`, `${NAME}=V`), {
      maxLength: 16,
    })
    fc.assert(
      fc.property(headers, (parts) => {
        const header = parts.join('')
        const found = findCookie(header, NAME)
        expect(found).toEqual(read(header, NAME))
        // The package takes blanks before `=` as well, and of two cookies the first.
        if (typeof found !== 'object' || /[ \t]=/.test(header)) return
        expect(parseCookie(header, { decode: (text) => text })[NAME]).toBe(found.value)
      }),
      { numRuns: 3000 },
    )
  })

  test('answers for any text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), token, (header, name) => {
        const found = findCookie(header, name)
        if (typeof found === 'object') expect(header).toContain(`${name}=`)
      }),
      { numRuns: 500 },
    )
  })
})

describe('the credential', () => {
  const seal = createSeal([SECRET], 'session:')
  const credential = { id: randomId(), family: randomId(), edition: 12 }
  const written = seal.write(NAME, credential)

  test('reads back what it wrote', () => {
    expect(seal.read(NAME, written)).toMatchObject(credential)
  })

  test('THREATS 20: any change of any character is refused (ASVS 7.2.1)', () => {
    const alphabet = 'ABCXYZabcxyz0189-_.=%+/ "\u00e9'
    for (let at = 0; at < written.length; at++) {
      for (const character of alphabet) {
        if (character === written[at]) continue
        const changed = written.slice(0, at) + character + written.slice(at + 1)
        expect(seal.read(NAME, changed)).toBeTypeOf('string')
      }
      expect(seal.read(NAME, written.slice(0, at) + written.slice(at + 1))).toBeTypeOf('string')
      expect(seal.read(NAME, written.slice(0, at))).toBeTypeOf('string')
    }
  })

  test('anything inserted is refused, and so is any other text', () => {
    fc.assert(
      fc.property(
        fc.nat(written.length),
        fc.string({ minLength: 1, unit: 'binary' }),
        (at, text) => {
          const longer = written.slice(0, at) + text + written.slice(at)
          expect(seal.read(NAME, longer)).toBeTypeOf('string')
          expect(seal.read(NAME, text)).toBe('malformed')
        },
      ),
    )
  })

  test.each([
    ['cookie name', createSeal([SECRET], 'session:'), '__Host-sie'],
    ['prefix', createSeal([SECRET], 'session;'), NAME],
    ['secret', createSeal([`${SECRET}!`], 'session:'), NAME],
  ])('another %s is refused (ASVS 7.2.1)', (_, other, name) => {
    expect(other.read(name, written)).toBe('forged')
  })

  test('moving a letter between name and prefix is refused', () => {
    const one = createSeal([SECRET], 'b:').write('sida', credential)
    expect(createSeal([SECRET], 'ab:').read('sid', one)).toBe('forged')
  })

  test('a second secret verifies, and the first signs', () => {
    const next = `the new secret: ${SECRET}`
    const rotated = createSeal([next, SECRET], 'session:')
    expect(rotated.read(NAME, written)).toMatchObject(credential)
    const renewed = rotated.write(NAME, credential)
    expect(seal.read(NAME, renewed)).toBe('forged')
    expect(createSeal([next], 'session:').read(NAME, renewed)).toMatchObject(credential)
  })
})

function ask(socket: object | null, headers: Record<string, unknown>): object {
  return { socket, headers }
}

describe('a Secure cookie', () => {
  afterEach(() => void vi.unstubAllEnvs())

  const local = { remoteAddress: '127.0.0.1' }
  const host = { host: 'localhost:3000' }

  const AUTO: readonly [what: string, request: unknown, secure: boolean][] = [
    ['a local browser', ask(local, host), false],
    ['localhost without port', ask(local, { host: 'localhost' }), false],
    ['LOCALHOST', ask(local, { host: 'LOCALHOST' }), false],
    ['a name under localhost', ask(local, { host: 'shop.localhost:80' }), false],
    ['127.0.0.1', ask(local, { host: '127.0.0.1:3000' }), false],
    ['127.1.2.3', ask(local, { host: '127.1.2.3' }), false],
    ['127.10.20.30', ask(local, { host: '127.10.20.30' }), false],
    ['[::1]', ask({ remoteAddress: '::1' }, { host: '[::1]:3000' }), false],
    ['HTTP/2 without TLS', ask(local, { ':authority': 'localhost:3000' }), false],
    ['HTTP/2 to another name', ask(local, { ':authority': 'shop.example' }), true],
    ['a mapped address', ask({ remoteAddress: '::ffff:127.0.0.1' }, host), false],
    ['TLS', ask({ ...local, encrypted: true }, host), true],
    ['another peer', ask({ remoteAddress: '10.0.0.1' }, host), true],
    ['another mapped peer', ask({ remoteAddress: '::ffff:10.0.0.1' }, host), true],
    ['a peer with 127. in it', ask({ remoteAddress: '210.127.0.1' }, host), true],
    ['no peer', ask({}, host), true],
    ['no socket', ask(null, host), true],
    ['no request', undefined, true],
    ['null', null, true],
    ['no headers', { socket: local }, true],
    ['null for headers', { socket: local, headers: null }, true],
    ['no Host', ask(local, {}), true],
    ['another Host', ask(local, { host: 'example.com' }), true],
    ['a Host that begins like it', ask(local, { host: 'localhost.example.com' }), true],
    ['a Host that ends like it', ask(local, { host: 'evillocalhost' }), true],
    ['a Host that ends with 127.0.0.1', ask(local, { host: 'evil.127.0.0.1' }), true],
    ['a Host that begins with 127.', ask(local, { host: '127.0.0.1.example.com' }), true],
    ['a proxy: X-Forwarded-For', ask(local, { ...host, 'x-forwarded-for': '1.2.3.4' }), true],
    ['a proxy: X-Forwarded-Proto', ask(local, { ...host, 'x-forwarded-proto': 'http' }), true],
    ['a proxy: X-Forwarded-Host', ask(local, { ...host, 'x-forwarded-host': 'a' }), true],
    ['a proxy: Forwarded', ask(local, { ...host, forwarded: 'for=1.2.3.4' }), true],
    ['a proxy: Via', ask(local, { ...host, via: '1.1 cache' }), true],
  ]

  test.each(AUTO)("THREATS T23: with 'auto': %s", (_, request, secure) => {
    const cookie = resolveCookie({})
    expect(isSecure(cookie, request, undefined)).toBe(secure)
    expect(isSecure(cookie, request, true)).toBe(false)
    expect(isSecure(cookie, request, false)).toBe(true)
    expect(isSecure(resolveCookie({ secure: true }), request, true)).toBe(true)
    expect(isSecure(resolveCookie({ secure: false }), request, false)).toBe(false)
  })

  test.each(AUTO)("with 'auto' in production, always: %s (ASVS 3.3.1)", (_, request) => {
    vi.stubEnv('NODE_ENV', 'production')
    expect(isSecure(resolveCookie({}), request, undefined)).toBe(true)
    expect(isSecure(resolveCookie({}), request, true)).toBe(true)
  })

  const NAMES: readonly [options: CookieOptions, secureName: string, plainName: string][] = [
    [{}, '__Host-sid', 'sid'],
    [{ path: '/shop' }, '__Secure-sid', 'sid'],
    [{ domain: 'example.com' }, '__Secure-sid', 'sid'],
    [{ name: 'shop' }, 'shop', 'shop'],
    [{ name: '__Host-shop' }, '__Host-shop', '__Host-shop'],
  ]

  test.each(NAMES)(
    'the name with %j: %s when Secure, else %s (ASVS 3.3.1, ASVS 3.3.3)',
    (options, secureName, plainName) => {
      expect(resolveCookie(options)).toMatchObject({ secureName, plainName })
    },
  )

  test('a Secure request never reads the plain cookie, nor the other way round', async () => {
    const sessions = createSessions<Data>({ secret: SECRET })
    const cookieFor = async (local: boolean) => {
      const session = await sessions.open(undefined, undefined, { local })
      session['n'] = 1
      return parseSetCookie((await sessions.commit(session)).setCookie ?? '')
    }
    const plain = await cookieFor(true)
    const secure = await cookieFor(false)
    expect([plain.name, secure.name]).toEqual(['sid', '__Host-sid'])
    expect([plain.attributes['secure'], secure.attributes['secure']]).toEqual([undefined, ''])
    const both = `${plain.name}=${plain.value}; ${secure.name}=${secure.value}`
    expect((await sessions.open(both, undefined, { local: true })).id).toBe(
      plain.value.split('.')[0],
    )
    expect((await sessions.open(both)).id).toBe(secure.value.split('.')[0])
    expect((await sessions.open(`sid=${plain.value}`)).isNew).toBe(true)
    expect((await sessions.open(`sid=${secure.value}`)).isNew).toBe(true)
  })
})
