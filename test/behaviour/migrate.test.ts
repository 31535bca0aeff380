import { describe, expect, test } from 'vitest'
import { type Data, type Pages, dataIn } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { collect } from '../support/events.ts'
import {
  CART,
  OLD_SECRET,
  type Switch,
  keysOf,
  rewriteOldRecord,
  switchOver,
} from '../support/old-app.ts'

const redis = useRedis()

const PAGES: Pages = {
  look: ({ session }) => dataIn(session),
  facts: ({ session: { id, isNew, timeout, cookie } }) => {
    return { id, isNew, timeout, maxAge: cookie.maxAge }
  },
  write: ({ session }) => void (session['late'] = 1),
  rotate: ({ session }) => session.rotate(),
  update: ({ session }) =>
    session.update((draft) => (draft['visits'] = Number(draft['visits'] ?? 0) + 1)),
  save: ({ session }) => session.save(),
  reload: ({ session }) => session.reload(),
  'fail-later': async ({ session }) => {
    session.rotate()
    await session.update((draft) => void (draft['n'] = 1))
    throw Object.assign(new Error('it failed'), { status: 500 })
  },
  fail: ({ session }) => {
    session['late'] = 1
    throw Object.assign(new Error('it failed'), { status: 500 })
  },
}

const switched = (change?: Switch) => switchOver(redis, PAGES, change)

