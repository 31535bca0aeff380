import { request as ask } from 'node:http'
import { Redis as Ioredis } from 'ioredis'
import { createClient } from 'redis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { StoreError } from '../../src/errors.ts'
import { createSessions } from '../../src/sessions.ts'
import { type RedisClient, redisStore } from '../../src/store/redis/redis-store.ts'
import { Random } from '../../src/testing/random.ts'
import { type App, type Data, SECRET, startApp } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { startFaultProxy } from '../support/fault-proxy.ts'

const USERS = Array.from({ length: 20 }, (_, number) => `user-${number}`)

/** Rounds of 40 requests: `CHAOS=500 npx vitest run test/security/mixed-up-replies.test.ts`. */
const ROUNDS = Number(process.env['CHAOS'] ?? 15)

const CLIENTS: Record<string, (port: number) => Promise<RedisClient>> = {
  'node-redis': async (port) => {
    const client = createClient({ socket: { port, reconnectStrategy: 20 } })
    client.on('error', () => {})
    onTestFinished(() => client.destroy())
    return client.connect()
  },
  ioredis: async (port) => {
    const client = new Ioredis(port, { retryStrategy: () => 20, maxRetriesPerRequest: null })
    client.on('error', () => {})
    onTestFinished(() => client.disconnect())
    return client
  },
}

const redis = useRedis()

function begin(client: RedisClient) {
  const store = redisStore({ client })
  return createSessions<Data>({ secret: SECRET, store, storeTimeoutMs: 2000 })
}

describe.each(Object.entries(CLIENTS))('over %s', (_, connect) => {
  test('THREATS 11: when replies come one late, nobody is shown the session of another', async () => {
    const proxy = await startFaultProxy(redis.server.port)
    onTestFinished(() => proxy.close())
    const sessions = begin(await connect(proxy.port))
    const cookies: string[] = []
    for (const user of USERS) {
      const session = await sessions.open()
      session['user'] = user
      cookies.push((await sessions.commit(session)).setCookie?.split(';')[0] ?? '')
    }
    expect((await sessions.open(cookies[0]))['user']).toBe(USERS[0])

    proxy.shift()
    // All of them are sent before the first reply comes.
    const opened = await Promise.allSettled(
      USERS.slice(1).map((_, at) => sessions.open(cookies[at + 1])),
    )
    const refused = opened.filter((each) => each.status === 'rejected')
    for (const { reason } of refused) expect(reason).toBeInstanceOf(StoreError)
    expect(refused.length).toBeGreaterThan(0)
    opened.forEach((each, at) => {
      if (each.status === 'fulfilled') expect(each.value['user']).toBe(USERS[at + 1])
    })
  })

  test(
    'THREATS 11: while requests are aborted and connections cut, everybody reads their own',
    { timeout: 60_000 + 2000 * ROUNDS },
    async () => {
      const sessions = begin(await connect(redis.server.port))
      const app = await startApp(sessions, {
        in: ({ session, request }) => void (session['user'] = request.query['user']),
        who: ({ session }) => session['user'] ?? null,
        visit: async ({ session }) => {
          session['visits'] = (Number(session['visits']) || 0) + 1
          return session['user'] ?? null
        },
      })
      const jars = await Promise.all(
        USERS.map(async (user) => {
          const browser = app.browser()
          await browser.post(`/in?user=${user}`)
          return { user, cookie: browser.cookieHeader }
        }),
      )
      const seen = { right: 0, wrong: [] as string[], error: 0, aborted: 0 }
      const random = new Random(1)
      let connectionsCut = 0
      let cut: Promise<unknown> = Promise.resolve()
      const cutting = setInterval(() => {
        cut = redis.server
          .cli('client', 'kill', 'type', 'normal')
          .then((killed) => (connectionsCut += Number(killed)))
          .catch(() => undefined)
      }, 30)
      onTestFinished(async () => {
        clearInterval(cutting)
        // The last one must not hit what comes next.
        await cut
      })
      for (let round = 0; round < ROUNDS; round++) {
        await Promise.all(
          jars.flatMap(({ user, cookie }) =>
            ['/who', '/visit'].map(async (path) => {
              const abortAfterMs = random.below(10) < 3 ? random.below(10) : undefined
              const answer = await readOrAbort(app, path, cookie, abortAfterMs)
              if (answer === 'aborted') seen.aborted++
              else if (answer.status !== 200) seen.error++
              else if (answer.text === JSON.stringify(user)) seen.right++
              else seen.wrong.push(`${user} saw ${answer.text}`)
            }),
          ),
        )
      }
      expect(seen.wrong).toEqual([])
      expect(seen.right).toBeGreaterThan(50)
      expect(seen.aborted).toBeGreaterThan(5)
      expect(connectionsCut).toBeGreaterThan(0)
    },
  )
})

function readOrAbort(
  { port }: App,
  path: string,
  cookie: string,
  abortAfterMs: number | undefined,
): Promise<'aborted' | { readonly status: number; readonly text: string }> {
  return new Promise((resolve) => {
    const request = ask({ host: '127.0.0.1', port, path, agent: false, headers: { cookie } })
    request.on('error', () => resolve('aborted'))
    request.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', () => resolve('aborted'))
    })
    request.end()
    if (abortAfterMs !== undefined) setTimeout(() => request.destroy(), abortAfterMs)
  })
}
