import { expect, test, describe } from 'vitest'
import { memoryStore } from '../../src/store/memory.ts'
import { type Sessions, createSessions } from '../../src/sessions.ts'
import { SECRET, type Data, type DataSessions } from '../support/app.ts'
import { parseSetCookie } from '../support/browser-jar.ts'
import { collect } from '../support/events.ts'
import { START, beginTimed, byClock, cookieOf, look } from '../support/timed.ts'

const RENEWAL = 3600
const GRACE = 60

/** A session in use for as long as a renewal takes, with the cookie it then holds. */
async function beginRenewal(options: Parameters<typeof beginTimed>[0] = {}) {
  const begun = await beginTimed({ timeout: 7200, ...options })
  const { sessions, header, pass } = begun
  const visit = (cookie: string, openOptions = {}) => look(sessions, cookie, openOptions)
  /** Passes the time to the renewal and takes the successor, which nobody has used yet. */
  const renew = async () => {
    pass(RENEWAL)
    return cookieOf((await visit(header)).setCookie)
  }
  return { ...begun, visit, renew }
}

type Opened = Awaited<ReturnType<DataSessions['open']>>

function editionIn(cookie: string | undefined): number {
  return Number(cookie?.split('.')[2])
}

function idAndFamily(cookie: string): string {
  return cookie.split('.').slice(0, 2).join('.')
}

