import { describe, expect, test } from 'vitest'
import type { SessionRecord } from '../../src/record/record.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import type { ReadAnswer, Store } from '../../src/store/store.ts'
import { type Data, type Framework, type Pages, SECRET, startApp } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'

const FRAMEWORKS: readonly Framework[] = ['express 5', 'express 4', 'node']
const PROTECTED = 'the salaries of everybody'

const PAGES: Pages = {
  in: ({ session }) => void (session['user'] = 'ada'),
  public: () => 'welcome',
  /** As applications guard a page: nobody there, nothing to see. */
  salaries: ({ session, response }) => {
    if (session['user'] === 'ada') return PROTECTED
    response.statusCode = 401
    return 'sign in'
  },
}

/** What a read may answer that is no record of this session. */
const ANSWERS: Record<string, (record: SessionRecord) => unknown> = {
  'an error': () => {
    throw new Error('READONLY You cannot write against a read only replica')
  },
  'a rejection': () => Promise.reject(new Error('ERR')),
  'a rejection with nothing': () => Promise.reject(undefined),
  nothing: () => undefined,
  null: () => null,
  'a number': () => 1,
  OK: () => 'OK',
  'an empty object': () => ({}),
  'a list': () => [],
  'nothing, ever': () => new Promise(() => {}),
  'the record of somebody else': (record) => ({ ...record, id: 'x'.repeat(22) }),
  'a record without its family': (record) => ({ ...record, familyHash: undefined }),
  'a record without its times': (record) => ({ ...record, touchedAt: undefined }),
  'a record without its data': (record) => ({ ...record, data: undefined }),
  'a record of long ago': (record) => ({ ...record, touchedAt: 0 }),
  'a record of the family before': (record) => ({ ...record, familyHash: 'x'.repeat(43) }),
}

class Faulty implements Store {
  readonly #inner = memoryStore()
  answer: ((record: SessionRecord) => unknown) | undefined

  now(): number {
    return this.#inner.now()
  }

  read(key: string): Promise<ReadAnswer> {
    const { answer } = this
    if (answer === undefined) return this.#inner.read(key)
    return this.#inner.read(key).then((record) => answer(record as SessionRecord)) as Promise<never>
  }

  create: Store['create'] = (key, record) => this.#inner.create(key, record)
  replace: Store['replace'] = (key, expected, record) => this.#inner.replace(key, expected, record)
  touch: Store['touch'] = (key, touch) => this.#inner.touch(key, touch)
  remove: Store['remove'] = (key, principal) => this.#inner.remove(key, principal)
}

describe.each(FRAMEWORKS)('a protected page, %s', (framework) => {
  async function begin(store: Store) {
    const sessions = createSessions<Data>({ secret: SECRET, store, storeTimeoutMs: 300 })
    const app = await startApp(sessions, PAGES, framework)
    const browser = app.browser()
    await browser.post('/in')
    expect((await browser.get('/salaries')).json).toBe(PROTECTED)
    return { app, browser }
  }

  test.each(Object.entries(ANSWERS))(
    'THREATS T17: is not shown when the store answers %s',
    async (what, answer) => {
      const store = new Faulty()
      const { app, browser } = await begin(store)
      store.answer = answer
      const { status, text, setCookies } = await browser.get('/salaries')
      expect([what, text]).toEqual([what, expect.not.stringContaining(PROTECTED)])
      expect([401, 500, 503]).toContain(status)
      expect(setCookies).toEqual([])
      expect((await app.browser().get('/public')).status).toBe(200)
      store.answer = undefined
      expect((await browser.get('/salaries')).json).toBe(PROTECTED)
    },
  )
})

describe('a Redis that refuses', () => {
  const redis = useRedis()

  test.each([
    ['to read', ['-get']],
    ['everything', ['-@all']],
    ['these keys', ['resetkeys', '~other:*']],
    ['this user', ['off']],
  ])('THREATS T17: %s lets nobody in, and signs nobody out', async (_, rules) => {
    await redis.server.cli('acl', 'setuser', 'shop', 'on', '>password', '~*', '&*', '+@all')
    const url = redis.server.url.replace('//', '//shop:password@')
    const sessions = createSessions<Data>({
      secret: SECRET,
      store: redisStore({ url }),
      storeTimeoutMs: 2000,
    })
    const app = await startApp(sessions, PAGES)
    const browser = app.browser()
    await browser.post('/in')
    const cookie = browser.cookieHeader
    await redis.server.cli('acl', 'setuser', 'shop', ...rules)
    // What a refused login leaves is `default`, which docs/redis.md says to lock.
    await redis.server.cli('acl', 'setuser', 'default', '-get')
    if (rules.includes('off')) await redis.server.cli('client', 'kill', 'user', 'shop')
    const { status, text, setCookies } = await browser.get('/salaries')
    expect([status, setCookies]).toEqual([503, []])
    expect(text).not.toContain(PROTECTED)
    expect((await app.browser().get('/public')).status).toBe(200)
    await redis.server.cli('acl', 'setuser', 'default', '+get')
    await redis.server.cli('acl', 'setuser', 'shop', 'on', '~*', '+@all')
    expect(browser.cookieHeader).toBe(cookie)
    expect((await browser.get('/salaries')).json).toBe(PROTECTED)
    await sessions.close()
  })
})
