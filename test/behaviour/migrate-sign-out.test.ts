import { Redis as Ioredis } from 'ioredis'
import type { Express } from 'express'
import { createClient } from 'redis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { expressSession } from '../../src/index.ts'
import { session } from '../../src/adapters/express.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { login, mountAccounts } from '../packages/accounts.ts'
import { express4, type Data, type Pages, SECRET, dataIn, listen } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { barrier, signal } from '../support/latch-store.ts'
import { OLD_SECRET, type Switch, keysOf, startOldApp, switchOver } from '../support/old-app.ts'

const redis = useRedis()
const BROWSERS = 20

function pages() {
  const all = barrier(BROWSERS)
  const slow = { came: signal(), goes: signal() }
  const shown: Pages = {
    look: ({ session: here }) => dataIn(here),
    rotate: ({ session: here }) => here.rotate(),
    out: ({ session: here }) => here.invalidate(),
    'at-once': async ({ session: here, request }) => {
      here[request.url] = 1
      await all()
      return here['user']
    },
    slow: async ({ session: here, request }) => {
      if ('write' in request.query) here['late'] = 1
      slow.came.give()
      await slow.goes.given
      return here['user']
    },
  }
  return { slow, shown }
}

async function switched(change?: Switch) {
  const { slow, shown } = pages()
  return { slow, ...(await switchOver(redis, shown, change)) }
}

describe('parallel first requests of one browser', () => {
  test('are all signed in, in one session that has what each of them wrote', async () => {
    const { browser } = await switched()
    const tabs = Array.from({ length: BROWSERS }, () => browser.copy())
    const answers = await Promise.all(tabs.map((tab, at) => tab.get(`/at-once?n=n${at}`)))
    expect(answers.map(({ json }) => json)).toEqual(tabs.map(() => 'ada'))
    const cookies = new Set(answers.map(({ setCookies }) => String(setCookies)))
    expect(cookies.size).toBe(1)
    expect(await keysOf(redis, '*ess*:*')).toHaveLength(1)
    for (const tab of tabs) tab.cookies.delete('connect.sid')
    const written = Object.keys((await tabs[0]?.get('/look'))?.json as Data)
    expect(written).toHaveLength(BROWSERS + 2)
  })

  test('and a sign-out while one of them is slow: it stays signed out', async () => {
    const { browser, slow } = await switched()
    const other = browser.copy()
    const late = other.get('/slow?write')
    await slow.came.given
    await browser.get('/look')
    await browser.post('/out')
    slow.goes.give()
    expect(await late).toMatchObject({ json: 'ada', setCookies: [] })
    expect(await keysOf(redis, '*')).toEqual([])
    expect((await other.get('/look')).json).toEqual({})
  })
})

describe('after a sign-out the old cookie opens nothing', () => {
  test.each([
    ['at the first request', async () => undefined],
    ['later', async (look: () => Promise<unknown>) => look()],
  ])('%s', async (_, before) => {
    const { old, browser, now } = await switched()
    await before(() => browser.get('/look'))
    const out = await browser.post('/out')
    expect(out.status).toBe(200)
    expect(await keysOf(redis, '*')).toEqual([])
    const thief = old.copy(now.port)
    expect((await thief.get('/look')).json).toEqual({})
  })

  test('even if a server of the old application writes its record once more', async () => {
    const { old, browser, now } = await switched()
    await browser.get('/look')
    const [key = ''] = await keysOf(redis, 'session:*')
    const oldApp = await startOldApp(redis.server.url)
    const again = old.copy(oldApp.port)
    again.cookies.set('connect.sid', String(old.cookies.get('connect.sid')))
    await again.get('/in')
    browser.cookies.set('connect.sid', String(again.cookies.get('connect.sid')))
    await browser.post('/out')
    expect(await keysOf(redis, key)).toEqual([])
    expect(await keysOf(redis, 'sess:*')).toEqual([])
    const thief = old.copy(now.port)
    thief.cookies.set('connect.sid', String(again.cookies.get('connect.sid')))
    expect((await thief.get('/look')).json).toEqual({})
  })
})

test('a rotation kills the old cookie', async () => {
  const { old, browser, now } = await switched()
  await browser.post('/rotate')
  expect((await browser.get('/look')).json).toMatchObject({ user: 'ada' })
  expect((await old.copy(now.port).get('/look')).json).toEqual({})
})

test('a rotation while a request with the old cookie is slow: that one sets no cookie', async () => {
  const { browser, slow } = await switched()
  const late = browser.copy()
  await browser.get('/look')
  const answer = late.get('/slow')
  await slow.came.given
  await browser.post('/rotate')
  slow.goes.give()
  expect(await answer).toMatchObject({ json: 'ada', setCookies: [] })
  expect((await browser.get('/look')).json).toHaveProperty('user')
})

