import { performance } from 'node:perf_hooks'
import { describe, expect, test } from 'vitest'
import { DataError } from '../../src/errors.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, type Framework, type Pages, SECRET, startApp, dataIn } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { collect } from '../support/events.ts'
import { LatchStore } from '../support/latch-store.ts'
import { Connection } from '../support/raw-http.ts'

const FRAMEWORKS: readonly Framework[] = ['express 5', 'express 4', 'node']

const PAGES: Pages = {
  begin: ({ session }) => {
    session['user'] = 'ada'
    return session.id
  },
  who: ({ session }) => session['user'] ?? null,
  public: () => 'welcome',
  write: ({ session }) => void (session['n'] = Math.random()),
  invalidate: ({ session }) => session.invalidate(),
  big: ({ session, request }) => void (session['big'] = 'x'.repeat(Number(request.query['bytes']))),
  redirect: ({ session, response }) => {
    session['n'] = Math.random()
    response.statusCode = 302
    response.setHeader('Location', '/elsewhere')
    response.setHeader('Set-Cookie', 'theme=dark')
    response.end()
  },
}

describe('a store that answers late', () => {
  test.each(FRAMEWORKS)('no byte of a redirect arrives before, %s', async (framework) => {
    const store = new LatchStore(memoryStore())
    const sessions = createSessions<Data>({ secret: SECRET, store })
    const app = await startApp(sessions, PAGES, framework)
    const latch = store.holdAfter('create')
    const connection = new Connection(app.port)
    connection.send('GET /redirect HTTP/1.1', 'Host: localhost', 'Connection: close')
    await latch.reached
    const sentAt = performance.now()
    // Long enough for a response that does not wait to have come: other requests are served.
    while (performance.now() - sentAt < 400) {
      expect((await app.browser().get('/public')).status).toBe(200)
      expect(connection.received).toBe('')
    }
    latch.release()
    const response = await connection.closed()
    expect(response).toMatch(/^HTTP\/1.1 302 /)
    expect(response).toMatch(/^set-cookie: sid=/im)
    expect(response).toMatch(/^set-cookie: theme=dark/im)
  })

  test.each(FRAMEWORKS)('longer than the deadline is an error response, %s', async (framework) => {
    const store = new LatchStore(memoryStore())
    const sessions = createSessions<Data>({ secret: SECRET, store, storeTimeoutMs: 50 })
    const app = await startApp(sessions, PAGES, framework)
    const latch = store.holdBefore('create')
    const answer = await app.browser().get('/redirect')
    latch.release()
    expect([answer.status, answer.setCookies]).toEqual([503, []])
    expect(answer.headers.location).toBeUndefined()
  })
})

const store = new LatchStore(memoryStore())

