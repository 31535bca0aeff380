import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expiryOf } from '../../src/record/record.ts'
import { parseSetCookie } from '../support/browser-jar.ts'
import { START, beginTimed as begin, cookieOf } from '../support/timed.ts'

describe('the idle timeout', () => {
  test('ends a session a touch interval after it at the latest, never before it (ASVS 7.3.1)', async () => {
    const { look, pass } = await begin({ timeout: 1000, touchInterval: 50 })
    pass(999)
    expect((await look({ countAsActivity: false })).alive).toBe(true)
    pass(50.999)
    expect((await look({ countAsActivity: false })).alive).toBe(true)
    pass(0.001)
    expect((await look()).alive).toBe(false)
  })

  test('slides with activity', async () => {
    const { look, pass } = await begin({ timeout: 1000, touchInterval: 50 })
    for (let visit = 0; visit < 10; visit++) {
      pass(999)
      expect((await look()).alive).toBe(true)
    }
  })

  test('an ended session leaves no record, and its cookie opens nothing ever after (ASVS 7.4.1)', async () => {
    const { look, pass, store } = await begin({ timeout: 10 })
    pass(11)
    const { alive, outcome, setCookie } = await look()
    expect({ alive, outcome, setCookie }).toEqual({
      alive: false,
      outcome: 'unchanged',
      setCookie: undefined,
    })
    expect(await store.records()).toEqual([])
  })

  test('THREATS 4: holds whatever comes: not before the timeout, at most a touch interval later (ASVS 7.3.1)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 0, max: 400 }),
        fc.array(
          fc.record({
            gap: fc.integer({ min: 0, max: 500 }),
            does: fc.constantFrom('look', 'poll', 'write', 'flash', 'rotate', 'clear'),
          }),
          { maxLength: 25 },
        ),
        async (timeout, touchInterval, visits) => {
          const absoluteTimeout = 2000
          const { sessions, header, pass } = await begin({
            timeout,
            touchInterval,
            absoluteTimeout,
          })
          const late = Math.min(touchInterval, timeout)
          let cookie = header
          let age = 0
          let idle = 0
          for (const { gap, does } of visits) {
            pass(gap)
            age += gap
            idle += gap
            const counts = does !== 'poll'
            const session = await sessions.open(cookie, undefined, { countAsActivity: counts })
            const alive = !session.isNew
            if (age >= absoluteTimeout) expect(alive).toBe(false)
            else if (idle < timeout) expect(alive).toBe(true)
            else if (idle >= timeout + late) expect(alive).toBe(false)
            if (!alive) break
            if (does === 'write') session['n'] = Math.random()
            if (does === 'flash') session.pushFlash('x')
            if (does === 'rotate') session.rotate()
            if (does === 'clear') session.clear()
            const { setCookie } = await sessions.commit(session)
            if (setCookie !== undefined) cookie = cookieOf(setCookie)
            if (counts) idle = 0
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  test('expiresAt is when it ends if this request is the last', async () => {
    const { look, pass } = await begin({ timeout: 1000 })
    pass(100)
    const active = await look()
    expect(active.session.expiresAt).toEqual(new Date(START + 1_100_000))
    pass(10)
    const polling = await look({ countAsActivity: false })
    expect(polling.session.expiresAt).toEqual(new Date(START + 1_100_000))
  })

  test('expiresAt and createdAt are known while the request runs, and of a visitor', async () => {
    const { sessions, header, pass } = await begin({ timeout: 1000, absoluteTimeout: 1500 })
    pass(10)
    const visitor = await sessions.open()
    expect(visitor.createdAt).toEqual(new Date(START + 10_000))
    expect(visitor.expiresAt).toEqual(new Date(START + 1_010_000))
    visitor.adjustTimeoutForSession(2000)
    expect(visitor.expiresAt).toEqual(new Date(START + 1_510_000))
    const session = await sessions.open(header)
    expect(session.createdAt).toEqual(new Date(START))
    expect(session.expiresAt).toEqual(new Date(START + 1_010_000))
    const polling = await sessions.open(header, undefined, { countAsActivity: false })
    expect(polling.expiresAt).toEqual(new Date(START + 1_000_000))
    await session.signIn('ada', { absoluteTimeout: 600 })
    expect(session.expiresAt).toEqual(new Date(START + 610_000))
    const endless = await begin({ timeout: 1000, absoluteTimeout: null })
    expect((await endless.sessions.open()).expiresAt).toEqual(new Date(START + 1_000_000))
  })

  test('expiresAt follows an adjusted timeout and stops at the absolute end', async () => {
    const { sessions, header } = await begin({ timeout: 1000, absoluteTimeout: 5000 })
    const session = await sessions.open(header)
    session.adjustTimeoutForSession(3000)
    expect(session.expiresAt).toEqual(new Date(START + 3_000_000))
    session.adjustTimeoutForSession(9000)
    expect(session.expiresAt).toEqual(new Date(START + 5_000_000))
  })
})

describe('the absolute timeout', () => {
  test('ends a session however active it is (ASVS 7.3.2)', async () => {
    const { look, pass } = await begin({ timeout: 100, absoluteTimeout: 1000 })
    for (let visit = 0; visit < 19; visit++) {
      pass(50)
      expect((await look()).alive).toBe(true)
    }
    pass(50)
    expect((await look()).alive).toBe(false)
  })

  test('is 30 days unless said otherwise', async () => {
    const { look, pass } = await begin({ timeout: 31 * 86_400 })
    pass(30 * 86_400 - 1)
    expect((await look()).alive).toBe(true)
    pass(1)
    expect((await look()).alive).toBe(false)
  })

  test('null is none', async () => {
    const { look, pass } = await begin({ timeout: 86_400, absoluteTimeout: null })
    for (let day = 0; day < 100; day++) {
      pass(86_399)
      expect((await look()).alive).toBe(true)
    }
  })

  test.each(['adjust', 'rotate', 'clear', 'write'])('is not moved by %s', async (what) => {
    const { sessions, header, pass } = await begin({ timeout: 1000, absoluteTimeout: 1000 })
    let cookie = header
    pass(900)
    const session = await sessions.open(cookie)
    if (what === 'adjust') session.adjustTimeoutForSession(5000)
    if (what === 'rotate') session.rotate()
    if (what === 'clear') session.clear()
    if (what === 'write') session['n'] = 2
    const { setCookie } = await sessions.commit(session)
    if (setCookie !== undefined) cookie = cookieOf(setCookie)
    pass(99)
    expect((await sessions.open(cookie)).isNew).toBe(false)
    pass(1)
    expect((await sessions.open(cookie)).isNew).toBe(true)
  })

  test('THREATS 4: never moves, whatever requests do and however the clock steps (ASVS 7.3.2)', async () => {
    const deeds = ['look', 'write', 'update', 'adjust', 'rotate', 'clear', 'flash', 'save'] as const
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            gap: fc.integer({ min: -300, max: 900 }),
            does: fc.constantFrom(...deeds),
          }),
          { maxLength: 20 },
        ),
        async (visits) => {
          const absoluteTimeout = 2000
          const { sessions, header, pass, store } = await begin({
            timeout: 1000,
            absoluteTimeout,
            renewalTimeout: 200,
            touchInterval: 0,
          })
          const deadline = START + absoluteTimeout * 1000
          let cookie = header
          for (const { gap, does } of visits) {
            pass(gap)
            const session = await sessions.open(cookie)
            if (store.now() >= deadline) expect(session.isNew).toBe(true)
            if (session.isNew) break
            if (does === 'adjust') session.adjustTimeoutForSession(34_560_000)
            if (does === 'rotate') session.rotate()
            if (does === 'clear') session.clear()
            if (does === 'flash') session.pushFlash('x')
            if (does === 'write' || does === 'save') session['n'] = Math.random()
            if (does === 'save') await session.save()
            if (does === 'update') await session.update((draft) => void (draft['n'] = 2))
            const { setCookie } = await sessions.commit(session)
            if (setCookie !== undefined) cookie = cookieOf(setCookie)
            const [record] = await store.records()
            expect(record?.deadline).toBe(deadline)
            expect(record && expiryOf(record)).toBeLessThanOrEqual(deadline)
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('noting activity', () => {
  test('is not undone by a write of a request that began before it and does not count', async () => {
    const { sessions, header, look, pass } = await begin({ timeout: 100 })
    const polling = await sessions.open(header, undefined, { countAsActivity: false })
    pass(60)
    expect((await look()).outcome).toBe('touched')
    polling['x'] = 1
    expect(await sessions.commit(polling)).toMatchObject({ outcome: 'saved' })
    pass(60)
    expect((await look()).alive).toBe(true)
  })

  test('is not undone by activity before it that is noted later', async () => {
    const { sessions, header, look, pass, store } = await begin({ timeout: 100 })
    pass(10)
    const latch = store.holdBefore('touch')
    const slow = await sessions.open(header)
    pass(60)
    expect((await look()).outcome).toBe('touched')
    latch.release()
    await sessions.commit(slow)
    pass(60)
    expect((await look()).alive).toBe(true)
  })

  test('happens at most once in a touch interval, however many requests come', async () => {
    const { look, pass, store } = await begin({ timeout: 1000, touchInterval: 50 })
    for (let visit = 0; visit < 49; visit++) {
      pass(1)
      expect((await look()).outcome).toBe('unchanged')
    }
    expect(store.calls.touch).toBe(0)
    pass(1)
    expect((await look()).outcome).toBe('touched')
    expect((await look()).outcome).toBe('unchanged')
    expect(store.calls).toMatchObject({ touch: 1, replace: 0 })
  })

  test.each([
    [1200, 60],
    [28_800, 60],
    [100, 5],
    [10, 0.5],
  ])('the interval is a twentieth of the timeout, at most 60: %i s, %d s', async (timeout, due) => {
    const { look, pass } = await begin({ timeout })
    pass(due - 0.001)
    expect((await look()).outcome).toBe('unchanged')
    pass(0.001)
    expect((await look()).outcome).toBe('touched')
  })

  test('touchInterval 0 notes every request', async () => {
    const { look, pass, store } = await begin({ touchInterval: 0 })
    for (let visit = 0; visit < 10; visit++) {
      pass(0.001)
      expect((await look()).outcome).toBe('touched')
    }
    expect(store.calls.touch).toBe(10)
  })

  test('a touch interval above the timeout counts as the timeout', async () => {
    const { look, pass } = await begin({ timeout: 100, touchInterval: 3600 })
    pass(99)
    expect((await look()).outcome).toBe('unchanged')
    pass(1)
    expect((await look()).outcome).toBe('touched')
  })

  test('countAsActivity false neither touches nor counts when it writes', async () => {
    const { sessions, header, look, pass, store } = await begin({ timeout: 100, touchInterval: 0 })
    pass(90)
    await look({ countAsActivity: false })
    const polling = await sessions.open(header, undefined, { countAsActivity: false })
    polling['polled'] = true
    expect((await sessions.commit(polling)).outcome).toBe('saved')
    expect(store.calls.touch).toBe(0)
    pass(10)
    expect((await look()).alive).toBe(false)
  })

  test('happens while the handler works: a slow one does not outlive its session', async () => {
    const { sessions, header, look, pass } = await begin({ timeout: 100 })
    pass(99)
    const slow = await sessions.open(header)
    pass(99)
    slow['n'] = 1
    slow['late'] = 1
    expect((await sessions.commit(slow)).outcome).toBe('saved')
    expect((await look()).session['late']).toBe(1)
  })

  test('a write is activity', async () => {
    const { sessions, header, look, pass } = await begin({ timeout: 1000, touchInterval: 0 })
    pass(900)
    const writing = await sessions.open(header)
    writing['m'] = 1
    await sessions.commit(writing)
    pass(900)
    expect((await look()).alive).toBe(true)
  })

  test('a touch that fails spoils no request that only reads', async () => {
    const { look, pass, store } = await begin({ timeout: 1000, touchInterval: 0 })
    pass(1)
    store.failNext('touch', new Error('no'))
    expect(await look()).toMatchObject({ alive: true, outcome: 'unchanged' })
  })

  test('sends a cookie with a max age again, so that it lives as long as the session', async () => {
    const { look, pass } = await begin({ timeout: 1000, cookie: { maxAge: 60 } })
    pass(10)
    expect((await look()).setCookie).toBeUndefined()
    pass(50)
    const again = parseSetCookie((await look()).setCookie ?? '')
    expect(again.attributes['max-age']).toBe('1000')
  })

  test('sends no cookie without a max age', async () => {
    const { look, pass } = await begin({ touchInterval: 0 })
    pass(10)
    const { outcome, setCookie } = await look()
    expect([outcome, setCookie]).toEqual(['touched', undefined])
  })
})
