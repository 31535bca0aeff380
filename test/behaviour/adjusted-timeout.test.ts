import { describe, expect, test } from 'vitest'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, type Pages, SECRET, startApp, dataIn } from '../support/app.ts'
import { parseSetCookie } from '../support/browser-jar.ts'
import { describeOnBothStores, useRedis } from '../support/both-stores.ts'
import { LatchStore } from '../support/latch-store.ts'

const DAY = 86_400

const PAGES: Pages = {
  begin: ({ session }) => void (session['n'] = 1),
  adjust: ({ session, request }) => session.adjustTimeoutForSession(Number(request.query['to'])),
  look: ({ session }) => ({
    timeout: session.timeout,
    isNew: session.isNew,
    data: dataIn(session),
  }),
  write: ({ session }) => void (session['n'] = Math.random()),
  flash: ({ session }) => session.pushFlash('x'),
  clear: ({ session }) => session.clear(),
  rotate: ({ session }) => session.rotate(),
  csrf: ({ session }) => void session.newCsrfToken(),
  update: ({ session }) => session.update((draft) => void (draft['m'] = 1)),
  save: async ({ session }) => {
    session['s'] = 1
    return session.save()
  },
  restart: ({ session }) => {
    session.invalidate()
    session['n'] = 2
    return session.timeout
  },
  'adjust-then-restart': ({ session }) => {
    session.adjustTimeoutForSession(9999)
    session.invalidate()
    session['n'] = 2
    return session.timeout
  },
}

interface Look {
  readonly timeout: number
  readonly isNew: boolean
  readonly data: Data
}

describe('an adjusted timeout, on two nodes with one Redis', () => {
  const redis = useRedis()

  /** Seconds that Redis keeps the one key there is. */
  async function ttl(): Promise<number> {
    const [key = ''] = (await redis.server.cli('keys', '*')) as string[]
    // Half a second of leeway: the offset of the clock is known to within half a round trip.
    return Math.round(Number(await redis.server.cli('pttl', key)) / 1000)
  }

  async function node(options: Partial<SessionOptions<Data>> = {}) {
    const store = new LatchStore(redis.store())
    const sessions = createSessions<Data>({ secret: SECRET, store, touchInterval: 0, ...options })
    return { store, app: await startApp(sessions, PAGES) }
  }

  async function nodes(options: Partial<SessionOptions<Data>> = {}) {
    const [first, second] = await Promise.all([node(options), node(options)])
    const browser = first.app.browser()
    const elsewhere = () => browser.copy(second.app.port)
    const look = async () => (await elsewhere().get('/look')).json as Look
    return { first, second, browser, elsewhere, look }
  }

  test('is seen by every later request on every node', async () => {
    const { browser, look } = await nodes()
    await browser.post('/begin')
    expect((await look()).timeout).toBe(1200)
    await browser.post('/adjust?to=28800')
    expect((await look()).timeout).toBe(28_800)
    expect(((await browser.get('/look')).json as Look).timeout).toBe(28_800)
    await browser.post('/adjust?to=5')
    expect((await look()).timeout).toBe(5)
  })

  test.each(['write', 'flash', 'csrf', 'clear', 'rotate', 'update', 'save', 'look'])(
    'survives %s, here and elsewhere',
    async (page) => {
      const { browser, elsewhere, look } = await nodes()
      await browser.post('/begin')
      await browser.post('/adjust?to=28800')
      await browser.post(`/${page}`)
      expect((await look()).timeout).toBe(28_800)
      const other = elsewhere()
      await other.post(`/${page}`)
      expect(((await other.get('/look')).json as Look).timeout).toBe(28_800)
    },
  )

  test.each([
    ['look', 'touch'],
    ['write', 'replace'],
    ['flash', 'replace'],
    ['csrf', 'replace'],
    ['clear', 'replace'],
    ['rotate', 'replace'],
    ['update', 'replace'],
  ] as const)(
    'is not undone by a request that began before it with another timeout in hand: %s',
    async (page, operation) => {
      const { first, browser, elsewhere } = await nodes()
      await browser.post('/begin')
      const latch = first.store.holdBefore(operation)
      const early = browser.post(`/${page}`)
      await latch.reached
      const adjusting = elsewhere()
      await adjusting.post('/adjust?to=28800')
      latch.release()
      expect((await early).status).toBe(200)
      expect(((await browser.get('/look')).json as Look).timeout).toBe(28_800)
      expect(await ttl()).toBeGreaterThan(28_000)
    },
  )

  test('does not touch other sessions', async () => {
    const { first, browser } = await nodes()
    const other = first.app.browser()
    await browser.post('/begin')
    await other.post('/begin')
    await browser.post('/adjust?to=28800')
    const later = first.app.browser()
    await later.post('/begin')
    expect(((await other.get('/look')).json as Look).timeout).toBe(1200)
    expect(((await later.get('/look')).json as Look).timeout).toBe(1200)
  })

  test('makes a session of a visitor without data', async () => {
    const { browser, look } = await nodes()
    expect((await browser.post('/adjust?to=28800')).setCookies).toHaveLength(1)
    expect(await look()).toEqual({ timeout: 28_800, isNew: false, data: {} })
  })

  test('ends with its session: the one begun after invalidate() has the default', async () => {
    const { browser, look } = await nodes()
    await browser.post('/begin')
    await browser.post('/adjust?to=28800')
    expect((await browser.post('/restart')).json).toBe(1200)
    expect((await look()).timeout).toBe(1200)
    await browser.post('/adjust?to=28800')
    expect((await browser.post('/adjust-then-restart')).json).toBe(1200)
    expect((await look()).timeout).toBe(1200)
  })

  test('is the TTL of its key: idle plus touch interval, or the rest of absolute', async () => {
    const { browser } = await nodes({ touchInterval: undefined, absoluteTimeout: DAY })
    await browser.post('/begin')
    expect(await ttl()).toBe(1200 + 60)
    await browser.post('/adjust?to=100')
    expect(await ttl()).toBe(100 + 5)
    await browser.post('/adjust?to=28800')
    expect(await ttl()).toBe(28_800 + 60)
    await browser.post(`/adjust?to=${2 * DAY}`)
    expect(await ttl()).toBeLessThanOrEqual(DAY)
    expect(await ttl()).toBeGreaterThan(DAY - 30)
  })
})

