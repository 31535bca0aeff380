import express from 'express'
import { describe, expect, test } from 'vitest'
import { session } from '../../src/adapters/express.ts'
import { withSession } from '../../src/adapters/fetch.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { sessionsFromSettings } from '../../src/settings/settings.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { createRedisClient, redisStore } from '../../src/store/redis/redis-store.ts'
import { type Data, SECRET, listen, sessionOf } from '../support/app.ts'

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const key of Reflect.ownKeys(value)) deepFreeze((value as Record<PropertyKey, unknown>)[key])
  return value
}

/** Every option that there is, but a store. */
function everything(): SessionOptions<Data> {
  return {
    secret: [SECRET, `${SECRET} of before`],
    prefix: 'shop:',
    idGenerator: () => Math.random().toString(36).slice(2),
    timeout: 600,
    absoluteTimeout: 6000,
    renewalTimeout: 300,
    renewalGrace: 30,
    unprovenTimeout: 60,
    touchInterval: 0,
    onReplay: 'end',
    storeTimeoutMs: 5000,
    maxBytes: 1000,
    serialize: (data) => JSON.stringify(data),
    deserialize: (stored) => JSON.parse(String(stored)) as Data,
    merge: { n: (_base, mine) => mine },
    cookie: {
      name: 'shop',
      maxAge: 3600,
      path: '/',
      domain: 'localhost',
      secure: false,
      httpOnly: true,
      sameSite: 'strict',
      priority: 'high',
    },
    cookieOnException: false,
    clearSiteData: ['cache', 'storage'],
  }
}

async function lead(sessions: ReturnType<typeof createSessions<Data>>): Promise<void> {
  const first = await sessions.open()
  first['n'] = 1
  first.adjustTimeoutForSession(900)
  const cookie = (await sessions.commit(first)).setCookie?.split(';')[0]
  const second = await sessions.open(cookie)
  second.rotate()
  second['n'] = 2
  const rotated = (await sessions.commit(second)).setCookie?.split(';')[0]
  const third = await sessions.open(rotated)
  expect(third['n']).toBe(2)
  third.invalidate()
  expect((await sessions.commit(third)).outcome).toBe('destroyed')
}

describe('options that were handed over', () => {
  test('THREATS 30: may be frozen all the way down, and stay what they were', async () => {
    const options = everything()
    const shown = JSON.stringify(options)
    const sessions = createSessions<Data>(deepFreeze(options))
    await lead(sessions)
    sessions.describePolicy()
    expect(JSON.stringify(options)).toBe(shown)
  })

  test('THREATS 30: may be changed afterwards, which changes nothing', async () => {
    const options = everything()
    const sessions = createSessions<Data>(options)
    const policy = sessions.describePolicy()
    const { cookie, merge, secret } = options
    Object.assign(cookie ?? {}, { name: 'other', path: '/other', httpOnly: false, maxAge: 1 })
    Object.assign(options, { timeout: 1, prefix: 'other:', maxBytes: 1, cookieOnException: true })
    Object.assign(secret, ['the secret of somebody else, who has just come'])
    Reflect.deleteProperty(merge ?? {}, 'n')
    const first = await sessions.open()
    first['n'] = 1
    const { setCookie } = await sessions.commit(first)
    expect(setCookie).toMatch(/^shop=.*; Path=\/; .*HttpOnly/)
    expect([first.timeout, sessions.describePolicy()]).toEqual([600, policy])
    const same = createSessions<Data>({ ...everything(), store: memoryStore() })
    expect((await same.open(setCookie?.split(';')[0])).isNew).toBe(true)
    await lead(sessions)
  })

  test('THREATS 30: may serve two applications, which do not meet', async () => {
    const options = deepFreeze({ secret: SECRET, cookie: { name: 'shop' } })
    const adapter = deepFreeze({ property: 'basket' })
    const apps = await Promise.all(
      [1, 2].map(async () => {
        const app = express()
        app.use(session<Data>(options, adapter))
        app.get('/', (request, response) => {
          const basket = sessionOf({ session: Reflect.get(request, 'basket') })
          basket['n'] = Number(basket['n'] ?? 0) + 1
          response.json(basket['n'])
        })
        return listen(app)
      }),
    )
    const [one, two] = apps.map((app) => app.browser())
    expect((await one?.get('/'))?.json).toBe(1)
    expect((await one?.get('/'))?.json).toBe(2)
    const stranger = await two?.get('/', { cookie: one?.cookieHeader ?? '' })
    expect([stranger?.json, stranger?.setCookies.length]).toEqual([1, 1])
  })

  test('THREATS 30: of stores, clients, settings and fetch-style handlers are left alone too', async () => {
    const connection = deepFreeze({ host: '127.0.0.1', port: 1, tls: { servername: 'x' } })
    const stores = [redisStore(connection), redisStore(connection)]
    const client = await createRedisClient(connection)
    for (const each of [...stores, client]) await each.close?.()
    const memory = deepFreeze({ maxRecords: 2 })
    for (const store of [memoryStore(memory), memoryStore(memory)]) {
      await lead(createSessions<Data>(deepFreeze({ secret: SECRET, store: { ...bound(store) } })))
    }
    const settings = deepFreeze({ 'redis.sessions.secret': SECRET, 'redis.sessions.timeout': '60' })
    await sessionsFromSettings(settings).close()
    await sessionsFromSettings(settings).close()
    const handler = withSession(
      createSessions(deepFreeze({ secret: SECRET })),
      () => new Response('ok'),
    )
    expect((await handler(new Request('http://localhost/'))).status).toBe(200)
  })
})

function bound(store: ReturnType<typeof memoryStore>): ReturnType<typeof memoryStore> {
  return {
    now: () => store.now(),
    read: (key) => store.read(key),
    create: (key, record) => store.create(key, record),
    replace: (key, expected, record) => store.replace(key, expected, record),
    touch: (key, touch) => store.touch(key, touch),
    remove: (key, principal) => store.remove(key, principal),
  }
}
