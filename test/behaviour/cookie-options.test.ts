import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSeal } from '../../src/cookie/credential.ts'
import { randomId } from '../../src/cookie/random.ts'
import { OptionError } from '../../src/errors.ts'
import type { CookieOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET } from '../support/app.ts'
import { type SetCookie, parseSetCookie } from '../support/browser-jar.ts'

interface Cookies {
  readonly line: string
  readonly set: SetCookie
  readonly removed: SetCookie
}

/** The cookie that sessions with these options set, and the one that takes it away. */
async function cookiesOf(
  cookie: CookieOptions,
  { local = false, idGenerator = randomId } = {},
): Promise<Cookies> {
  const sessions = createSessions<Data>({ secret: SECRET, cookie, idGenerator })
  const session = await sessions.open(undefined, undefined, { local })
  session['n'] = 1
  const { setCookie: line = '' } = await sessions.commit(session)
  const set = parseSetCookie(line)
  const leaving = await sessions.open(`${set.name}=${set.value}`, undefined, { local })
  leaving.invalidate()
  const { setCookie: removal = '' } = await sessions.commit(leaving)
  return { line, set, removed: parseSetCookie(removal) }
}

function isTaken(cookie: CookieOptions | object): boolean {
  try {
    createSessions<Data>({ secret: SECRET, cookie })
    return true
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError)
    return false
  }
}