describeOnBothStores('an adjusted timeout and the cookie', (makeStore) => {
  async function begin(cookie: SessionOptions['cookie']) {
    const store = makeStore()
    const sessions = createSessions<Data>({ secret: SECRET, store, cookie, touchInterval: 3600 })
    const app = await startApp(sessions, PAGES)
    const browser = app.browser()
    const maxAges = async (path: string) => {
      const { setCookies } = await browser.post(path)
      return setCookies.map((line) => parseSetCookie(line).attributes['max-age'])
    }
    return { browser, maxAges }
  }

  test('with cookie.maxAge, the longer of both is the life of the cookie', async () => {
    const { maxAges } = await begin({ maxAge: 3600 })
    expect(await maxAges('/begin')).toEqual(['3600'])
    expect(await maxAges('/adjust?to=28800')).toEqual(['28800'])
    expect(await maxAges('/write')).toEqual([])
    expect(await maxAges('/adjust?to=60')).toEqual(['3600'])
  })

  test('a timeout longer than cookie.maxAge prolongs the first cookie too', async () => {
    const { maxAges } = await begin({ maxAge: 60 })
    expect(await maxAges('/begin')).toEqual(['1200'])
  })

  test('without cookie.maxAge no cookie is sent again', async () => {
    const { maxAges } = await begin({})
    expect(await maxAges('/begin')).toEqual([undefined])
    expect(await maxAges('/adjust?to=28800')).toEqual([])
  })

  test('the cookie that is sent again is the same one', async () => {
    const { browser } = await begin({ maxAge: 60 })
    await browser.post('/begin')
    const before = browser.cookieHeader
    await browser.post('/adjust?to=28800')
    expect(browser.cookieHeader).toBe(before)
  })
})
