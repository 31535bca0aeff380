import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { setImmediate as later } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, type Framework, type Pages, SECRET, startApp } from '../support/app.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import { EVENTS } from '../support/events.ts'

const FRAMEWORKS: readonly Framework[] = ['express 5', 'express 4', 'node']

/** Everybody who listens throws; Node hands their errors to the process, later. */
function throwAtEveryEvent(): unknown[] {
  const thrown: unknown[] = []
  const before = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', (error) => void thrown.push(error))
  for (const event of EVENTS) subscribe(`sojourn:${event}`, failAt)
  onTestFinished(() => {
    for (const event of EVENTS) unsubscribe(`sojourn:${event}`, failAt)
    process.removeAllListeners('uncaughtException')
    for (const listener of before) process.on('uncaughtException', listener)
  })
  return thrown
}

function failAt(_: unknown, channel: string | symbol): never {
  throw new Error(`a subscriber of ${String(channel)}`)
}

function fail(): never {
  throw new Error('of the application')
}

describeOnBothStores('code of the application that throws', (makeStore) => {
  async function begin(
    pages: Pages,
    options: Partial<SessionOptions<Data>> = {},
    framework?: Framework,
  ) {
    const store = makeStore()
    const sessions = createSessions<Data>({ secret: SECRET, store, ...options })
    const app = await startApp(
      sessions,
      {
        in: ({ session }) => void (session['user'] = 'ada'),
        who: ({ session }) => session['user'] ?? null,
        ...pages,
      },
      framework,
    )
    const browser = app.browser()
    await browser.post('/in')
    return { store, browser, thief: browser.copy() }
  }

  test.each(FRAMEWORKS)(
    'THREATS 16: at the event keeps no session alive that was signed out, %s (ASVS 7.4.1)',
    async (framework) => {
      const { store, browser, thief } = await begin(
        { out: ({ session }) => session.invalidate() },
        {},
        framework,
      )
      const thrown = throwAtEveryEvent()
      const out = await browser.post('/out')
      expect([out.status, out.setCookies]).toEqual([200, [expect.stringMatching(/Max-Age=0/)]])
      expect(await store.records()).toEqual([])
      expect((await thief.get('/who')).json).toBeNull()
      await later()
      expect(thrown.map(String)).toContain('Error: a subscriber of sojourn:destroyed')
    },
  )

  test.each(FRAMEWORKS)(
    'THREATS 16: at the event keeps no cookie alive that was rotated away, %s (ASVS 7.2.4)',
    async (framework) => {
      const { browser, thief } = await begin(
        { rotate: ({ session }) => session.rotate() },
        {},
        framework,
      )
      const thrown = throwAtEveryEvent()
      const rotated = await browser.post('/rotate')
      expect([rotated.status, rotated.setCookies.length]).toEqual([200, 1])
      expect((await thief.get('/who')).json).toBeNull()
      expect((await browser.get('/who')).json).toBe('ada')
      await later()
      expect(thrown.map(String)).toContain('Error: a subscriber of sojourn:rotated')
    },
  )

  test('THREATS 16: in the handler that signed out undoes nothing', async () => {
    const { store, browser, thief } = await begin({
      out: ({ session }) => {
        session.invalidate()
        fail()
      },
    })
    const out = await browser.post('/out')
    expect([out.status, out.setCookies.length]).toEqual([500, 1])
    expect(await store.records()).toEqual([])
    expect((await thief.get('/who')).json).toBeNull()
  })

  test('THREATS 16: when the next session cannot be stored, the one before is gone all the same', async () => {
    const { store, browser, thief } = await begin({
      again: ({ session }) => {
        session.invalidate()
        session['user'] = fail
      },
    })
    const again = await browser.post('/again')
    expect([again.status, again.setCookies]).toEqual([500, []])
    expect(await store.records()).toEqual([])
    expect((await thief.get('/who')).json).toBeNull()
  })

  test('THREATS 16: in a merge function or a serializer keeps nobody from signing out', async () => {
    const { store, browser, thief } = await begin(
      {
        out: async ({ session }) => {
          session['user'] = 'late'
          await browser.copy().post('/in')
          session.invalidate()
        },
      },
      { merge: { user: fail } },
    )
    expect((await browser.post('/out')).status).toBe(200)
    expect(await store.records()).toEqual([])
    expect((await thief.get('/who')).json).toBeNull()

    let broken = false
    const second = await begin(
      { out: ({ session }) => session.invalidate() },
      {
        serialize: (data) => (broken ? fail() : JSON.stringify(data)),
        deserialize: (stored) => JSON.parse(String(stored)) as Data,
      },
    )
    broken = true
    expect((await second.browser.post('/out')).status).toBe(200)
    expect(await second.store.records()).toEqual([])
  })

  test('THREATS 16: in a serializer at a rotation: an error, and nobody has more rights', async () => {
    let broken = false
    const { browser, thief } = await begin(
      {
        elevate: ({ session }) => {
          session['user'] = 'admin'
          session.rotate()
        },
      },
      {
        serialize: (data) => (broken ? fail() : JSON.stringify(data)),
        deserialize: (stored) => JSON.parse(String(stored)) as Data,
      },
    )
    broken = true
    const answer = await browser.post('/elevate')
    expect([answer.status, answer.setCookies]).toEqual([500, []])
    broken = false
    for (const who of [browser, thief]) expect((await who.get('/who')).json).toBe('ada')
  })
})
