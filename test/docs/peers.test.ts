import { once } from 'node:events'
import { type Server, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { RedisStore } from 'connect-redis'
import express, { type RequestHandler } from 'express'
import expressSession from 'express-session'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { session } from '../../src/adapters/express.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

// The table in README.md, row by row: what it says of either library is seen here.

const secret = 'x'.repeat(32)
let redis: RedisServer
let client: Awaited<ReturnType<typeof connect>>
beforeAll(async () => {
  redis = await startRedis()
  client = await connect()
})
afterAll(async () => {
  client.destroy()
  await redis.stop()
})

async function connect() {
  return createClient({ url: redis.url }).connect()
}

const libraries: Record<string, () => RequestHandler> = {
  Sojourn: () => session({ secret, store: redisStore({ client }) }),
  'express-session with connect-redis': () =>
    expressSession({
      secret,
      store: new RedisStore({ client }),
      resave: false,
      saveUninitialized: false,
    }),
}

/** Where a handler waits: it says that it has come, and goes on when it is told to. */
class Gate {
  reach = () => {}
  open = () => {}
  readonly reached = new Promise<void>((resolve) => (this.reach = resolve))
  readonly opened = new Promise<void>((resolve) => (this.open = resolve))
}

async function serve(middleware: RequestHandler) {
  const gates = new Map<string, Gate>()
  const app = express().use(middleware)
  app.get('/keys', (req, res) => void res.json(Object.keys(req.session).toSorted()))
  app.get('/set/:key', (req, res) => {
    const data = req.session as unknown as Record<string, unknown>
    data[req.params.key] = 1
    const waiting = gates.get(req.params.key)
    const finish = () => res.redirect('/keys')
    if (waiting === undefined) return finish()
    waiting.reach()
    void waiting.opened.then(finish)
  })
  app.get('/out', (req, res) => req.session.destroy(() => res.send('out')))
  const server = app.listen(0)
  await once(server, 'listening')
  const base = `http://localhost:${(server.address() as AddressInfo).port}`
  const first = await fetch(`${base}/set/first`, { redirect: 'manual' })
  const cookie = String(first.headers.getSetCookie()[0]).split(';')[0] as string
  const ask = (path: string) => fetch(base + path, { headers: { cookie }, redirect: 'manual' })
  const keys = async () => ((await (await ask('/keys')).json()) as string[]).filter(isData)
  return { server, gates, base, cookie, ask, keys }
}

/** express-session's own key among the data. */
const isData = (key: string) => key !== 'cookie'

async function stop(server: Server) {
  server.closeAllConnections()
  await new Promise((resolve) => {
    server.close(resolve)
  })
}

describe.each([
  {
    name: 'Sojourn',
    commands: ['get'],
    parallel: ['a', 'b', 'first'],
    revived: [],
    early: false,
  },
  {
    name: 'express-session with connect-redis',
    commands: ['expire', 'get'],
    parallel: ['b', 'first'],
    revived: ['first', 'late'],
    early: true,
  },
])('$name', ({ name, commands, parallel, revived, early }) => {
  let app: Awaited<ReturnType<typeof serve>>
  beforeAll(async () => {
    app = await serve((libraries[name] as () => RequestHandler)())
  })
  afterAll(async () => stop(app.server))

  it(`sends ${commands.join(' and ')} to read a session`, async () => {
    await app.keys()
    await redis.resetStats()
    await app.keys()
    const { info: _, config: __, 'config|resetstat': ___, ...sent } = await redis.commandStats()
    expect(Object.keys(sent).toSorted()).toEqual(commands)
  })

  it(`keeps ${parallel.join(', ')} of two parallel requests that set a and b`, async () => {
    const [a, b] = [new Gate(), new Gate()]
    app.gates.set('a', a).set('b', b)
    const both = [app.ask('/set/a'), app.ask('/set/b')]
    await Promise.all([a.reached, b.reached])
    a.open()
    await both[0]
    b.open()
    await both[1]
    expect(await app.keys()).toEqual(parallel)
  })

  it(`${early ? 'sends' : 'holds'} a redirect while the store has not saved`, async () => {
    const slow = new Gate()
    app.gates.set('slow', slow)
    const request = get(`${app.base}/set/slow`, { headers: { cookie: app.cookie } })
    const arrived = once(request, 'response').then(([response]) => (response.resume(), true))
    await slow.reached
    redis.pause()
    try {
      slow.open()
      expect(await Promise.race([arrived, sleep(300, false)])).toBe(early)
    } finally {
      redis.resume()
    }
    await arrived
  })

  it(`${revived.length > 0 ? 'revives' : 'ends'} a session for good at a sign-out`, async () => {
    const late = new Gate()
    const other = await serve((libraries[name] as () => RequestHandler)())
    other.gates.set('late', late)
    const slow = other.ask('/set/late')
    await late.reached
    await other.ask('/out')
    late.open()
    await slow
    expect(await other.keys()).toEqual(revived)
    await stop(other.server)
  })
})
