import { inspect } from 'node:util'
import { expect, vi } from 'vitest'
import { collect } from '../../support/events.ts'
import { HEADERS, NAME } from '../../support/hostile-cookies.ts'
import { BEGUN, type Cases, type Stage } from '../stage.ts'
import { COOKIE, type Visitor } from '../visitor.ts'

interface Seen {
  readonly status: number
  readonly ours: readonly string[]
  readonly data: unknown
  readonly accesses: number
}

/** What a request with these Cookie header fields sees, and how often it asks the store. */
async function seenWith(stage: Stage, visitor: Visitor, ...cookies: string[]): Promise<Seen> {
  const before = stage.store.totalCalls
  const { status, ours, text } = await visitor.get('/look', { cookies })
  const { data } = JSON.parse(text) as { data: unknown }
  return { status, ours, data, accesses: stage.store.totalCalls - before }
}

const NOBODY: Seen = { status: 200, ours: [], data: {}, accesses: 0 }
const ADA: Seen = { status: 200, ours: [], data: BEGUN, accesses: 1 }

/** Values that are not a session's, made from one that is. */
function hostile(value: string): string[] {
  const [id = '', family = '', edition = '', signature = ''] = value.split('.')
  return [
    '',
    '.',
    '...',
    'undefined',
    '__proto__',
    `"${value}"`,
    `${value}.`,
    `${value}=`,
    `${value}%00`,
    ` ${value} x`,
    `${value}\xff`,
    '\xe9\xff\x80',
    encodeURIComponent(`${value}\r\nSet-Cookie: planted=1`),
    `s:${value}`,
    value.toUpperCase(),
    value.slice(0, -1),
    [id, family, edition, 'A'.repeat(signature.length)].join('.'),
    [id, family, Number(edition) + 1, signature].join('.'),
    [`${id}x`, family, edition, signature].join('.'),
    ['../'.repeat(20), family, edition, signature].join('.'),
    'x'.repeat(8000),
    '.'.repeat(8000),
  ]
}

/** The value of every accessor, and every function. */
function membersOf(session: object): unknown[] {
  const members: unknown[] = []
  let prototype: unknown = Object.getPrototypeOf(session)
  while (typeof prototype === 'object' && prototype !== null && prototype !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      members.push(Reflect.get(session, name))
    }
    prototype = Object.getPrototypeOf(prototype)
  }
  return members
}

