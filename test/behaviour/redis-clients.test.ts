import { performance } from 'node:perf_hooks'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createSessions } from '../../src/sessions.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import type { RedisClient } from '../../src/store/redis/redis-store.ts'
import { type Data, type Pages, SECRET, startApp } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { barrier } from '../support/latch-store.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

const PAGES: Pages = {
  begin: ({ session }) => void (session['user'] = 'ada'),
  who: ({ session }) => session['user'] ?? null,
  public: () => 'welcome',
  everything: async ({ session }) => {
    session['n'] = 1
    await session.save()
    await session.update((draft) => void (draft['m'] = 1))
    session.invalidate()
    session['o'] = 1
    await session.save()
    session.rotate()
  },
}

describe('connections', () => {
  const redis = useRedis()

  /** Connections to the server beside the one that asks. */
  async function connections(): Promise<number> {
    const list = String(await redis.server.cli('client', 'list'))
    return list.split('\n').filter((line) => line !== '' && !line.includes('cmd=client')).length
  }

  test('fifty parallel first requests make one, and close() ends it', async () => {
    const first = await startApp(
      createSessions<Data>({ secret: SECRET, store: redis.store() }),
      PAGES,
    )
    const browser = first.browser()
    await browser.post('/begin')
    const before = await connections()

    const meet = barrier(50)
    const sessions = createSessions<Data>({
      secret: SECRET,
      store: redisStore({ url: redis.server.url }),
    })
    const app = await startApp(sessions, {
      who: async ({ session }) => {
        await meet()
        return session['user']
      },
    })
    const again = browser.copy(app.port)
    const answers = await Promise.all(Array.from({ length: 50 }, () => again.get('/who')))
    expect(answers.map(({ json }) => json)).toEqual(answers.map(() => 'ada'))
    expect(await connections()).toBe(before + 1)
    await sessions.close()
    await expect.poll(connections).toBe(before)
  })

  test('none is made for visitors, nor by making a store', async () => {
    const before = await connections()
    const sessions = createSessions<Data>({ secret: SECRET, store: redis.store() })
    const app = await startApp(sessions, PAGES)
    await Promise.all(Array.from({ length: 20 }, () => app.browser().get('/public')))
    expect(await connections()).toBe(before)
    await sessions.close()
  })

  test('close() leaves a client it was given alone', async () => {
    const client = await createClient({ url: redis.server.url }).connect()
    onTestFinished(() => client.destroy())
    const chosen = createSessions<Data>({
      secret: SECRET,
      store: redisStore({ client: () => client }),
    })
    const given = createSessions<Data>({ secret: SECRET, store: redisStore({ client }) })
    const app = await startApp(given, PAGES)
    await app.browser().post('/begin')
    await given.close()
    await chosen.close()
    expect(await client.ping()).toBe('PONG')
  })

  test('after close() a session is an error, and a visitor is served', async () => {
    const sessions = createSessions<Data>({ secret: SECRET, store: redis.store() })
    const app = await startApp(sessions, PAGES)
    const browser = app.browser()
    await browser.post('/begin')
    await sessions.close()
    await sessions.close()
    expect((await browser.get('/who')).status).toBe(503)
    expect((await app.browser().get('/public')).status).toBe(200)
  })
})

const tenant = (name: string) => ({ headers: { 'x-tenant': name } })

describe('two Redises, chosen by request', () => {
  const servers: RedisServer[] = []
  beforeAll(async () => {
    servers.push(...(await Promise.all([startRedis(), startRedis()])))
  })
  afterAll(async () => Promise.all(servers.map((server) => server.stop())))

  async function begin() {
    const clients: RedisClient[] = []
    for (const { url } of servers) {
      const client = await createClient({ url }).connect()
      onTestFinished(() => client.destroy())
      clients.push(client)
    }
    const calls: unknown[] = []
    const store = redisStore({
      client: (request: { headers: Record<string, string> }, settings) => {
        calls.push(settings)
        return clients[request.headers['x-tenant'] === 'b' ? 1 : 0] as RedisClient
      },
      host: 'redis.example',
      db: 3,
    })
    const sessions = createSessions<Data>({ secret: SECRET, store })
    return { app: await startApp(sessions, PAGES), calls }
  }

  test('visitors call the function 0 times, also with bad cookies', async () => {
    const { app, calls } = await begin()
    for (const cookie of ['', 'sid=', 'sid=bad', 'other=1', 'sid=a; sid=b']) {
      expect((await app.browser().get('/public', { cookie })).status).toBe(200)
    }
    expect(calls).toEqual([])
  })

  test('a request with a session calls it once, whatever it does', async () => {
    const { app, calls } = await begin()
    const browser = app.browser()
    await browser.post('/begin', {}, tenant('a'))
    expect(calls).toHaveLength(1)
    await browser.get('/who', tenant('a'))
    expect(calls).toHaveLength(2)
    await browser.post('/everything', {}, tenant('a'))
    expect(calls).toHaveLength(3)
  })

  test('it gets frozen settings with defaults filled in', async () => {
    const { app, calls } = await begin()
    await app.browser().post('/begin', {}, tenant('a'))
    expect(calls).toEqual([{ host: 'redis.example', port: 6379, db: 3, tls: false }])
    expect(Object.isFrozen(calls[0])).toBe(true)
  })

  test('a session lies in the one that was chosen, and only there', async () => {
    const { app } = await begin()
    for (const server of servers) await server.cli('flushall')
    const browser = app.browser()
    await browser.post('/begin', {}, tenant('b'))
    expect(await Promise.all(servers.map((server) => server.cli('dbsize')))).toEqual([0, 1])
    expect((await browser.get('/who', tenant('b'))).json).toBe('ada')
    expect((await browser.get('/who', tenant('a'))).json).toBeNull()
  })
})

describe('a client function', () => {
  const BAD: readonly [what: string, client: () => unknown][] = [
    [
      'that throws',
      () => {
        throw new Error('no such tenant')
      },
    ],
    ['that rejects', () => Promise.reject(new Error('no such tenant'))],
    ['that hangs', () => new Promise(() => {})],
    ['that returns nothing', () => undefined],
    ['that returns null', () => null],
    ['that returns a text', () => 'redis://localhost'],
    ['that returns another object', () => ({ get: () => 'x' })],
    ['that resolves to junk', () => Promise.resolve(7)],
    ['that returns a store', () => redisStore({ host: 'localhost' })],
  ]

  test.each(BAD)('%s: 503 by the deadline, cookie left alone, visitors served', async (_, bad) => {
    const redis = await startRedis()
    const client = await createClient({ url: redis.url }).connect()
    onTestFinished(async () => {
      client.destroy()
      await redis.stop()
    })
    const begun = await startApp(
      createSessions<Data>({ secret: SECRET, store: redisStore({ client }) }),
      PAGES,
    )
    const before = begun.browser()
    await before.post('/begin')

    const store = redisStore({ client: () => bad() as RedisClient })
    const sessions = createSessions<Data>({ secret: SECRET, store, storeTimeoutMs: 100 })
    const app = await startApp(sessions, PAGES)
    const browser = before.copy(app.port)
    const asked = performance.now()
    for (const answer of [await browser.get('/who'), await app.browser().post('/begin')]) {
      expect([answer.status, answer.setCookies]).toEqual([503, []])
      expect(answer.json).toMatchObject({ code: 'store' })
      expect((answer.json as Error).message).toContain('client')
    }
    expect(performance.now() - asked).toBeLessThan(500)
    expect((await app.browser().get('/public')).status).toBe(200)
    expect((await browser.copy(begun.port).get('/who')).json).toBe('ada')
  })
})
