import { describe, expect, test } from 'vitest'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET } from '../support/app.ts'
import { beginTimed, cookieOf, look } from '../support/timed.ts'

type Options = Partial<SessionOptions<Data>>

function make(options: Options = {}) {
  return createSessions<Data>({ secret: SECRET, ...options })
}

/** How long a session lives that is used all the time, and one that is not. */
async function lives(options: Options) {
  const used = await beginTimed({ ...options, touchInterval: 0 })
  let whole = 0
  for (let cookie = used.header; ; whole += 300) {
    const { alive, setCookie } = await look(used.sessions, cookie)
    if (!alive || whole > 40 * 86_400) break
    if (setCookie !== undefined) cookie = cookieOf(setCookie)
    used.pass(300)
  }
  const idle = await beginTimed({ ...options, touchInterval: 0 })
  const { timeout } = await idle.sessions.open(idle.header)
  return { timeout, whole }
}

describe('presets of NIST SP 800-63B-4', () => {
  test.each([
    ['aal1', { timeout: 1200, whole: 30 * 86_400 }],
    ['aal2', { timeout: 3600, whole: 86_400 }],
    ['aal3', { timeout: 900, whole: 43_200 }],
  ] as const)('preset %s sets both timeouts (ASVS 7.3.1, ASVS 7.3.2)', async (preset, expected) => {
    expect(await lives({ preset })).toEqual(expected)
  })

  test('options beside a preset win, where the standard only recommends', async () => {
    const options = { preset: 'aal2', timeout: 1800, absoluteTimeout: 90_000 } as const
    expect(await lives(options)).toEqual({ timeout: 1800, whole: 90_000 })
  })

  test.each([
    [{ preset: 'aal3', absoluteTimeout: 43_201 }, /absoluteTimeout: must be at most 43200 seconds/],
    [{ preset: 'aal1', absoluteTimeout: null }, /absoluteTimeout: must not be null with preset/],
    [{ preset: 'aal2', absoluteTimeout: null }, /absoluteTimeout: must not be null with preset/],
    [{ preset: 'aal3', absoluteTimeout: null }, /absoluteTimeout: must not be null with preset/],
    [{ preset: 'aal4' }, /preset: must be one of 'aal1', 'aal2', 'aal3', not "aal4"/],
  ])('%j cannot be', (options, message) => {
    expect(() => make(options as Options)).toThrow(message)
  })

  test(`aal3's absolute end is not loosened by an adjusted timeout either`, async () => {
    const { sessions, header, pass } = await beginTimed({ preset: 'aal3' })
    const session = await sessions.open(header)
    session.adjustTimeoutForSession(34_560_000)
    await sessions.commit(session)
    pass(43_199)
    const last = await look(sessions, header)
    expect(last.alive).toBe(true)
    pass(1)
    expect((await look(sessions, cookieOf(last.setCookie))).alive).toBe(false)
  })
})