describe('Redis in trouble', () => {
  const redis = useRedis()

  async function begin(
    framework: Framework = 'express 5',
    options: Partial<SessionOptions<Data>> = {},
  ) {
    const store = await redis.connectedStore()
    const sessions = createSessions<Data>({
      secret: SECRET,
      store,
      storeTimeoutMs: 300,
      ...options,
    })
    const app = await startApp(sessions, PAGES, framework)
    const browser = app.browser()
    const id = (await browser.post('/begin')).json as string
    return { app, browser, id, key: `session:${id}` }
  }

  test.each(FRAMEWORKS)(
    'out of memory: an error response without our cookie, and nothing lost, %s',
    async (framework) => {
      const { app, browser } = await begin(framework)
      await redis.server.cli('config', 'set', 'maxmemory-policy', 'noeviction')
      await redis.server.cli('config', 'set', 'maxmemory', '1')
      try {
        for (const visitor of [app.browser(), browser]) {
          const answer = await visitor.get('/redirect')
          expect([answer.status, answer.setCookies]).toEqual([503, []])
          expect(answer.headers.location).toBeUndefined()
        }
        expect((await browser.get('/who')).json).toBe('ada')
      } finally {
        await redis.server.cli('config', 'set', 'maxmemory', '0')
      }
      expect((await browser.get('/redirect')).status).toBe(302)
      expect((await app.browser().get('/redirect')).setCookies).toHaveLength(2)
      expect((await browser.get('/who')).json).toBe('ada')
    },
  )

  test.each(FRAMEWORKS)(
    'THREATS T17: stopped: an answer by the deadline, visitors served, %s',
    async (framework) => {
      const { app, browser } = await begin(framework)
      const cookie = browser.cookieHeader
      redis.server.pause()
      try {
        for (const page of ['/who', '/write', '/invalidate']) {
          const asked = performance.now()
          const refused = await browser.get(page)
          const took = performance.now() - asked
          expect([refused.status, refused.setCookies]).toEqual([503, []])
          expect(refused.text).not.toContain('ada')
          expect(took).toBeGreaterThan(290)
          expect(took).toBeLessThan(700)
        }
        const served = await app.browser().get('/public')
        expect([served.status, served.json]).toEqual([200, 'welcome'])
        const begun = await app.browser().post('/begin')
        expect([begun.status, begun.setCookies]).toEqual([503, []])
      } finally {
        redis.server.resume()
      }
      expect(browser.cookieHeader).toBe(cookie)
      const again = await browser.get('/who')
      expect([again.status, again.json]).toEqual([200, 'ada'])
      expect((await app.browser().post('/begin')).setCookies).toHaveLength(1)
    },
  )

  test('stopped while a handler works: its commit is an error by the deadline', async () => {
    const sessions = createSessions<Data>({
      secret: SECRET,
      store: await redis.connectedStore(),
      storeTimeoutMs: 300,
    })
    const app = await startApp(sessions, {
      ...PAGES,
      stop: ({ session }) => {
        redis.server.pause()
        session['n'] = 1
      },
    })
    const browser = app.browser()
    await browser.post('/begin')
    try {
      const answer = await browser.post('/stop')
      expect([answer.status, answer.setCookies]).toEqual([503, []])
    } finally {
      redis.server.resume()
    }
    expect((await browser.get('/who')).json).toBe('ada')
  })

  test('an outage is reported as an event with its operation and no data', async () => {
    const { browser } = await begin()
    const events = collect()
    redis.server.pause()
    try {
      await browser.get('/who')
    } finally {
      redis.server.resume()
    }
    expect(events.of('unavailable')).toEqual([expect.objectContaining({ operation: 'read' })])
    expect(events.of('rejected')).toEqual([])
  })

  const UNDECODABLE: readonly [what: string, damage: (value: string) => string][] = [
    ['nothing', () => ''],
    ['garbage', () => 'garbage'],
    ['JSON of another library', () => '{"cookie":{"path":"/"},"user":"eve"}'],
    ['a header without its line end', (value) => value.split('\n')[0] as string],
    ['a header that lost a field', (value) => value.replace(/ \S+\n/, '\n')],
    ['a header with a number that is none', (value) => value.replace(/ 0 /, ' x ')],
    ['data cut short', (value) => value.slice(0, -1)],
    ['data that is a list', (value) => value.replace(/\n.*/s, '\n["user"]')],
    ['data that is null', (value) => value.replace(/\n.*/s, '\nnull')],
    ['data of a member name', (value) => value.replace(/\n.*/s, '\n{"user":"eve","rotate":1}')],
    ['a tag nobody knows', (value) => value.replace(/\n.*/s, '\n{"$tagged":{"$Evil":1}}')],
  ]

  test.each(UNDECODABLE)(
    'a record that is %s: a visitor, an event, and the record stays as it lies',
    async (_, damage) => {
      const { browser, id, key } = await begin()
      const damaged = damage((await redis.server.cli('get', key)) as string)
      await redis.server.cli('set', key, damaged)
      const events = collect()
      const looked = await browser.get('/who')
      expect([looked.status, looked.json, looked.setCookies]).toEqual([200, null, []])
      expect(events.of('rejected')).toEqual([
        expect.objectContaining({ id, reason: 'undecodable' }),
      ])
      const begun = await browser.post('/begin')
      expect([begun.status, begun.setCookies.length]).toEqual([200, 1])
      expect(begun.json).not.toBe(id)
      expect(await redis.server.cli('get', key)).toBe(damaged)
    },
  )

  test('a key of another type is a visitor, and stays', async () => {
    const { browser, key } = await begin()
    await redis.server.cli('del', key)
    await redis.server.cli('rpush', key, 'a', 'b')
    const looked = await browser.get('/who')
    expect([looked.status, looked.json]).toEqual([200, null])
    expect(await redis.server.cli('lrange', key, '0', '-1')).toEqual(['a', 'b'])
  })

  test.each(FRAMEWORKS)(
    'a record of a newer format is an error, not a visitor, %s',
    async (framework) => {
      const { browser, key } = await begin(framework)
      const value = (await redis.server.cli('get', key)) as string
      const newer = value.replace(/^sojourn1/, 'sojourn2')
      await redis.server.cli('set', key, newer)
      const answer = await browser.get('/who')
      expect([answer.status, answer.setCookies]).toEqual([503, []])
      expect(await redis.server.cli('get', key)).toBe(newer)
    },
  )

  test("THREATS 11: a reply of somebody else's key is an error, not their session", async () => {
    const { app, browser, key } = await begin()
    const other = app.browser()
    const otherKey = `session:${(await other.post('/begin')).json as string}`
    await redis.server.cli('rename', key, 'aside')
    await redis.server.cli('rename', otherKey, key)
    await redis.server.cli('rename', 'aside', otherKey)
    for (const visitor of [browser, other]) {
      const answer = await visitor.get('/who')
      expect([answer.status, answer.setCookies]).toEqual([503, []])
      expect(answer.text).not.toContain('ada')
    }
  })

  test('an ended connection is made again', async () => {
    const { browser } = await begin()
    await redis.server.cli('client', 'kill', 'type', 'normal')
    const answers = [
      await browser.get('/who'),
      await browser.get('/who'),
      await browser.get('/who'),
    ]
    expect(answers.at(-1)?.json).toBe('ada')
    expect(answers.every(({ setCookies }) => setCookies.length === 0)).toBe(true)
  })

  test('a server that forgot its scripts gets them again', async () => {
    const { browser } = await begin()
    await redis.server.cli('script', 'flush')
    expect((await browser.post('/write')).status).toBe(200)
    expect((await browser.post('/invalidate')).status).toBe(200)
    expect((await browser.post('/begin')).setCookies).toHaveLength(1)
  })
})

