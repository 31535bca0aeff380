import { createHmac } from 'node:crypto'
import { createClient } from 'redis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { OptionError, StoreError, expressSession } from '../../src/index.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { type Data, type Pages, SECRET, dataIn, startApp } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { collect } from '../support/events.ts'
import { CART, OLD_SECRET, keysOf, rewriteOldRecord, switchOver } from '../support/old-app.ts'
import { besideForeign } from '../support/stepped.ts'

const redis = useRedis()

const PAGES: Pages = { look: ({ session }) => dataIn(session) }

function signed(sid: string, secret = OLD_SECRET): string {
  const signature = createHmac('sha256', secret).update(sid).digest('base64').replace(/=+$/, '')
  return encodeURIComponent(`s:${sid}.${signature}`)
}

/** What an attacker may send in place of the cookie of `sid`, without its secret. */
const HOSTILE: readonly [name: string, cookie: (sid: string) => string, reason: string][] = [
  ['the id alone', (sid) => sid, 'malformed'],
  ['an id without signature', (sid) => `s%3A${sid}`, 'malformed'],
  ['an empty signature', (sid) => `s%3A${sid}.`, 'forged'],
  ['another secret', (sid) => signed(sid, 'guessed'), 'forged'],
  ['the signature of another id', (sid) => `s%3A${sid}.${signed('x').split('.')[1]}`, 'forged'],
  ['a signature too long', (sid) => `${signed(sid)}A`, 'forged'],
  ['no prefix', (sid) => signed(sid).slice(4), 'malformed'],
  ['an empty id', () => signed(''), 'malformed'],
  ['an empty value', () => '', 'malformed'],
  ['a broken escape', (sid) => `${signed(sid)}%E0%A4%A`, 'malformed'],
  ['bytes that are no UTF-8', (sid) => `%FF${signed(sid)}`, 'malformed'],
  ['a JSON cookie', () => 'j%3A%7B%22id%22%3A1%7D', 'malformed'],
  ['quotes', (sid) => `"${signed(sid)}"`, 'malformed'],
  ['a value longer than any cookie', () => `s%3A${'a'.repeat(5000)}`, 'malformed'],
  ['two of them', (sid) => `${signed(sid)}; connect.sid=${signed(sid)}`, 'duplicate'],
]

describe('a cookie that is not genuine', () => {
  test.each(HOSTILE)('is ignored and costs nothing: %s', async (_, cookie, reason) => {
    const { browser } = await switchOver(redis, PAGES)
    const [key = ''] = await keysOf(redis, 'sess:*')
    const header = `connect.sid=${cookie(key.slice('sess:'.length))}`
    const events = collect()
    const spent = await redis.commandsDuring(async () => {
      const { json, setCookies } = await browser.get('/look', { cookie: header })
      expect([json, setCookies]).toEqual([{}, []])
    })
    expect(spent).toEqual({})
    expect(events.all).toEqual([['rejected', expect.objectContaining({ reason })]])
    expect((await browser.get('/look')).json).toEqual({ user: 'ada', cart: CART })
  })

  test('of a visitor without any costs nothing', async () => {
    const { browser } = await switchOver(redis, PAGES)
    const visit = () => browser.get('/look', { cookie: 'other=1' })
    expect(await redis.commandsDuring(visit)).toEqual({})
  })
})

describe('an old record', () => {
  test.each([
    ['text', 'hello'],
    ['nothing', ''],
    ['JSON that is no object', '["a"]'],
    ['a number', '1e999'],
    ['no cookie', '{"user":"ada"}'],
    ['a cookie that is no object', '{"cookie":7,"user":"ada"}'],
    ['data nested too deeply', `{"cookie":{},"user":${'['.repeat(600)}${']'.repeat(600)}}`],
  ])('that holds %s opens nothing, and is left as it lies', async (_, text) => {
    const { browser } = await switchOver(redis, PAGES)
    await rewriteOldRecord(redis, () => text)
    const events = collect()
    const { status, json, setCookies } = await browser.get('/look')
    expect([status, json, setCookies]).toEqual([200, {}, []])
    expect(events.of('rejected')).toMatchObject([{ reason: 'undecodable' }])
    const [key = ''] = await keysOf(redis, 'sess:*')
    expect(await redis.server.cli('get', key)).toBe(text)
  })

  test('of another type opens nothing', async () => {
    const { browser } = await switchOver(redis, PAGES)
    const [key = ''] = await keysOf(redis, 'sess:*')
    await redis.server.cli('del', key)
    await redis.server.cli('hset', key, 'user', 'ada')
    expect((await browser.get('/look')).json).toEqual({})
  })

  test('that Redis has dropped opens nothing', async () => {
    const { browser } = await switchOver(redis, PAGES)
    await redis.server.cli('flushall')
    const events = collect()
    const { json, setCookies } = await browser.get('/look')
    expect([json, setCookies]).toEqual([{}, []])
    expect(events.of('rejected')).toMatchObject([{ reason: 'absent' }])
  })
})

