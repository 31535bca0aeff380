import { describe, expect, test, vi } from 'vitest'
import { StoreError } from '../../src/errors.ts'
import { withSession } from '../../src/adapters/fetch.ts'
import type { CookieOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { signedIn } from '../../src/testing/testing.ts'
import { type Data, SECRET, dataIn, startApp } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { LatchStore } from '../support/latch-store.ts'

const FRAMEWORKS = ['express 5', 'express 4', 'node'] as const

function makeSessions(cookie: CookieOptions = {}, nodeEnv = 'test') {
  const store = new LatchStore(memoryStore())
  vi.stubEnv('NODE_ENV', nodeEnv)
  const sessions = createSessions<Data>({ secret: SECRET, store, cookie })
  vi.unstubAllEnvs()
  return { store, sessions }
}

function namesIn(cookie: string): string[] {
  return cookie.split('; ').map((pair) => pair.slice(0, pair.indexOf('=')))
}

describe('signedIn', () => {
  test.each(FRAMEWORKS)('is who a request over HTTP comes from, on %s', async (framework) => {
    const { sessions } = makeSessions()
    const pages = {
      see: ({ session }: { session: object }) => dataIn(session),
      leave: ({ session }: { session: { invalidate(): void } }) => session.invalidate(),
    }
    const { port } = await startApp(sessions, pages, framework)
    const ada = { cookie: await signedIn(sessions, { user: 'ada', cart: ['tea'] }) }
    const bob = { cookie: await signedIn(sessions, { user: 'bob' }) }
    for (const host of ['127.0.0.1', 'localhost']) {
      const see = async (headers: Record<string, string>) =>
        (await fetch(`http://${host}:${port}/see`, { headers })).json()
      expect(await see(ada)).toEqual({ user: 'ada', cart: ['tea'] })
      expect(await see(bob)).toEqual({ user: 'bob' })
      const proxied = { ...ada, 'x-forwarded-proto': 'https' }
      expect(await see(proxied)).toEqual({ user: 'ada', cart: ['tea'] })
    }
    const left = await fetch(`http://127.0.0.1:${port}/leave`, { headers: ada })
    expect(left.headers.getSetCookie()).toHaveLength(1)
    const after = await fetch(`http://127.0.0.1:${port}/see`, { headers: ada })
    expect(await after.json()).toEqual({})
  })

  test('stores whoever is signed in, for the life of the session', async () => {
    const { sessions } = makeSessions()
    const cookie = await signedIn(sessions, { cart: [] }, { principal: 'ada lovelace' })
    const first = await sessions.open(cookie)
    expect(first.principal).toBe('ada lovelace')
    first.clear()
    first.rotate()
    const { setCookie } = await sessions.commit(first)
    const [next = ''] = (setCookie ?? '').split(';')
    const second = await sessions.open(next)
    expect(second.principal).toBe('ada lovelace')
    second.invalidate()
    expect(second.principal).toBeNull()
    await sessions.commit(second)
    expect((await sessions.open(next)).principal).toBeNull()
  })

  test.each([[''], ['\ud800'], [7], [null]])('refuses %j as a principal', async (principal) => {
    const { sessions, store } = makeSessions()
    const options = { principal: principal as string }
    await expect(signedIn(sessions, {}, options)).rejects.toThrow(/principal must be a well-formed/)
    expect(store.totalCalls).toBe(0)
  })

  test('nobody is signed in without a principal', async () => {
    const { sessions } = makeSessions()
    const session = await sessions.open(await signedIn(sessions, { user: 'ada' }))
    expect(session.principal).toBeNull()
  })

  test('is who a fetch-style request comes from, local or not', async () => {
    const { sessions } = makeSessions()
    const cookie = await signedIn(sessions, { user: 'ada' })
    for (const options of [{}, { local: () => true }]) {
      const handle = withSession(sessions, (_, session) => Response.json({ ...session }), options)
      const answer = await handle(new Request('http://localhost/', { headers: { cookie } }))
      expect(await answer.json()).toEqual({ user: 'ada' })
    }
  })

  test.each<[CookieOptions, string, string[]]>([
    [{}, 'test', ['sid', '__Host-sid']],
    [{ path: '/shop' }, 'test', ['sid', '__Secure-sid']],
    [{}, 'production', ['__Host-sid']],
    [{ secure: true }, 'test', ['__Host-sid']],
    [{ secure: false }, 'test', ['sid']],
    [{ name: 'shop' }, 'test', ['shop']],
    [{ name: '__Host-shop' }, 'test', ['__Host-shop']],
  ])('with cookie options %j in %s carries %j, one session', async (cookie, nodeEnv, names) => {
    const { sessions, store } = makeSessions(cookie, nodeEnv)
    const header = await signedIn(sessions, { user: 'ada' })
    expect(namesIn(header)).toEqual(names)
    const [local, secure] = [
      await sessions.open(header, undefined, { local: true }),
      await sessions.open(header, undefined, { local: false }),
    ]
    expect([local['user'], secure['user']]).toEqual(['ada', 'ada'])
    expect(local.id).toBe(secure.id)
    expect(await store.records()).toHaveLength(1)
  })

  test('signs each name for itself: the value of one does not open under the other', async () => {
    const { sessions } = makeSessions()
    const header = await signedIn(sessions, { user: 'ada' })
    const [plain = ''] = header.split('; ')
    const forged = plain.replace('sid=', '__Host-sid=')
    expect({ ...(await sessions.open(forged)) }).toEqual({})
  })

  test('asks the store for one thing: to create', async () => {
    const { sessions, store } = makeSessions()
    await signedIn(sessions, { user: 'ada' })
    expect([store.totalCalls, store.calls.create]).toEqual([1, 1])
  })

  test('stores a session without data, too', async () => {
    const { sessions } = makeSessions()
    const session = await sessions.open(await signedIn(sessions, {}))
    expect(session.isNew).toBe(false)
    expect(session.timeout).toBe(1200)
  })

  test('takes a timeout of its own', async () => {
    const { sessions } = makeSessions()
    const header = await signedIn(sessions, { user: 'ada' }, { timeout: 28_800 })
    expect((await sessions.open(header)).timeout).toBe(28_800)
  })

  test('refuses data that no session can have', async () => {
    const { sessions } = makeSessions()
    await expect(signedIn(sessions, { id: 'mine' })).rejects.toThrow(/id/)
    await expect(signedIn(sessions, { run: () => {} })).rejects.toThrow(/cannot be stored/)
  })

  test('fails with the store, and gives no cookie then', async () => {
    const { sessions, store } = makeSessions()
    store.failNext('create', new Error('the disk is full'))
    await expect(signedIn(sessions, { user: 'ada' })).rejects.toBeInstanceOf(StoreError)
  })
})

describe('signedIn on Redis', () => {
  const redis = useRedis()

  test('is read by every process that uses the same store and secret', async () => {
    const store = await redis.connectedStore()
    const here = createSessions<Data>({ secret: SECRET, store })
    const there = createSessions<Data>({ secret: SECRET, store: redis.store() })
    const header = await signedIn(here, { user: 'ada' })
    expect({ ...(await there.open(header)) }).toEqual({ user: 'ada' })
  })

  test('reaches the client that is chosen by the request', async () => {
    const { createClient } = await import('redis')
    const client = await createClient({ url: redis.server.url }).connect()
    const clients = new Map([['acme', client]])
    const store = redisStore({
      client: ({ tenant }: { tenant: string }) => clients.get(tenant) as typeof client,
    })
    const sessions = createSessions<Data>({ secret: SECRET, store })
    const request = { tenant: 'acme' }
    const header = await signedIn(sessions, { user: 'ada' }, { request })
    expect({ ...(await sessions.open(header, { ...request })) }).toEqual({ user: 'ada' })
    client.destroy()
  })
})