/** What a Cookie header may hold. */
export const cookies: Cases = {
  'our cookie among others is found, in one header field or in several': async (stage) => {
    const visitor = await stage.begun()
    const ours = String(visitor.cookie)
    const many = `a=1; ${ours}; b="two"; x${ours}`
    expect(await seenWith(stage, visitor, many)).toEqual(ADA)
    expect(await seenWith(stage, visitor, 'a=1; c', ours, 'b=2')).toEqual(ADA)
    expect(await seenWith(stage, visitor, 'a=1', `b=2; ${ours}`)).toEqual(ADA)
  },

  'THREATS T4: two cookies of our name are no session, in one header field or in two': async (
    stage,
  ) => {
    const visitor = await stage.begun()
    const ours = String(visitor.cookie)
    const events = collect()
    expect(await seenWith(stage, visitor, `${ours}; ${ours}`)).toEqual(NOBODY)
    expect(await seenWith(stage, visitor, ours, ours)).toEqual(NOBODY)
    expect(await seenWith(stage, visitor, `${COOKIE}=planted`, `a=1; ${ours}`)).toEqual(NOBODY)
    expect(events.of('rejected').map(({ reason }) => reason)).toEqual(
      Array.from({ length: 3 }, () => 'duplicate'),
    )
  },

  'hostile cookie values are visitors and cost no store access': async (stage) => {
    const visitor = await stage.begun()
    const value = String(visitor.cookie).slice(`${COOKIE}=`.length)
    for (const bad of hostile(value)) {
      expect([bad, await seenWith(stage, visitor, `${COOKIE}=${bad}`)]).toEqual([bad, NOBODY])
    }
    expect(await seenWith(stage, visitor, `${COOKIE}=${value}`)).toEqual(ADA)
  },

  'THREATS 22, T4: only the exact name matches, for 40 hostile headers and more': async (stage) => {
    const prefixed = await stage.beside({ cookie: { name: NAME } })
    const visitor = prefixed.visitor()
    const [set = ''] = (await visitor.post('/begin')).theirs
    const value = set.slice(`${NAME}=`.length, set.indexOf(';'))
    expect(HEADERS.length).toBeGreaterThanOrEqual(40)
    for (const [header, found] of HEADERS) {
      // One character for each byte. Blanks around it are no part of a field (RFC 9110 5.5), and
      // HTTP/2 drops a field that has them (RFC 9113 8.2.1).
      const field = header.replaceAll('=V', `=${value}`).replaceAll(/^[ \t]+|[ \t]+$/g, '')
      const seen = await seenWith(prefixed, visitor, field)
      expect([header, seen]).toEqual([header, found === 'V' ? ADA : NOBODY])
    }
  },

  'THREATS T23: in production the cookie has every protection by default, whatever the request looks like (ASVS 3.3.1, ASVS 3.3.2, ASVS 3.3.3, ASVS 3.3.4)':
    async (stage) => {
      vi.stubEnv('NODE_ENV', 'production')
      try {
        const production = await stage.beside({ cookie: {} })
        const claims = ['x-nothing: 1', 'x-forwarded-proto: http', 'forwarded: proto=http']
        for (const claim of claims) {
          const headers = Object.fromEntries([claim.split(': ')])
          const { theirs } = await production.visitor().get('/begin', { method: 'POST', headers })
          expect(theirs).toEqual([
            expect.stringMatching(/^__Host-sid=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
          ])
        }
      } finally {
        vi.unstubAllEnvs()
      }
    },

  'in development a browser on localhost gets a cookie it can keep over http': async (stage) => {
    const development = await stage.beside({ cookie: {} })
    const [set = ''] = (await development.visitor().post('/begin')).theirs
    const plain = /^sid=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/
    const secure = /^__Host-sid=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/
    // A fetch-style request does not show who sent it; browsers but Safari keep this one too.
    expect(set).toMatch(stage.alwaysVaries && secure.test(set) ? secure : plain)
    const behind = { headers: { 'x-forwarded-proto': 'https' }, method: 'POST' }
    expect((await development.visitor().get('/begin', behind)).theirs).toEqual([
      expect.stringMatching(secure),
    ])
  },

  'the value of the cookie is in Set-Cookie and nowhere else (ASVS 3.3.4)': async (stage) => {
    stage.show({
      '/page': async ({ session }) => {
        session['n'] = 1
        session.getCsrfToken()
        const shown = { all: { ...session }, session, members: membersOf(session) }
        const deep = inspect(shown, { depth: 20, showHidden: true })
        return { body: `${deep} ${JSON.stringify(shown)} ${inspect(session)}` }
      },
    })
    const visitor = stage.visitor()
    for (const answer of [await visitor.get('/page'), await visitor.get('/page')]) {
      const [, family = '?', , signature = '?'] = String(visitor.cookie).split('.')
      expect(answer.text).toContain('n: 1')
      const { 'set-cookie': _, ...headers } = answer.headers
      for (const secret of [family, signature]) {
        expect(secret.length).toBeGreaterThan(20)
        expect(answer.text).not.toContain(secret)
        expect(JSON.stringify(headers)).not.toContain(secret)
      }
    }
  },

  'a rejected cookie is an event with the very request, told before its handler runs': async (
    stage,
  ) => {
    const events = collect()
    const told: boolean[] = []
    stage.show({
      '/page': async ({ request }) => {
        told.push(events.of('rejected').at(-1)?.request === request)
        return { body: 'page' }
      },
    })
    const visitor = stage.visitor()
    for (const cookie of [
      'x',
      'x.y.0.z',
      `${'A'.repeat(22)}.${'A'.repeat(22)}.0.${'A'.repeat(43)}`,
    ]) {
      await visitor.get('/page', { cookies: [`${COOKIE}=${cookie}`] })
    }
    await visitor.get('/page', { cookies: [`${COOKIE}=x; ${COOKIE}=x`] })
    expect(told).toEqual([true, true, true, true])
    const reasons = events.of('rejected').map(({ reason }) => reason)
    expect(reasons).toEqual(['malformed', 'malformed', 'forged', 'duplicate'])
  },
}