describe('renewal: a cookie is replaced by its successor', () => {
  test('after renewalTimeout, not before', async () => {
    const { header, pass, visit } = await beginRenewal()
    pass(RENEWAL - 0.001)
    expect((await visit(header)).setCookie).toBeUndefined()
    pass(0.001)
    const { setCookie, outcome } = await visit(header)
    expect(outcome).toBe('touched')
    const next = cookieOf(setCookie)
    expect(idAndFamily(next)).toBe(idAndFamily(header))
    expect([editionIn(header), editionIn(next)]).toEqual([0, 1])
  })

  test('is 3600 seconds unless said otherwise; null is never', async () => {
    const never = await beginRenewal({ renewalTimeout: null, timeout: 86_400 })
    for (let day = 0; day < 20; day++) {
      never.pass(86_399)
      expect((await never.visit(never.header)).setCookie).toBeUndefined()
    }
    const soon = await beginRenewal({ renewalTimeout: 100, renewalGrace: 10 })
    soon.pass(100)
    expect((await soon.visit(soon.header)).setCookie).toBeDefined()
  })

  test('parallel requests are handed the same one', async () => {
    const { header, pass, visit } = await beginRenewal()
    pass(RENEWAL)
    const answers = await Promise.all(Array.from({ length: 8 }, () => visit(header)))
    const cookies = answers.map(({ setCookie }) => setCookie)
    expect(cookies[0]).toBeDefined()
    expect(new Set(cookies).size).toBe(1)
  })

  test('a lost response costs nothing: the old one stays good until the new one is used', async () => {
    const { header, renew, visit, pass } = await beginRenewal()
    const lost = await renew()
    pass(GRACE * 10)
    const again = await visit(header)
    expect(again.alive).toBe(true)
    expect(cookieOf(again.setCookie)).toBe(lost)
  })

  test('is promoted by its first use, and not handed out again', async () => {
    const { renew, visit, store } = await beginRenewal()
    const next = await renew()
    expect((await store.records())[0]?.edition).toBe(0)
    const { alive, setCookie } = await visit(next)
    expect([alive, setCookie]).toEqual([true, undefined])
    expect((await store.records())[0]).toMatchObject({ edition: 1, promotedAt: store.now() })
  })

  test('is promoted by a write too, in one command', async () => {
    const { renew, sessions, store } = await beginRenewal()
    const next = await renew()
    store.failNext('touch', new Error('no'))
    const session = await sessions.open(next, undefined, { countAsActivity: false })
    session['n'] = 2
    expect((await sessions.commit(session)).outcome).toBe('saved')
    expect((await store.records())[0]).toMatchObject({ edition: 1, promotedAt: store.now() })
  })

  test('goes on and on, over many renewals', async () => {
    const { header, pass, visit } = await beginRenewal({ absoluteTimeout: null })
    let cookie = header
    for (let edition = 1; edition <= 12; edition++) {
      pass(RENEWAL)
      const { alive, setCookie } = await visit(cookie)
      expect(alive).toBe(true)
      cookie = cookieOf(setCookie)
      expect(editionIn(cookie)).toBe(edition)
      expect((await visit(cookie)).setCookie).toBeUndefined()
    }
  })

  test('a request that does not count promotes without prolonging the session', async () => {
    const { renew, visit, store } = await beginRenewal()
    const next = await renew()
    const [before] = await store.records()
    const { outcome } = await visit(next, { countAsActivity: false })
    expect(outcome).toBe('unchanged')
    const [after] = await store.records()
    expect(after).toMatchObject({ edition: 1, touchedAt: before?.touchedAt })
  })

  test('rotate() begins anew: edition 0 of another family, and no grace for the old', async () => {
    const { renew, visit, sessions } = await beginRenewal()
    const next = await renew()
    const session = await sessions.open(next)
    session.rotate()
    const rotated = cookieOf((await sessions.commit(session)).setCookie)
    expect(editionIn(rotated)).toBe(0)
    expect(idAndFamily(rotated)).not.toBe(idAndFamily(next))
    expect((await visit(next)).alive).toBe(false)
    expect((await visit(rotated)).alive).toBe(true)
  })

  test('rotate() is the beginning of the time to the next one', async () => {
    const { header, pass, sessions, visit } = await beginRenewal()
    pass(RENEWAL - 1)
    const session = await sessions.open(header)
    session.rotate()
    const rotated = cookieOf((await sessions.commit(session)).setCookie)
    pass(RENEWAL - 1)
    expect((await visit(rotated)).setCookie).toBeUndefined()
    pass(1)
    expect(editionIn((await visit(rotated)).setCookie)).toBe(1)
  })

  test('costs one touch, and none until it is due', async () => {
    const { header, pass, visit, store } = await beginRenewal({ touchInterval: 3600 })
    pass(RENEWAL - 1)
    await visit(header)
    expect(store.calls.touch).toBe(0)
    pass(1)
    await visit(header)
    expect(store.calls.touch).toBe(1)
  })

  test.each([
    ['a rotation', async (session: Opened) => session.rotate()],
    ['a sign-in', (session: Opened) => session.signIn('ada', { keep: ['n'] })],
  ])('%s when it is due makes it needless', async (_, begin) => {
    const { header, pass, sessions, store } = await beginRenewal()
    pass(RENEWAL)
    const session = await sessions.open(header, undefined, { countAsActivity: false })
    await begin(session)
    await session.save()
    expect(editionIn((await sessions.commit(session)).setCookie)).toBe(0)
    expect(store.calls.touch).toBe(0)
  })

  test('events: rotated, reason renewed, at the promotion only', async () => {
    const { renew, visit, sessions, header } = await beginRenewal()
    const events = collect()
    const next = await renew()
    expect(events.of('rotated')).toEqual([])
    await Promise.all([visit(next), visit(next)])
    await visit(next)
    const { id } = await sessions.open(header)
    expect(events.of('rotated')).toEqual([{ id, reason: 'renewed', request: undefined }])
  })
})