describe('describePolicy() (ASVS 7.1.1, ASVS 7.1.2, ASVS 7.1.3)', () => {
  test('says the defaults', () => {
    expect(make().describePolicy()).toBe(
      [
        '- A session ends after 1200 seconds (20 minutes) without activity, noted up to 60 seconds' +
          ' (1 minute) late; the application may change this for a session.',
        '- A session ends 2592000 seconds (30 days) after its creation, however active it is.',
        '- An account may have any number of sessions.',
        '- A sign-in may bring limits of its own, such as those of a session at an identity provider.',
        '- A session that somebody else ends can tell why for 3600 seconds (1 hour).',
        '- The cookie is replaced after 3600 seconds (1 hour), and when the application rotates it.',
        '- A replaced cookie that comes 60 seconds (1 minute) after its successor was first used' +
          ' opens nothing and is reported.',
        '- The cookie __Host-sid: Secure, except as sid for plain http from this machine; path /;' +
          ' this host only; HttpOnly; SameSite lax; kept until the browser closes.',
        '- The cookie is signed with HMAC-SHA256 by one secret.',
        '- The store keeps the SHA-256 of what the cookie proves: its contents open no session.',
        '- Session data are stored as readable JSON.',
        '- A session stores at most 1048576 bytes, under keys that begin with session: (the default).',
        '',
      ].join('\n'),
    )
  })

  const CASES: readonly [Options, string][] = [
    [{ absoluteTimeout: null }, 'A session in use has no last end.'],
    [{ timeout: 61 }, 'A session ends after 61 seconds without activity, noted up to 3.05 seconds'],
    [{ unprovenTimeout: 300 }, 'A session of nobody ends after 300 seconds (5 minutes) until'],
    [
      { maxPerPrincipal: { limit: 3 } },
      'An account may have 3 sessions; another sign-in ends the one that was signed in first.',
    ],
    [
      { maxPerPrincipal: { limit: 1, onLimit: 'refuse' } },
      'An account may have 1 session; another sign-in is refused.',
    ],
    [
      { reasonKept: 60 },
      'A session that somebody else ends can tell why for 60 seconds (1 minute).',
    ],
    [{ epoch: true }, 'All sessions can be ended at once.'],
    [{ renewalTimeout: null }, 'The cookie is replaced when the application rotates it.'],
    [{ onReplay: 'end' }, 'opens nothing, ends its session and is reported.'],
    [{ preset: 'aal2' }, 'The timeouts are those of AAL2 (NIST SP 800-63B-4).'],
    [
      { preset: 'aal2', timeout: 7200 },
      'AAL2 recommends an inactivity timeout of at most 3600 seconds (1 hour); it is 7200 seconds (2 hours).',
    ],
    [
      { preset: 'aal2', absoluteTimeout: 172_800 },
      'AAL2 recommends an overall timeout of at most 86400 seconds (1 day); it is 172800 seconds (2 days).',
    ],
    [{ secret: [SECRET, `${SECRET} 2`] }, 'by one secret; 1 more verify.'],
    [{ cookie: { secure: false } }, 'The cookie sid: not Secure;'],
    [{ cookie: { secure: true, maxAge: 60 } }, 'The cookie __Host-sid: Secure; path /;'],
    [{ cookie: { maxAge: 60 } }, 'kept 60 seconds (1 minute) or longer.'],
    [{ cookie: { domain: 'shop.test' } }, 'domain shop.test and its subdomains;'],
    [{ cookie: { httpOnly: false } }, 'readable by scripts;'],
    [{ cookie: { partitioned: true } }, 'Partitioned;'],
    [
      {
        serialize: (data) => JSON.stringify(data),
        deserialize: (text) => JSON.parse(String(text)) as Data,
      },
      'Session data are stored as the serializer of the application writes them.',
    ],
    [{ prefix: '' }, 'under keys that begin with its id.'],
  ]

  test.each(CASES)('%j', (options, sentence) => {
    expect(make(options).describePolicy()).toContain(sentence)
  })

  test('a preset that is followed says of no deviation', () => {
    for (const preset of ['aal1', 'aal2', 'aal3'] as const) {
      expect(make({ preset }).describePolicy()).not.toContain('Deviation')
    }
  })

  test('names no secret', () => {
    expect(make().describePolicy()).not.toContain(SECRET)
  })
})