describe('a session of express-session', () => {
  test('is there at the first request to the new application, nested data too', async () => {
    const { browser } = await switched()
    const answer = await browser.get('/look')
    expect(answer.json).toEqual({ user: 'ada', cart: CART })
    expect(answer.setCookies).toEqual([expect.stringMatching(/^sid=/)])
  })

  test('is one session of ours afterwards, and the old record is gone', async () => {
    const { browser } = await switched()
    await browser.get('/look')
    expect(await keysOf(redis, 'sess:*')).toEqual([])
    expect(await keysOf(redis, 'session:*')).toHaveLength(1)
    browser.cookies.delete('connect.sid')
    expect((await browser.get('/look')).json).toEqual({ user: 'ada', cart: CART })
  })

  test('is taken over by a request that reads nothing, once', async () => {
    const { browser } = await switched()
    const events = collect()
    const nothing = await browser.get('/nowhere')
    expect([nothing.status, nothing.setCookies.length]).toEqual([404, 1])
    await browser.get('/look')
    expect(events.all.map(([event]) => event)).toEqual(['opened', 'created', 'opened'])
  })

  test('is taken over by a request that does not count as activity', async () => {
    const { old, sessions } = await switched()
    const session = await sessions.open(old.cookieHeader, undefined, { countAsActivity: false })
    expect(await sessions.commit(session)).toEqual({
      outcome: 'created',
      setCookie: expect.stringMatching(/^__Host-sid=/),
    })
  })

  test('keeps what the first request changed', async () => {
    const { browser } = await switched()
    await browser.post('/write')
    expect((await browser.get('/look')).json).toEqual({ user: 'ada', cart: CART, late: 1 })
  })

  test.each([
    ['update', { visits: 1 }],
    ['save', {}],
    ['rotate', {}],
    ['reload', {}],
  ])('can be used at once: %s', async (page, more) => {
    const { browser } = await switched()
    expect((await browser.post(`/${page}`)).status).toBe(200)
    browser.cookies.delete('connect.sid')
    expect((await browser.get('/look')).json).toEqual({ user: 'ada', cart: CART, ...more })
    expect(await keysOf(redis, 'sess:*')).toEqual([])
  })

  test('is not new; its cookie ends with the browser, and it after the default timeout', async () => {
    const { browser } = await switched()
    const { json, setCookies } = await browser.get('/facts')
    expect(json).toMatchObject({ isNew: false, timeout: 1200, maxAge: null })
    expect(setCookies[0]).not.toMatch(/Max-Age/)
  })

  test.each([
    [5_400_000, 5400],
    [1500, 2],
    [1, 1],
    [1e15, 34_560_000],
  ])('with a maxAge of %d ms outlives the browser, for %d s', async (originalMaxAge, timeout) => {
    const { browser } = await switched()
    await rewriteOldRecord(redis, ({ cookie }) => Object.assign(cookie, { originalMaxAge }))
    const { json, setCookies } = await browser.get('/facts')
    expect(json).toMatchObject({ timeout, maxAge: timeout * 1000 })
    expect(setCookies[0]).toContain(`Max-Age=${timeout};`)
  })

  test('that rolled on is alive, although its record still names a day that is past', async () => {
    const { old, browser } = await switched({
      before: {
        options: { rolling: true, cookie: { maxAge: 60_000 } },
        pages: {
          in: (session) => void (session['user'] = 'ada'),
          who: (session) => session['user'],
        },
      },
    })
    await rewriteOldRecord(redis, ({ cookie }) => {
      cookie['expires'] = '2020-01-01T00:00:00.000Z'
    })
    expect((await old.get('/who')).json).toBe('ada')
    const [key = ''] = await keysOf(redis, 'sess:*')
    expect(String(await redis.server.cli('get', key))).toContain('"2020-01-01')
    expect((await browser.get('/look')).json).toEqual({ user: 'ada' })
  })

  test('that was stored without data is taken over as well', async () => {
    const { browser } = await switched({
      before: { pages: { in: () => null }, options: { saveUninitialized: true } },
    })
    const { json, setCookies } = await browser.get('/look')
    expect([json, setCookies.length]).toEqual([{}, 1])
    expect(await keysOf(redis, 'sess:*')).toEqual([])
  })

  test('is found under another prefix and cookie name', async () => {
    const custom = { name: 'shop', prefix: 'shop:sessions:' }
    const { browser } = await switched({
      before: { options: { name: custom.name }, store: { prefix: custom.prefix } },
      migrate: custom,
    })
    expect((await browser.get('/look')).json).toMatchObject({ user: 'ada' })
    expect(await keysOf(redis, 'shop:sessions:*')).toEqual([])
  })

  test('is replaced in the browser too, when our cookie has the same name', async () => {
    const { browser } = await switched({ after: { cookie: { name: 'connect.sid' } } })
    expect((await browser.get('/look')).setCookies).toHaveLength(1)
    expect([...browser.cookies.keys()]).toEqual(['connect.sid'])
    expect((await browser.get('/look')).json).toMatchObject({ user: 'ada' })
  })

  test.each([
    ['an array', ['the newer one', OLD_SECRET], ['the newest one', 'the newer one', OLD_SECRET]],
    ['bytes', Buffer.from(OLD_SECRET) as never, OLD_SECRET],
    ['a very long one', 'x'.repeat(300), ['x'.repeat(300)]],
  ])('is opened by each secret of the old application: %s', async (_, secret, ours) => {
    const { browser } = await switched({
      before: { options: { secret } },
      migrate: { secret: ours },
    })
    expect((await browser.get('/look')).json).toMatchObject({ user: 'ada' })
  })

  test('is read by the serializer of connect-redis', async () => {
    const serializer = {
      stringify: (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64'),
      parse: (text: string) => JSON.parse(Buffer.from(text, 'base64').toString()) as unknown,
    }
    const { browser } = await switched({
      before: { store: { serializer } },
      migrate: { serializer },
    })
    expect((await browser.get('/look')).json).toEqual({ user: 'ada', cart: CART })
  })

  test('is stored by the serializer of these sessions', async () => {
    const { browser } = await switched({
      after: {
        serialize: (data) => Buffer.from(JSON.stringify(data)).toString('base64'),
        deserialize: (text) => JSON.parse(Buffer.from(String(text), 'base64').toString()) as Data,
      },
    })
    expect((await browser.get('/look')).json).toEqual({ user: 'ada', cart: CART })
    expect((await browser.get('/look')).json).toEqual({ user: 'ada', cart: CART })
  })

  test('leaves behind, with a warning, what has the name of a member', async () => {
    const said: string[] = []
    const note = ({ message }: Error) => void said.push(message)
    process.on('warning', note)
    const clashing = { user: 'ada', timeout: 5, createdAt: 1, update: true }
    const { browser } = await switched({
      before: { pages: { in: (session) => void Object.assign(session, clashing) } },
    })
    expect((await browser.get('/look')).json).toEqual({ user: 'ada' })
    expect((await browser.get('/facts')).json).toMatchObject({ timeout: 1200 })
    process.off('warning', note)
    for (const name of ['timeout', 'createdAt', 'update']) {
      expect(said).toContainEqual(expect.stringContaining(`migrate: ${name} is the name`))
    }
  })

  test('THREATS 26: with a key called __proto__ pollutes nothing', async () => {
    const { browser } = await switched()
    const data = '"__proto__":{"admin":true},"user":"ada"'
    await rewriteOldRecord(redis, () => `{"cookie":{"originalMaxAge":null},${data}}`)
    await browser.get('/look')
    expect((await browser.get('/look')).text).toBe(`{${data}}`)
    expect(({} as Data)['admin']).toBeUndefined()
  })
})

test('a session larger than maxBytes stays where it is', async () => {
  const { browser, now } = await switched({ after: { maxBytes: 10 } })
  const { status, setCookies } = await browser.get('/look')
  expect([status, setCookies]).toEqual([500, []])
  expect(now.errors).toEqual([expect.objectContaining({ code: 'too_large' })])
  expect(await keysOf(redis, 'sess:*')).toHaveLength(1)
})

describe('a failed request', () => {
  test('with cookieOnException false takes nothing over; the next one does', async () => {
    const { browser } = await switched({ after: { cookieOnException: false } })
    const failed = await browser.get('/fail')
    expect([failed.status, failed.setCookies]).toEqual([500, []])
    expect(failed.headers['cache-control']).toBe('private')
    expect(await keysOf(redis, 'session:*')).toEqual([])
    expect(await keysOf(redis, 'sess:*')).toHaveLength(1)
    expect((await browser.get('/look')).json).toEqual({ user: 'ada', cart: CART })
  })

  test('that had saved before it failed is not signed out by a rotation it did not do', async () => {
    const { browser } = await switched({ after: { cookieOnException: false } })
    expect((await browser.get('/fail-later')).status).toBe(500)
    expect((await browser.get('/look')).json).toEqual({ user: 'ada', cart: CART, n: 1 })
  })

  test('takes it over by default, like any other', async () => {
    const { browser } = await switched()
    expect((await browser.get('/fail')).setCookies).toHaveLength(1)
    expect((await browser.get('/look')).json).toEqual({ user: 'ada', cart: CART, late: 1 })
  })
})