test('on the way back, who was taken over is a visitor, and who was not is still signed in', async () => {
  const who = { in: (s: Data) => void (s['user'] = 'ada'), who: (s: Data) => s['user'] ?? null }
  const { old, browser } = await switched({ before: { pages: who } })
  const other = old.copy()
  other.cookies.clear()
  await other.get('/in')
  await browser.get('/look')
  expect((await old.get('/who')).json).toBeNull()
  expect((await other.get('/who')).json).toBe('ada')
  // And forward again: neither has to sign in once more.
  expect((await browser.get('/look')).json).toEqual({ user: 'ada' })
  expect((await other.copy(browser.port).get('/look')).json).toEqual({ user: 'ada' })
})

test('ours wins over the old cookie', async () => {
  const { browser, sessions } = await switched()
  const session1 = await sessions.open('')
  session1['user'] = 'ben'
  const { setCookie = '' } = await sessions.commit(session1)
  const both = `${browser.cookieHeader}; ${setCookie.split(';')[0]}`
  expect((await sessions.open(both))['user']).toBe('ben')
  expect(await keysOf(redis, 'sess:*')).toHaveLength(1)
})

test('the old cookie is used when ours has ended', async () => {
  const { browser, sessions } = await switched()
  const ended = await sessions.open('')
  ended['user'] = 'ben'
  const { setCookie = '' } = await sessions.commit(ended)
  await redis.server.cli('del', ...(await keysOf(redis, 'session:*')))
  const both = `${browser.cookieHeader}; ${setCookie.split(';')[0]}`
  const opened = await sessions.open(both)
  expect(opened['user']).toBe('ada')
  expect((await sessions.commit(opened)).setCookie).toMatch(/^__Host-sid=/)
})

function withAccounts(app: Express): void {
  mountAccounts(app)
  app.get('/who', (request, response) => void response.json(request.user ?? null))
}

describe('someone signed in with passport', () => {
  test('stays signed in, signs out, and is out', async () => {
    const oldApp = await startOldApp(redis.server.url, { mount: withAccounts, pages: {} })
    const browser = oldApp.browser()
    await login(browser)
    const app = express4()
    const store = redis.store()
    app.use(session({ secret: SECRET, store, migrate: expressSession({ secret: OLD_SECRET }) }))
    app.use(express4.json())
    withAccounts(app)
    const here = browser.copy((await listen(app as never)).port)
    const old = here.copy()
    expect((await here.get('/who')).json).toEqual({ name: 'ada' })
    await here.post('/logout')
    expect((await here.get('/who')).json).toBeNull()
    expect((await old.get('/who')).json).toBeNull()
  })
})

async function look(change: Switch): Promise<unknown> {
  const { browser } = await switched(change)
  return (await browser.get('/look')).json
}

describe('the Redis client', () => {
  test('can be one of the application, node-redis', async () => {
    const client = await createClient({ url: redis.server.url }).connect()
    onTestFinished(() => client.destroy())
    expect(await look({ after: { store: redisStore({ client }) } })).toHaveProperty('user')
  })

  test('can be one of the application, ioredis, also with a prefix of its own', async () => {
    const client = new Ioredis(redis.server.url, { keyPrefix: 'se', enableAutoPipelining: true })
    onTestFinished(() => client.disconnect())
    const store = redisStore({ client })
    expect(await look({ after: { store }, migrate: { prefix: 'ss:' } })).toHaveProperty('user')
    expect(await keysOf(redis, 'sess:*')).toEqual([])
  })

  test('needs no more than to read and delete the old keys', async () => {
    const commands = '-@all +get +evalsha +eval +set +del +time'.split(' ')
    const rights = ['on', '>pw', '~session:*', '~sess:*', ...commands]
    await redis.server.cli('acl', 'setuser', 'shop', ...rights)
    const { port } = redis.server
    const store = redisStore({ url: `redis://shop:pw@127.0.0.1:${port}` })
    onTestFinished(() => store.close?.())
    expect(await look({ after: { store } })).toHaveProperty('user')
  })

  test('can be chosen per request', async () => {
    const client = await createClient({ url: redis.server.url }).connect()
    onTestFinished(() => client.destroy())
    const requests: unknown[] = []
    const store = redisStore({
      client: (request: { url: string }) => {
        requests.push(request.url)
        return client
      },
    })
    expect(await look({ after: { store } })).toHaveProperty('user')
    expect(requests).toEqual(['/look'])
  })
})