describe('grace: the cookie before', () => {
  test('THREATS T3: is good for renewalGrace after the promotion, then it is a replay', async () => {
    const { header, renew, visit, pass } = await beginRenewal()
    await visit(await renew())
    pass(GRACE - 0.001)
    expect((await visit(header)).alive).toBe(true)
    const events = collect()
    pass(0.001)
    const { alive, outcome, setCookie } = await visit(header)
    expect({ alive, outcome, setCookie }).toEqual({
      alive: false,
      outcome: 'unchanged',
      setCookie: undefined,
    })
    expect(events.of('replayed')).toEqual([expect.objectContaining({ id: expect.any(String) })])
  })

  test('hands the current one to whoever still holds it', async () => {
    const { header, renew, visit, pass } = await beginRenewal()
    const next = await renew()
    await visit(next)
    pass(30)
    expect(cookieOf((await visit(header)).setCookie)).toBe(next)
  })

  test('writes with it are kept, and take no promotion back', async () => {
    const { header, renew, visit, sessions, store, pass } = await beginRenewal()
    const next = await renew()
    await visit(next)
    const [{ promotedAt } = { promotedAt: 0 }] = await store.records()
    pass(1)
    const session = await sessions.open(header)
    session['late'] = 1
    expect((await sessions.commit(session)).outcome).toBe('saved')
    expect((await store.records())[0]).toMatchObject({ edition: 1, promotedAt })
    expect((await visit(next)).session['late']).toBe(1)
  })

  test('an edition never makes a commit gone: promotions while a handler works', async () => {
    const { header, pass, visit, sessions } = await beginRenewal({ renewalTimeout: 120 })
    const slow = await sessions.open(header)
    let cookie = header
    for (let renewals = 0; renewals < 3; renewals++) {
      pass(120)
      cookie = cookieOf((await visit(cookie)).setCookie)
      await visit(cookie)
    }
    slow['slow'] = 1
    expect((await sessions.commit(slow)).outcome).toBe('saved')
    expect((await visit(cookie)).session['slow']).toBe(1)
  })

  test('two editions behind is a replay at once', async () => {
    const { header, pass, visit } = await beginRenewal({ renewalTimeout: 120 })
    let cookie = header
    for (let renewals = 0; renewals < 2; renewals++) {
      pass(120)
      cookie = cookieOf((await visit(cookie)).setCookie)
      await visit(cookie)
    }
    expect((await visit(header)).alive).toBe(false)
    expect((await visit(cookie)).alive).toBe(true)
  })
})

/** The cookie before, its grace over, and the one in use. */
async function beginReplay(options: Parameters<typeof beginTimed>[0] = {}) {
  const begun = await beginRenewal(options)
  const current = await begun.renew()
  await begun.visit(current)
  begun.pass(GRACE)
  return { ...begun, current }
}

describe('a replayed cookie', () => {
  test('creates nothing and sets no cookie, whatever the request does', async () => {
    const { header, sessions, store, current, visit } = await beginReplay()
    const session = await sessions.open(header)
    session['evil'] = 1
    const { outcome, setCookie } = await sessions.commit(session)
    expect({ outcome, setCookie }).toEqual({ outcome: 'gone', setCookie: undefined })
    expect(store.calls.create).toBe(1)
    expect((await visit(current)).alive).toBe(true)
  })

  test('may still be signed out: invalidate() works, and ends nobody else', async () => {
    const { header, sessions, current, visit } = await beginReplay()
    const session = await sessions.open(header)
    session.invalidate()
    expect((await sessions.commit(session)).outcome).toBe('destroyed')
    expect((await visit(current)).alive).toBe(true)
  })

  test('may still sign in: that begins another session, and ends nobody', async () => {
    const { header, sessions, current, visit, store } = await beginReplay()
    const session = await sessions.open(header)
    await session.signIn('ada')
    const { setCookie } = await sessions.commit(session)
    expect((await sessions.open(cookieOf(setCookie))).principal).toBe('ada')
    expect(await store.records()).toHaveLength(2)
    expect((await visit(current)).alive).toBe(true)
  })

  test(`THREATS T3: ends the session with onReplay 'end'`, async () => {
    const { header, store, current, visit } = await beginReplay({ onReplay: 'end' })
    const events = collect()
    expect(await visit(header)).toMatchObject({ alive: false, outcome: 'unchanged' })
    expect(await store.records()).toEqual([])
    const [ended] = events.of('destroyed')
    expect(ended).toMatchObject({ reason: 'replayed' })
    const answer = await visit(current)
    expect([answer.alive, answer.setCookie]).toEqual([false, undefined])
  })

  test('a store that fails to end it is an error, not a silent pass', async () => {
    const { header, store, sessions } = await beginReplay({ onReplay: 'end' })
    store.failNext('remove', new Error('no'))
    await expect(sessions.open(header)).rejects.toMatchObject({ code: 'store' })
  })
})