async function beginWith(serialize: () => unknown) {
  const sessions = createSessions<Data>({
    secret: SECRET,
    store,
    serialize: serialize as () => string,
    deserialize: () => ({}),
  })
  return { store, app: await startApp(sessions, PAGES) }
}

async function begin(pages: Pages, options: Partial<SessionOptions<Data>> = {}) {
  const store = new LatchStore(memoryStore())
  const sessions = createSessions<Data>({ secret: SECRET, store, ...options })
  const app = await startApp(sessions, { ...PAGES, ...pages })
  const browser = app.browser()
  await browser.post('/begin')
  return { store, app, browser }
}

describe('data that cannot be stored', () => {
  test('THREATS T9: more bytes than maxBytes: an error that says so, and nothing is lost', async () => {
    const { app, browser, store } = await begin({}, { maxBytes: 100 })
    expect((await browser.post('/big?bytes=50')).status).toBe(200)
    for (const visitor of [browser, app.browser()]) {
      const answer = await visitor.post('/big?bytes=1000')
      expect([answer.status, answer.setCookies]).toEqual([500, []])
      expect(answer.json).toMatchObject({ code: 'too_large' })
      expect((answer.json as Error).message).toMatch(/1010 bytes|\d+ bytes; maxBytes allows 100/)
    }
    expect((await browser.get('/who')).json).toBe('ada')
    expect(await store.records()).toHaveLength(1)
  })

  test('the limit is exact, counts bytes, and counts flash messages too', async () => {
    const { browser } = await begin(
      {
        flash: ({ session }) => session.pushFlash('x'.repeat(60)),
        set: ({ session, request }) => {
          session.clear()
          session['a'] = '€'.repeat(Number(request.query['of']))
        },
      },
      { maxBytes: 100 },
    )
    // {"a":"…"} takes 8 bytes beside its letters of 3.
    expect((await browser.post('/set?of=30')).status).toBe(200)
    expect((await browser.post('/set?of=31')).json).toMatchObject({ code: 'too_large' })
    expect((await browser.post('/flash')).json).toMatchObject({ code: 'too_large' })
  })

  test('is 1 MiB unless said otherwise', async () => {
    const { browser } = await begin({})
    expect((await browser.post(`/big?bytes=${1024 * 1024 - 100}`)).status).toBe(200)
    expect((await browser.post(`/big?bytes=${1024 * 1024}`)).json).toMatchObject({
      code: 'too_large',
    })
  })

  class Basket {
    items = ['tea']
  }
  const UNSTORABLE: readonly [what: string, value: unknown, path: string][] = [
    ['a function', { items: [{ price: () => 1 }] }, 'cart.items[0].price'],
    ['a class instance', [new Basket()], 'cart[0]'],
    ['a symbol', { mark: Symbol('secret') }, 'cart.mark'],
    ['a promise', { later: Promise.resolve() }, 'cart.later'],
    ['a function in a Map', new Map([['price', () => 1]]), 'cart'],
  ]

  test.each(UNSTORABLE)('%s is an error that names its path', async (_, value, path) => {
    const { app, browser } = await begin({
      cart: ({ session }) => void (session['cart'] = value),
    })
    const answer = await browser.post('/cart')
    expect([answer.status, answer.setCookies]).toEqual([500, []])
    const [error] = app.errors as DataError[]
    expect(error).toBeInstanceOf(DataError)
    expect(error).toMatchObject({ code: 'not_serializable' })
    expect(error?.path.startsWith(path)).toBe(true)
    expect(error?.message).toContain(path)
    expect((await browser.get('/who')).json).toBe('ada')
  })

  test('save() rejects with it, and the request may go on', async () => {
    const { browser } = await begin({
      cart: async ({ session }) => {
        session['cart'] = () => 1
        const error = await session.save().catch((error: unknown) => error)
        delete session['cart']
        session['n'] = 1
        return (error as DataError).path
      },
      all: ({ session }) => dataIn(session),
    })
    expect((await browser.post('/cart')).json).toBe('cart')
    expect((await browser.get('/all')).json).toEqual({ user: 'ada', n: 1 })
  })

  test('a serializer that throws, or gives no text or bytes, is an error', async () => {
    const broken: readonly (() => unknown)[] = [
      () => {
        throw new Error('key not found')
      },
      () => Promise.reject(new Error('key not found')),
      () => undefined,
      () => ({}),
      () => '\ud800',
    ]
    for (const serialize of broken) {
      const { app, store } = await beginWith(serialize)
      const answer = await app.browser().post('/begin')
      expect([answer.status, answer.setCookies]).toEqual([500, []])
      expect(answer.json).toMatchObject({ code: 'not_serializable' })
      expect(await store.records()).toEqual([])
    }
  })
})

describe('a full memory store', () => {
  test('refuses a new session and drops nobody', async () => {
    const sessions = createSessions<Data>({ secret: SECRET, store: memoryStore({ maxRecords: 1 }) })
    const app = await startApp(sessions, PAGES)
    const browser = app.browser()
    await browser.post('/begin')
    const refused = await app.browser().post('/begin')
    expect([refused.status, refused.setCookies]).toEqual([503, []])
    expect((await browser.get('/who')).json).toBe('ada')
  })
})
