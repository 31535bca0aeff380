import { describe, expect, test } from 'vitest'
import { type ExpressSessionOptions, expressSession } from '../../src/migrate/express-session.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, type Pages, SECRET, dataIn, startApp } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { collect } from '../support/events.ts'
import { OLD_SECRET, type OldApp, startOldApp } from '../support/old-app.ts'

const redis = useRedis()

const PAGES: Pages = {
  look: ({ session }) => dataIn(session),
  facts: ({ session: { id, isNew, timeout, cookie } }) => ({
    id,
    isNew,
    timeout,
    maxAge: cookie.maxAge,
  }),
  write: ({ session }) => void (session['late'] = 1),
  rotate: ({ session }) => session.rotate(),
  reload: async ({ session }) => {
    await session.reload()
    return dataIn(session)
  },
  update: ({ session }) =>
    session.update((draft) => (draft['visits'] = Number(draft['visits'] ?? 0) + 1)),
  save: ({ session }) => session.save(),
  out: ({ session }) => session.invalidate(),
  regenerate: async ({ session, request }) => {
    await session.regenerate()
    const next = request.session as unknown as Data
    next['user'] = 'ben'
  },
  fail: ({ session }) => {
    session['late'] = 1
    throw Object.assign(new Error('it failed'), { status: 500 })
  },
}

const CART = { items: [{ name: 'tea', price: 2.5 }], note: 'größer', empty: null }

const SIGN_IN: OldApp['pages'] = {
  in: (session) => void Object.assign(session, { user: 'ada', cart: CART }),
}

interface Switch {
  readonly before?: OldApp
  readonly migrate?: Partial<ExpressSessionOptions>
  readonly after?: Partial<SessionOptions<Data>>
}

/** A browser that signed in at the old application, and comes to the new one. */
async function signedInBefore({ before, migrate, after }: Switch = {}) {
  const { app } = await startOldApp(redis.server.url, { pages: SIGN_IN, ...before })
  const old = app.browser()
  await old.get('/in')
  const options = { secret: SECRET, store: redis.store(), ...after }
  const sessions = createSessions<Data>({
    ...options,
    migrate: expressSession({ secret: OLD_SECRET, ...migrate }),
  })
  const now = await startApp(sessions, PAGES)
  return { old, browser: old.copy(now.port), now, sessions }
}

const keys = (pattern: string) => redis.server.cli('keys', pattern) as Promise<string[]>

