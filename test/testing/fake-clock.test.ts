import { describe, expect, test, vi } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { fakeClock, signedIn } from '../../src/testing/testing.ts'
import { type Data, type Framework, SECRET, dataIn, startApp } from '../support/app.ts'

const NOON = new Date('2026-11-24T12:00:00.000Z')

describe('fakeClock', () => {
  test('stands still until it is told to move', () => {
    const clock = fakeClock(NOON)
    const { now } = clock
    expect(now()).toBe(NOON.getTime())
    clock.advance(0.0015)
    expect(now()).toBe(NOON.getTime() + 2)
    clock.advance(0)
    clock.advance(60)
    expect(now()).toBe(NOON.getTime() + 60_002)
    clock.set(new Date(0))
    expect(now()).toBe(0)
  })

  test('begins now unless it is told when', () => {
    expect(Math.abs(fakeClock().now() - Date.now())).toBeLessThan(50)
  })

  test.each([-1, Number.NaN, Infinity, '60', null])('does not advance by %j', (seconds) => {
    expect(() => fakeClock().advance(seconds as number)).toThrow(UsageError)
  })

  test.each([new Date('never'), 1_800_000_000_000, '2026-11-24'])('is not set to %s', (date) => {
    const clock = fakeClock(NOON)
    expect(() => clock.set(date as Date)).toThrow(UsageError)
    expect(() => fakeClock(date as Date)).toThrow(UsageError)
    expect(clock.now()).toBe(NOON.getTime())
  })
})

const PAGES = {
  see: ({ session }: { session: object }) => dataIn(session),
  stay: ({ session }: { session: { adjustTimeoutForSession(seconds: number): void } }) => {
    session.adjustTimeoutForSession(8 * 60 * 60)
  },
}

/** An application on a fake clock, and somebody who is signed in there. */
async function begin(framework: Framework, options = {}) {
  const clock = fakeClock(NOON)
  const store = memoryStore({ now: clock.now })
  const sessions = createSessions<Data>({ secret: SECRET, store, ...options })
  const app = await startApp(sessions, PAGES, framework)
  const cookie = await signedIn(sessions, { user: 'ada' })
  const see = async () => (await app.browser().get('/see', { cookie })).json
  const stay = () => app.browser().get('/stay', { cookie })
  return { clock, see, stay }
}

test('a memory store without a clock follows the fake Date of a test runner', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const sessions = createSessions<Data>({ secret: SECRET })
    const cookie = await signedIn(sessions, { user: 'ada' })
    vi.setSystemTime(Date.now() + 1_200_000)
    expect(dataIn(await sessions.open(cookie, undefined, { countAsActivity: false }))).toEqual({
      user: 'ada',
    })
    vi.setSystemTime(Date.now() + 60_000)
    expect(dataIn(await sessions.open(cookie))).toEqual({})
  } finally {
    vi.useRealTimers()
  }
})

describe.each<Framework>(['express 5', 'node'])('timeouts by a fake clock, on %s', (framework) => {
  test('a visitor who does nothing for 21 minutes is signed out', async () => {
    const { clock, see } = await begin(framework)
    clock.advance(20 * 60)
    expect(await see()).toEqual({ user: 'ada' })
    clock.advance(21 * 60)
    expect(await see()).toEqual({})
  })

  test('activity keeps the session until its absolute timeout', async () => {
    const { clock, see } = await begin(framework, { absoluteTimeout: 3600 })
    for (let visit = 1; visit < 4; visit++) {
      clock.advance(15 * 60)
      expect(await see()).toEqual({ user: 'ada' })
    }
    clock.advance(15 * 60 - 0.001)
    expect(await see()).toEqual({ user: 'ada' })
    clock.advance(0.001)
    expect(await see()).toEqual({})
  })

  test('an adjusted timeout holds', async () => {
    const { clock, see, stay } = await begin(framework)
    await stay()
    clock.advance(8 * 60 * 60)
    expect(await see()).toEqual({ user: 'ada' })
    clock.advance(8 * 60 * 60 + 61)
    expect(await see()).toEqual({})
  })
})