describe('what is asked first (PROTOCOL.md rule 4)', () => {
  /** A killed cookie may create nothing; that of a session that has expired may. */
  test('an expired session is expired for a cookie that was rotated away, too', async () => {
    const clock = { now: START }
    const store = byClock(memoryStore(), clock)
    const sessions = createSessions<Data>({ secret: SECRET, store })
    const write = async (header?: string) => {
      const session = await sessions.open(header)
      session['n'] = clock.now
      session.rotate()
      return sessions.commit(session)
    }
    const header = cookieOf((await write()).setCookie)
    await write(header)
    const events = collect()
    expect((await write(header)).outcome).toBe('gone')
    clock.now += 86_400_000
    expect((await write(header)).outcome).toBe('created')
    expect(events.of('rejected').map(({ reason }) => reason)).toEqual(['rotated', 'expired'])
  })
})

describe('no cookie leaves without the word of the store (PROTOCOL.md rule 6)', () => {
  test.each([
    ['a renewal', {}, RENEWAL],
    ['a refreshed max age', { cookie: { maxAge: 60 } }, 120],
  ])('%s: a session rotated while the handler worked sets none', async (_, options, seconds) => {
    const { header, pass, sessions, visit } = await beginRenewal(options)
    pass(seconds)
    const slow = await sessions.open(header)
    await new Promise(setImmediate)
    const rotating = await sessions.open(header)
    rotating.rotate()
    const rotated = cookieOf((await sessions.commit(rotating)).setCookie)
    const { outcome, setCookie } = await sessions.commit(slow)
    expect({ outcome, setCookie }).toEqual({ outcome: 'gone', setCookie: undefined })
    expect((await visit(rotated)).alive).toBe(true)
  })

  test('a confirmation that fails spoils nothing, and sends none', async () => {
    const { header, pass, store, sessions } = await beginRenewal({ touchInterval: 3600 })
    pass(RENEWAL)
    const session = await sessions.open(header, undefined, { countAsActivity: false })
    store.failNext('touch', new Error('no'))
    const { outcome, setCookie } = await sessions.commit(session)
    expect({ outcome, setCookie }).toEqual({ outcome: 'unchanged', setCookie: undefined })
  })

  test('a failed request with cookieOnException false renews nothing', async () => {
    const { header, pass, sessions } = await beginRenewal({ cookieOnException: false })
    pass(RENEWAL)
    const session = await sessions.open(header)
    expect((await sessions.commit(session, { failed: true })).setCookie).toBeUndefined()
  })
})

describe('a cookie with a max age, about the time of its renewal (PROTOCOL.md rule 7)', () => {
  const options = { cookie: { maxAge: 86_400 }, touchInterval: 1 }

  /** The edition of the cookie that a request takes along which sets this timeout. */
  async function adjust(sessions: Sessions<Data>, header: string, seconds: number) {
    const session = await sessions.open(header)
    session.adjustTimeoutForSession(seconds)
    const { setCookie } = await sessions.commit(session)
    if (setCookie === undefined) return undefined
    const { attributes } = parseSetCookie(setCookie)
    expect(attributes['max-age']).toBe(String(Math.max(seconds, options.cookie.maxAge)))
    return editionIn(setCookie)
  }

  test('is not refreshed shortly before its successor is handed out', async () => {
    const { header, pass, visit } = await beginRenewal(options)
    pass(RENEWAL - GRACE - 1)
    expect(editionIn((await visit(header)).setCookie)).toBe(0)
    pass(1)
    expect((await visit(header)).setCookie).toBeUndefined()
    pass(GRACE - 1)
    expect((await visit(header)).setCookie).toBeUndefined()
    pass(1)
    expect(editionIn((await visit(header)).setCookie)).toBe(1)
  })

  test('carries a longer timeout at any time; shortly before, that puts its renewal off', async () => {
    for (const [age, put] of [
      [RENEWAL - GRACE, 0],
      [RENEWAL - GRACE + 20, 20],
      [RENEWAL - 1, GRACE - 1],
    ] as const) {
      const { header, pass, sessions, visit } = await beginRenewal(options)
      pass(age)
      expect(await adjust(sessions, header, 200_000)).toBe(0)
      pass(RENEWAL - age + put - 1)
      expect((await visit(header)).setCookie).toBeUndefined()
      pass(1)
      expect(editionIn((await visit(header)).setCookie)).toBe(1)
    }
  })

  test('a timeout adjusted when the renewal is due is carried by the successor', async () => {
    const { header, pass, sessions } = await beginRenewal(options)
    pass(RENEWAL)
    expect(await adjust(sessions, header, 200_000)).toBe(1)
  })

  test('one that is no longer than before never puts a renewal off', async () => {
    const { header, pass, sessions } = await beginRenewal(options)
    expect(await adjust(sessions, header, 7200)).toBe(0)
    expect(await adjust(sessions, header, 200_000)).toBe(0)
    pass(RENEWAL - 1)
    expect(await adjust(sessions, header, 200_000)).toBeUndefined()
    expect(await adjust(sessions, header, 100_000)).toBeUndefined()
    pass(1)
    expect(await adjust(sessions, header, 100_000)).toBe(1)
  })

  test('a renewal that is put off opens no grace again', async () => {
    const tight = { ...options, renewalTimeout: 2 * GRACE, renewalGrace: GRACE }
    const { header, pass, sessions, visit } = await beginRenewal(tight)
    pass(2 * GRACE)
    const next = cookieOf((await visit(header)).setCookie)
    await visit(next)
    let timeout = 100_000
    for (const seconds of [GRACE, 1, GRACE - 2, GRACE - 2]) {
      pass(seconds)
      await adjust(sessions, next, (timeout += 1000))
      expect((await visit(header)).alive).toBe(false)
    }
  })

  test('whoever still held the one before is brought on, however late the response', async () => {
    for (const [late, edition] of [
      [RENEWAL - 1, 1],
      [RENEWAL, 2],
    ] as const) {
      const { header, renew, pass, visit, sessions } = await beginRenewal(options)
      await visit(await renew())
      const slow = await sessions.open(header)
      pass(late)
      slow['slow'] = 1
      expect(editionIn((await sessions.commit(slow)).setCookie)).toBe(edition)
    }
  })
})