describe('a session of express-session', () => {
  test('is there at the first request to the new application, nested data too', async () => {
    const { browser } = await signedInBefore()
    const answer = await browser.get('/look')
    expect(answer.json).toEqual({ user: 'ada', cart: CART })
    expect(answer.setCookies).toEqual([expect.stringMatching(/^sid=/)])
  })

  test('is one session of ours afterwards, and the old record is gone', async () => {
    const { browser } = await signedInBefore()
    await browser.get('/look')
    expect(await keys('sess:*')).toEqual([])
    expect(await keys('session:*')).toHaveLength(1)
    browser.cookies.delete('connect.sid')
    expect((await browser.get('/look')).json).toEqual({ user: 'ada', cart: CART })
  })

  test('is taken over by a request that reads nothing, once', async () => {
    const { browser } = await signedInBefore({ after: { touchInterval: 60 } })
    const events = collect()
    const nothing = await browser.get('/nowhere')
    expect([nothing.status, nothing.setCookies.length]).toEqual([404, 1])
    await browser.get('/look')
    expect(events.all.map(([event]) => event)).toEqual(['opened', 'created', 'opened'])
  })

  test('is taken over by a request that does not count as activity', async () => {
    const { old, sessions } = await signedInBefore()
    const session = await sessions.open(old.cookieHeader, undefined, { countAsActivity: false })
    expect(await sessions.commit(session)).toEqual({
      outcome: 'created',
      setCookie: expect.stringMatching(/^__Host-sid=/),
    })
  })

  test('keeps what the first request changed', async () => {
    const { browser } = await signedInBefore()
    await browser.post('/write')
    expect((await browser.get('/look')).json).toEqual({ user: 'ada', cart: CART, late: 1 })
  })

  test.each([
    ['update', { visits: 1 }],
    ['save', {}],
    ['rotate', {}],
  ])('can be used at once: %s', async (page, more) => {
    const { browser } = await signedInBefore()
    expect((await browser.post(`/${page}`)).status).toBe(200)
    browser.cookies.delete('connect.sid')
    expect((await browser.get('/look')).json).toEqual({ user: 'ada', cart: CART, ...more })
    expect(await keys('sess:*')).toEqual([])
  })

  test('is not new, and ends with the browser after the default timeout, as its cookie says', async () => {
    const { browser } = await signedInBefore()
    const { json, setCookies } = await browser.get('/facts')
    expect(json).toMatchObject({ isNew: false, timeout: 1200, maxAge: null })
    expect(setCookies[0]).not.toMatch(/Max-Age/)
  })

  test.each([
    [5_400_000, 5400],
    [1500, 2],
    [1, 1],
    [1e15, 34_560_000],
  ])('with a maxAge of %d ms outlives the browser, for %d s', async (maxAge, timeout) => {
    const { browser } = await signedInBefore({
      before: { options: { cookie: { maxAge: 600_000 } } },
    })
    const [key = ''] = await keys('sess:*')
    const record = JSON.parse(String(await redis.server.cli('get', key))) as { cookie: Data }
    record.cookie['originalMaxAge'] = maxAge
    await redis.server.cli('set', key, JSON.stringify(record))
    const { json, setCookies } = await browser.get('/facts')
    expect(json).toMatchObject({ timeout, maxAge: timeout * 1000 })
    expect(setCookies[0]).toContain(`Max-Age=${timeout};`)
  })

  test('that only rolled on is alive, although its record names a day that is past', async () => {
    const { old, browser } = await signedInBefore({
      before: { options: { rolling: true, cookie: { maxAge: 60_000 } } },
    })
    const [key = ''] = await keys('sess:*')
    const record = JSON.parse(String(await redis.server.cli('get', key))) as { cookie: Data }
    record.cookie['expires'] = '2020-01-01T00:00:00.000Z'
    await redis.server.cli('set', key, JSON.stringify(record), 'keepttl')
    // express-session thinks so too.
    const { setCookies } = await old.get('/in')
    expect(setCookies).toHaveLength(1)
    expect((await browser.get('/look')).json).toMatchObject({ user: 'ada' })
  })

  test('that was stored without data is taken over as well', async () => {
    const { browser } = await signedInBefore({
      before: { pages: { in: () => null }, options: { saveUninitialized: true } },
    })
    const { json, setCookies } = await browser.get('/look')
    expect([json, setCookies.length]).toEqual([{}, 1])
    expect(await keys('sess:*')).toEqual([])
  })

  test('is found under another prefix and cookie name', async () => {
    const custom = { name: 'shop', prefix: 'shop:sessions:' }
    const { browser } = await signedInBefore({
      before: { options: { name: custom.name }, store: { prefix: custom.prefix } },
      migrate: custom,
    })
    expect((await browser.get('/look')).json).toMatchObject({ user: 'ada' })
    expect(await keys('shop:sessions:*')).toEqual([])
  })

  test('is replaced in the browser too, when our cookie has the same name', async () => {
    const { browser } = await signedInBefore({ after: { cookie: { name: 'connect.sid' } } })
    expect((await browser.get('/look')).setCookies).toHaveLength(1)
    expect([...browser.cookies.keys()]).toEqual(['connect.sid'])
    expect((await browser.get('/look')).json).toMatchObject({ user: 'ada' })
  })

  test.each([
    ['an array', ['the newer one', OLD_SECRET], ['the newest one', 'the newer one', OLD_SECRET]],
    ['bytes', Buffer.from(OLD_SECRET), OLD_SECRET],
    ['a very long one', 'x'.repeat(300), ['x'.repeat(300)]],
  ])('is opened by each secret of the old application: %s', async (_, before, migrate) => {
    const { browser } = await signedInBefore({
      before: { options: { secret: before as string } },
      migrate: { secret: migrate },
    })
    expect((await browser.get('/look')).json).toMatchObject({ user: 'ada' })
  })

  test('is read by the serializer of connect-redis', async () => {
    const serializer = {
      stringify: (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64'),
      parse: (text: string) => JSON.parse(Buffer.from(text, 'base64').toString()) as unknown,
    }
    const { browser } = await signedInBefore({
      before: { store: { serializer: serializer as never } },
      migrate: { serializer },
    })
    expect((await browser.get('/look')).json).toMatchObject({ user: 'ada', cart: CART })
  })

  test('leaves behind, with a warning, what is the name of a member', async () => {
    const warnings: Error[] = []
    const note = (warning: Error) => void warnings.push(warning)
    process.on('warning', note)
    const { browser } = await signedInBefore({
      before: {
        pages: {
          in: (session) => void Object.assign(session, { user: 'ada', timeout: 5, createdAt: 1 }),
        },
      },
    })
    expect((await browser.get('/look')).json).toEqual({ user: 'ada' })
    expect((await browser.get('/facts')).json).toMatchObject({ timeout: 1200 })
    process.off('warning', note)
    const said = warnings.map(({ message }) => message).filter((text) => text.includes('migrate'))
    expect(said.map((text) => /: (\w+) is/.exec(text)?.[1]).toSorted()).toEqual([
      'createdAt',
      'timeout',
    ])
  })

  test('with a key called __proto__ pollutes nothing', async () => {
    const { browser } = await signedInBefore()
    const [key = ''] = await keys('sess:*')
    const evil = '{"cookie":{"originalMaxAge":null},"__proto__":{"admin":true},"user":"ada"}'
    await redis.server.cli('set', key, evil)
    const { text } = await browser.get('/look')
    expect(JSON.parse(text)).toHaveProperty('user', 'ada')
    expect(({} as Data)['admin']).toBeUndefined()
    expect((await browser.get('/look')).text).toContain('"__proto__":{"admin":true}')
  })
})

describe('what a request costs', () => {
  const without = ({ time, script, evalsha, ...rest }: Record<string, number>) => rest

  test('with our cookie, as much as ever; the old one beside it costs nothing', async () => {
    const { browser } = await signedInBefore()
    await browser.get('/look')
    const both = await redis.commandsDuring(() => browser.get('/look'))
    browser.cookies.delete('connect.sid')
    const ours = await redis.commandsDuring(() => browser.get('/look'))
    expect(both).toEqual(ours)
    expect(without(both)).toEqual({ get: 1 })
  })

  test('that takes a session over: six commands', async () => {
    const { old, browser } = await signedInBefore()
    await old.copy(browser.port).get('/look', { cookie: '' })
    const spent = await redis.commandsDuring(() => browser.get('/look'))
    // Two reads; create and replace, each of which reads inside its script; a read; the removal.
    expect(spent).toMatchObject({ del: 1 })
  })
})

describe('a failed request, with cookieOnException false', () => {
  test('takes nothing over; the next one does', async () => {
    const { browser } = await signedInBefore({ after: { cookieOnException: false } })
    const failed = await browser.get('/fail')
    expect([failed.status, failed.setCookies]).toEqual([500, []])
    expect(await keys('session:*')).toEqual([])
    expect(await keys('sess:*')).toHaveLength(1)
    expect((await browser.get('/look')).json).toEqual({ user: 'ada', cart: CART })
  })

  test('takes it over by default, like any other', async () => {
    const { browser } = await signedInBefore()
    expect((await browser.get('/fail')).setCookies).toHaveLength(1)
    expect((await browser.get('/look')).json).toEqual({ user: 'ada', cart: CART, late: 1 })
  })
})