/** A store whose named operations fail while `broken` holds them. */
async function failing() {
  const broken = new Set<string>()
  const old = new Map([['sess:abc', '{"cookie":{"originalMaxAge":null},"user":"ada"}']])
  const inner = besideForeign(memoryStore(), old)
  const store = Object.fromEntries(
    Object.entries(inner).map(([name, operation]) => [
      name,
      (...args: never[]) => {
        if (broken.has(name)) throw new Error('connection lost')
        return (operation as (...all: never[]) => unknown)(...args)
      },
    ]),
  ) as unknown as typeof inner
  const migrate = expressSession({ secret: OLD_SECRET })
  const app = await startApp(createSessions<Data>({ secret: SECRET, store, migrate }), PAGES)
  const browser = app.browser()
  browser.cookies.set('connect.sid', signed('abc'))
  return { broken, old, browser, app }
}

describe('when the store fails', () => {
  test.each(['readForeign', 'read', 'create', 'replace', 'removeForeign'])(
    'the answer is 503 without a cookie, and the next try works: %s',
    async (operation) => {
      const { broken, old, browser, app } = await failing()
      broken.add(operation)
      const failed = await browser.get('/look')
      expect([failed.status, failed.setCookies]).toEqual([503, []])
      expect(app.errors).toEqual([expect.any(StoreError)])
      broken.clear()
      const { json, setCookies } = await browser.get('/look')
      expect([json, setCookies.length, old.size]).toEqual([{ user: 'ada' }, 1, 0])
    },
  )

  test('a frozen Redis answers 503 within the deadline', async () => {
    const { browser } = await switchOver(redis, PAGES, { after: { storeTimeoutMs: 200 } })
    redis.server.pause()
    onTestFinished(() => redis.server.resume())
    expect((await browser.get('/look')).status).toBe(503)
    redis.server.resume()
    await expect.poll(async () => (await browser.get('/look')).json).toMatchObject({ user: 'ada' })
  })
})

function make(options: object) {
  return () => createSessions<Data>({ secret: SECRET, ...options })
}

describe('option migrate', () => {
  const migrate = expressSession({ secret: OLD_SECRET })

  test.each([
    ['no store', {}],
    ['the memory store', { store: memoryStore() }],
  ])('needs a store with old records: %s', (_, options) => {
    expect(make({ migrate, ...options })).toThrow(OptionError)
    expect(make({ migrate, ...options })).toThrow(/^migrate: needs a store .*redisStore/)
  })

  test.each([[null], [true], [{}], ['expressSession'], [expressSession]])(
    'takes only what expressSession() returns: %s',
    (value) => {
      const store = besideForeign(memoryStore(), new Map())
      expect(make({ migrate: value, store })).toThrow(/^migrate: must be what expressSession\(\)/)
    },
  )

  test('says so when the store chosen for a request cannot read old records', async () => {
    const client = createClient({ url: redis.server.url })
    const chooser = redisStore({ client: () => client })
    const store = Object.assign(Object.create(chooser) as object, { for: () => memoryStore() })
    const sessions = createSessions<Data>({ secret: SECRET, store: store as never, migrate })
    await expect(sessions.open(`connect.sid=${signed('abc')}`)).rejects.toThrow(/readForeign\(\)/)
  })

  test.each([
    [undefined, 'expressSession'],
    [{}, 'expressSession.secret'],
    [{ secret: '' }, 'expressSession.secret'],
    [{ secret: [] }, 'expressSession.secret'],
    [{ secret: [OLD_SECRET, undefined] }, 'expressSession.secret'],
    [{ secret: 12_345 }, 'expressSession.secret'],
    [{ secret: OLD_SECRET, prefix: 7 }, 'expressSession.prefix'],
    [{ secret: OLD_SECRET, name: '' }, 'expressSession.name'],
    [{ secret: OLD_SECRET, serializer: {} }, 'expressSession.serializer'],
    [{ secret: OLD_SECRET, nam: 'shop' }, 'expressSession.nam'],
  ])('expressSession(%o) names the option that is wrong', (options, option) => {
    try {
      expressSession(options as never)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(OptionError)
      expect((error as OptionError).option).toBe(option)
      expect((error as Error).message).not.toMatch(/keyboard|12345/)
    }
  })
})