describe('a secret that moves', () => {
  const OLD = `${SECRET}, the old one`

  test('a cookie signed by a later secret is signed anew by the first', async () => {
    const { store, header } = await beginTimed({ secret: OLD })
    const sessions = createSessions<Data>({ secret: [SECRET, OLD], store })
    const { alive, setCookie } = await look(sessions, header)
    expect(alive).toBe(true)
    const reissued = cookieOf(setCookie)
    expect(reissued.split('.').slice(0, 3)).toEqual(header.split('.').slice(0, 3))
    expect(reissued).not.toBe(header)
    const onlyNew = createSessions<Data>({ secret: SECRET, store })
    const afterwards = await look(onlyNew, reissued)
    expect([afterwards.alive, afterwards.setCookie]).toEqual([true, undefined])
    expect((await look(onlyNew, header)).alive).toBe(false)
  })

  test('goes without a logout on two servers, in any order of their requests', async () => {
    const { store, header } = await beginTimed({ secret: OLD })
    let cookie = header
    for (const secret of [[OLD, SECRET], [SECRET, OLD], [OLD, SECRET], [SECRET, OLD], [SECRET]]) {
      const { alive, setCookie } = await look(createSessions<Data>({ secret, store }), cookie)
      expect(alive).toBe(true)
      if (setCookie !== undefined) cookie = cookieOf(setCookie)
    }
  })
})

const make = (options: object) => () => createSessions<Data>({ secret: SECRET, ...options })

describe('options', () => {
  test.each([
    [{ renewalTimeout: 119 }, 'renewalTimeout: must be at least twice renewalGrace (60), not 119'],
    [{ renewalTimeout: 0 }, 'renewalTimeout: must be at least 1 second, not 0'],
    [{ renewalGrace: 0 }, 'renewalGrace: must be at least 1 second, not 0'],
    [{ renewalGrace: 3601 }, 'renewalGrace: must be at most 3600 seconds, not 3601'],
    [
      { renewalGrace: 1801 },
      'renewalGrace: must be at most half of renewalTimeout (3600), not 1801',
    ],
    [{ onReplay: 'ignore' }, `onReplay: must be one of 'report', 'end', not "ignore"`],
  ])('%j is refused', (options, message) => {
    expect(make(options)).toThrow(expect.objectContaining({ code: 'option', message }))
  })

  test('twice the grace is enough', () => {
    expect(make({ renewalTimeout: 120 })).not.toThrow()
  })
})