describe('unprovenTimeout', () => {
  const options = { timeout: 1200, unprovenTimeout: 100, touchInterval: 60 }

  test('THREATS T14: ends a session whose cookie never came back', async () => {
    const { pass, store, sessions } = await beginTimed(options)
    pass(99.999)
    expect(await store.records()).toHaveLength(1)
    pass(0.001)
    expect(await store.records()).toEqual([])
    expect(sessions).toBeDefined()
  })

  test('a second request gives it its full life', async () => {
    const { pass, look } = await beginTimed(options)
    pass(99)
    expect((await look()).outcome).toBe('touched')
    pass(1199)
    expect((await look()).alive).toBe(true)
  })

  test('a second request that writes does so too', async () => {
    const { pass, look, sessions, header } = await beginTimed(options)
    const second = await sessions.open(header)
    second['more'] = 1
    await sessions.commit(second)
    pass(1199)
    expect((await look()).alive).toBe(true)
  })

  test('saving again in the first request proves nothing', async () => {
    const { sessions, store, pass } = await beginTimed(options)
    const first = await sessions.open()
    first['m'] = 1
    await first.save()
    first['m'] = 2
    expect((await sessions.commit(first)).setCookie).toBeDefined()
    expect(await store.records()).toHaveLength(2)
    pass(100)
    expect(await store.records()).toEqual([])
  })

  test('expiresAt says so', async () => {
    const { sessions, store } = await beginTimed(options)
    const first = await sessions.open()
    // The idle timeout is counted a touch interval earlier than the record ends.
    expect(first.expiresAt).toEqual(new Date(store.now() + (100 - 60) * 1000))
  })

  test('a timeout adjusted by the application is not shortened', async () => {
    const { sessions, pass } = await beginTimed(options)
    const first = await sessions.open()
    first['n'] = 1
    first.adjustTimeoutForSession(600)
    const { setCookie } = await sessions.commit(first)
    pass(599)
    expect((await look(sessions, cookieOf(setCookie))).alive).toBe(true)
  })

  test('is none unless it is asked for', async () => {
    const { pass, look } = await beginTimed({ timeout: 1200 })
    pass(1199)
    expect((await look()).alive).toBe(true)
  })

  test.each([0, 1201, 1.5])('%d is refused', (unprovenTimeout) => {
    expect(() => make({ unprovenTimeout })).toThrow(/^unprovenTimeout: must be/)
  })

  test('does not end the session of somebody who signed in at once', async () => {
    const { sessions, pass } = await beginTimed(options)
    const first = await sessions.open()
    await first.signIn('ada')
    first['n'] = 1
    const { setCookie } = await sessions.commit(first)
    pass(1199)
    expect((await look(sessions, cookieOf(setCookie))).alive).toBe(true)
  })
})

describe('a session of somebody who signed in at an identity provider', () => {
  test('ends with the one there, however active it is (ASVS 7.6.1)', async () => {
    const { sessions, pass } = await beginTimed({ touchInterval: 0 })
    const session = await sessions.open()
    await session.signIn('https://id.example|ada', { absoluteTimeout: 3600, timeout: 1200 })
    session['n'] = 1
    let cookie = cookieOf((await sessions.commit(session)).setCookie)
    for (let minutes = 0; minutes < 59; minutes += 10) {
      const { alive, setCookie } = await look(sessions, cookie)
      expect(alive).toBe(true)
      if (setCookie !== undefined) cookie = cookieOf(setCookie)
      pass(600)
    }
    expect((await look(sessions, cookie)).alive).toBe(false)
  })

  test('ends when the provider says so, on every device (ASVS 7.6.1)', async () => {
    const { sessions } = await beginTimed()
    const cookies: string[] = []
    for (let device = 0; device < 2; device++) {
      const session = await sessions.open()
      await session.signIn('https://id.example|ada')
      session['n'] = 1
      cookies.push(cookieOf((await sessions.commit(session)).setCookie))
    }
    const logout = { reason: 'signed out at the provider' }
    expect(await sessions.of('https://id.example|ada').revokeAll(logout)).toHaveLength(2)
    for (const cookie of cookies) expect((await look(sessions, cookie)).alive).toBe(false)
  })

  test('is asked for again after max_age (ASVS 7.6.1, ASVS 7.5.3)', async () => {
    const { sessions, pass } = await beginTimed()
    const session = await sessions.open()
    await session.signIn('https://id.example|ada')
    const cookie = cookieOf((await sessions.commit(session)).setCookie)
    pass(300)
    expect((await sessions.open(cookie)).signedInWithin(300)).toBe(true)
    pass(1)
    expect((await sessions.open(cookie)).signedInWithin(300)).toBe(false)
  })
})