const names = fc.stringMatching(
  /^(?:__(?:Host|Secure|Http|Host-Http)-)?[A-Za-z0-9!#$%&'*+.^_`|~-]{1,40}$/,
)
const paths = fc.oneof(fc.constant('/'), fc.stringMatching(/^\/[a-z0-9/ ="%,.-]{0,40}$/))
const domains = fc.constantFrom('example.com', '.example.com', 'shop.example.com', 'localhost')
const options: fc.Arbitrary<CookieOptions> = fc.record(
  {
    name: names,
    maxAge: fc.option(fc.integer({ min: 1, max: 34_560_000 })),
    path: paths,
    domain: domains,
    secure: fc.constantFrom(true, false, 'auto' as const),
    httpOnly: fc.boolean(),
    sameSite: fc.constantFrom('lax', 'strict', 'none'),
    partitioned: fc.boolean(),
    priority: fc.constantFrom('low', 'medium', 'high'),
  },
  { requiredKeys: [] },
)
const taken = options.filter(isTaken)
const KEYS = [
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

describe('attribute injection', () => {
  /** What each may hold: of a token, an attribute value, a host name. */
  const GRAMMAR = {
    name: ['session', /[!#$%&'*+\-.^_`|~0-9A-Za-z]/],
    path: ['/shop', /[\x20-\x3a\x3c-\x7e]/],
    domain: ['a.example', /[a-z0-9.-]/i],
  } as const
  const codes = Array.from({ length: 0x180 }, (_, code) => code)
  const characters = [...codes, 0x2028, 0x2029, 0xd800, 0xff1b, 0xfeff].map((code) =>
    String.fromCharCode(code),
  )

  test.each(Object.entries(GRAMMAR))(
    'THREATS 21, T16: no character outside of its grammar gets into cookie.%s',
    (option, [value, grammar]) => {
      let refused = 0
      for (const character of characters.filter((each) => !grammar.test(each))) {
        for (let at = 0; at <= value.length; at++) {
          const given = value.slice(0, at) + character + value.slice(at)
          expect([given, isTaken({ [option]: given })]).toEqual([given, false])
          refused++
        }
      }
      expect(refused).toBeGreaterThan(1500)
      expect(isTaken({ [option]: value })).toBe(true)
    },
  )

  test('THREATS 21, T16: options of any kind are refused, or are the attributes and nothing else', async () => {
    const texts = fc.string({ unit: fc.constantFrom(...'/ab;= ,"%\r\n\0\u00e9') })
    const anything = fc.oneof(texts, fc.string({ unit: 'binary' }), fc.anything({ maxDepth: 1 }))
    const changes = fc.tuple(
      fc.constantFrom(...KEYS),
      fc.oneof(
        anything,
        texts.map((x) => `/${x}`),
      ),
    )
    const wild = fc
      .tuple(taken, changes)
      .map(([cookie, [key, value]]) => ({ ...cookie, [key]: value }))
    await fc.assert(
      fc.asyncProperty(fc.oneof(wild, options), async (given: object) => {
        if (!isTaken(given)) return
        const cookie = given as CookieOptions
        const { line, set } = await cookiesOf(cookie)
        expect(line).toMatch(/^[\x20-\x7e]+$/)
        const { name = set.name, path = '/', domain, maxAge, sameSite = 'lax', priority } = cookie
        const longest = maxAge == null ? undefined : String(Math.max(maxAge, 1200))
        const secure =
          sameSite === 'none' ||
          cookie.partitioned ||
          /^__(?:host|secure|http)-/i.test(name) ||
          cookie.secure
        const expected = {
          path,
          domain,
          'max-age': longest,
          samesite: sameSite,
          priority,
          secure: secure === false ? undefined : '',
          httponly: cookie.httpOnly === false ? undefined : '',
          partitioned: cookie.partitioned ? '' : undefined,
        }
        const lower = Object.entries(set.attributes).map(([key, value]) =>
          ['samesite', 'priority'].includes(key) ? [key, value.toLowerCase()] : [key, value],
        )
        expect(set.name).toBe(name)
        expect(Object.fromEntries(lower)).toEqual(
          Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined)),
        )
        expect(line.split(';')).toHaveLength(1 + Object.keys(set.attributes).length)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('the rules of the name prefixes, in any case of their letters (RFC 6265bis 4.1.3)', () => {
  const PREFIXES = ['__Secure-', '__Host-', '__Http-', '__Host-Http-'] as const
  const cased = fc
    .tuple(fc.constantFrom(...PREFIXES), fc.infiniteStream(fc.boolean()))
    .map(([prefix, upper]) => ({
      prefix,
      name: `${[...prefix].map((letter) => (upper.next().value ? letter.toUpperCase() : letter.toLowerCase())).join('')}sid`,
    }))

  test('THREATS T4: a name is taken where its prefix holds, and refused elsewhere (ASVS 3.3.1)', () => {
    const rest = fc.record({
      path: fc.constantFrom('/', '/shop', undefined),
      domain: fc.constantFrom('example.com', undefined),
      secure: fc.constantFrom(true, false, 'auto', undefined),
      httpOnly: fc.constantFrom(true, false, undefined),
    })
    fc.assert(
      fc.property(cased, rest, ({ prefix, name }, cookie) => {
        const { path = '/', domain, secure, httpOnly } = cookie
        const hostOnly = !prefix.startsWith('__Host-') || (path === '/' && domain === undefined)
        const unread = !prefix.endsWith('Http-') || httpOnly !== false
        const right = secure !== false && hostOnly && unread
        expect([name, cookie, isTaken({ ...cookie, name })]).toEqual([name, cookie, right])
      }),
      { numRuns: 1000 },
    )
  })

  test('such a cookie is Secure on every request, those of a local browser too (ASVS 3.3.1)', async () => {
    await fc.assert(
      fc.asyncProperty(cased, async ({ name }) => {
        const { set } = await cookiesOf({ name }, { local: true })
        expect([set.name, set.attributes['secure']]).toEqual([name, ''])
      }),
    )
  })
})

describe('sizes', () => {
  const SECRETS = [SECRET]

  test('name and value are far below 4096 bytes, whatever is taken (ASVS 3.3.5)', async () => {
    const ids = fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/)
    await fc.assert(
      fc.asyncProperty(taken, ids, async (cookie, id) => {
        const { set } = await cookiesOf(cookie, { idGenerator: () => id })
        expect(set.name.length + set.value.length).toBeLessThanOrEqual(4096)
      }),
    )
    const longest = { id: 'x'.repeat(128), family: randomId(), edition: 999_999_999 }
    const value = createSeal(SECRETS, 'p'.repeat(128)).write('n'.repeat(128), longest)
    expect([value.length, /^[\x21-\x7e]+$/.test(value)]).toEqual([205, true])
    expect(isTaken({ name: 'n'.repeat(128) })).toBe(true)
    expect(isTaken({ name: 'n'.repeat(129) })).toBe(false)
  })

  test('an attribute is no longer than browsers take (RFC 6265bis 5.6), the host name a host name', () => {
    expect(isTaken({ path: `/${'x'.repeat(1023)}` })).toBe(true)
    expect(isTaken({ path: `/${'x'.repeat(1024)}` })).toBe(false)
    const host = Array.from({ length: 64 }, () => 'abc').join('.')
    expect([host.length, isTaken({ domain: host.slice(0, 253) })]).toEqual([255, true])
    expect(isTaken({ domain: host.slice(0, 254).replace(/.$/, 'a') })).toBe(false)
  })
})

test('THREATS 19: the cookie that takes ours away has its name and its attributes, whatever they are', async () => {
  await fc.assert(
    fc.asyncProperty(taken, fc.boolean(), async (cookie, local) => {
      const { set, removed } = await cookiesOf(cookie, { local })
      const { 'max-age': _life, ...attributes } = set.attributes
      const { 'max-age': zero, expires, ...same } = removed.attributes
      expect([removed.name, removed.value]).toEqual([set.name, ''])
      expect([zero, expires]).toEqual(['0', 'Thu, 01 Jan 1970 00:00:00 GMT'])
      expect(same).toEqual(attributes)
    }),
    { numRuns: 300 },
  )
})
