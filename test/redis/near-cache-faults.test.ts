import { Redis as Ioredis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { StoreError } from '../../src/errors.ts'
import { createSessions } from '../../src/sessions.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { SECRET } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { startRedis } from '../support/redis-server.ts'
import { CLIENTS, begin, clientOf, gets, look, near, set, untilHeld } from './near-cache.ts'

const redis = useRedis()

async function proxied(): Promise<FaultProxy> {
  const proxy = await startFaultProxy(redis.server.port)
  onTestFinished(() => proxy.close())
  return proxy
}

/** Another process, which nothing happens to. */
function elsewhere() {
  const sessions = createSessions<Record<string, unknown>>({ secret: SECRET, store: redis.store() })
  onTestFinished(() => sessions.close())
  return sessions
}

describe.each(['node-redis 6', 'node-redis 5', 'ioredis 6', 'ioredis 5'])('with %s', (client) => {
  test('what changes while its connections are lost is seen, and it comes back', async () => {
    const proxy = await proxied()
    const [here, there] = [await near(proxy.port, { client }), elsewhere()]
    const cookie = await begin(here)
    await untilHeld(here, cookie, redis.server)
    for (let n = 2; n < 5; n++) {
      proxy.heal()
      await set(there, cookie, 'n', n)
      await expect.poll(() => look(here, cookie), { interval: 1, timeout: 5000 }).toBe(n)
      await untilHeld(here, cookie, redis.server)
      expect(await look(here, cookie)).toBe(n)
    }
  })

  // The client's own connection comes first, then one to hear and one to read.
  test.each([
    ['hears', 1],
    ['reads', 2],
  ])(
    'while the connection on which it %s is dead without a word, no request fails and nothing is used for longer than it may',
    async (_, connection) => {
      const proxy = await proxied()
      const here = await near(proxy.port, { client, nearCache: { maxStale: 1 } })
      const there = elsewhere()
      const [cookie, other] = [await begin(here), await begin(here)]
      await untilHeld(here, cookie, redis.server)
      const made = proxy.made
      proxy.freeze(connection)
      const changedAt = performance.now()
      await set(there, cookie, 'n', 2)
      let seenAt: number | undefined
      while (seenAt === undefined || proxy.made < made + 2) {
        const n = await look(here, cookie)
        if (n === 2) seenAt ??= performance.now()
        else expect(performance.now() - changedAt).toBeLessThan(5000)
        expect(await look(here, other)).toBe(1)
        await new Promise(setImmediate)
      }
      await untilHeld(here, cookie, redis.server)
    },
    20_000,
  )
})

test('what is held is used no longer than it may when nobody says anything any more', async () => {
  const proxy = await proxied()
  const here = await near(proxy.port, { nearCache: { maxStale: 1 }, storeTimeoutMs: 300 })
  const cookie = await begin(here)
  await untilHeld(here, cookie, redis.server)
  proxy.plan(() => 'black hole')
  await elsewhere().open(cookie)
  for (const connection of [0, 1, 2]) proxy.freeze(connection)
  const frozenAt = performance.now()
  let usedUntil = frozenAt
  for (;;) {
    const before = performance.now()
    const found = await look(here, cookie).catch((error: unknown) => error)
    if (found instanceof StoreError) break
    expect(found).toBe(1)
    usedUntil = before
    await new Promise(setImmediate)
  }
  // What was proven was so at the latest when it froze.
  expect(usedUntil - frozenAt).toBeLessThanOrEqual(1000)
})

test('what this process tried to end is not used again, answered or not', async () => {
  const proxy = await proxied()
  const here = await near(proxy.port, { storeTimeoutMs: 100 })
  const cookie = await begin(here)
  await untilHeld(here, cookie, redis.server)
  const session = await here.open(cookie)
  session.invalidate()
  proxy.plan(({ name }) => (name === 'evalsha' ? 'black hole' : undefined))
  await expect(here.commit(session)).rejects.toThrow(StoreError)
  for (const onUnavailable of ['fail', 'read-only'] as const) {
    await expect(here.open(cookie, undefined, { onUnavailable })).rejects.toThrow(StoreError)
  }
})

test('it is used only once it was seen to work', async () => {
  const other = await startRedis()
  onTestFinished(() => other.stop())
  const [client, elsewhereClient] = [new Ioredis(redis.server.port), new Ioredis(other.port)]
  // The id of a connection to the other server is the id of one to this server as well.
  const idle = Array.from({ length: 40 }, () => new Ioredis(redis.server.port))
  onTestFinished(() => [client, elsewhereClient, ...idle].forEach((each) => each.disconnect()))
  await Promise.all([elsewhereClient, ...idle].map((each) => each.ping()))
  const duplicate = client.duplicate.bind(client)
  let made = 0
  client.duplicate = (options) =>
    made++ === 0 ? elsewhereClient.duplicate(options) : duplicate(options)
  const here = createSessions<Record<string, unknown>>({
    secret: SECRET,
    store: redisStore({ client, nearCache: {} }),
  })
  onTestFinished(() => here.close())
  const cookie = await begin(here)
  await look(here, cookie)
  const trackings = async () => (await redis.server.commandStats())['client|tracking'] ?? 0
  await expect.poll(trackings).toBe(1)
  await redis.server.resetStats()
  for (let n = 0; n < 100; n++) expect(await look(here, cookie)).toBe(1)
  expect(await gets(redis.server)).toBe(100)
})

test('nor after a pause of the process, before it could see that its connections are dead', async () => {
  const proxy = await proxied()
  const here = await near(proxy.port, { nearCache: { maxStale: 1 }, storeTimeoutMs: 300 })
  const cookie = await begin(here)
  await untilHeld(here, cookie, redis.server)
  for (const connection of [0, 1, 2]) proxy.freeze(connection)
  const until = performance.now() + 1100
  while (performance.now() < until);
  await expect(here.open(cookie)).rejects.toThrow(StoreError)
})

test('what was read while a write of this process was under way is not used after it', async () => {
  const proxy = await proxied()
  const here = await near(proxy.port, { storeTimeoutMs: 10_000 })
  const cookie = await begin(here)
  // A script that the server does not know yet is sent twice.
  await set(here, cookie, 'n', 0)
  await untilHeld(here, cookie, redis.server)
  await redis.server.cli('client', 'pause', '10000', 'write')
  const writing = set(here, cookie, 'n', 2)
  await untilHeld(here, cookie, redis.server)
  // The connection on which the news of it would come.
  proxy.freeze(1)
  await redis.server.cli('client', 'unpause')
  await writing
  expect(await look(here, cookie)).toBe(2)
})

test('a change that comes while a session is read is not missed', async () => {
  const proxy = await proxied()
  const [here, there] = [await near(proxy.port), elsewhere()]
  const cookie = await begin(here)
  await untilHeld(here, cookie, redis.server)
  for (let n = 2; n < 10; n++) {
    await set(there, cookie, 'n', n)
    // The reply is held back longer than the news of the next change.
    proxy.plan(({ name }) => (name === 'get' ? { delayMs: 20 } : undefined))
    const racing = look(here, cookie, { fresh: true })
    await set(there, cookie, 'n', n + 0.5)
    await racing
    proxy.plan(() => undefined)
    await expect.poll(() => look(here, cookie), { interval: 1, timeout: 1500 }).toBe(n + 0.5)
  }
})

test('where it is not permitted it says so once, and every read asks Redis', async () => {
  const warnings: Error[] = []
  const listen = (warning: Error) => {
    if ((warning as { code?: string }).code === 'SOJOURN_NEAR_CACHE') warnings.push(warning)
  }
  process.on('warning', listen)
  onTestFinished(() => void process.off('warning', listen))
  await redis.server.cli(
    'acl',
    'setuser',
    'app',
    'on',
    '>pw',
    '~session:*',
    '+@all',
    '-client',
    'resetchannels',
  )
  onTestFinished(async () => void (await redis.server.cli('acl', 'deluser', 'app')))
  const { port } = redis.server
  const store = redisStore({ url: `redis://app:pw@127.0.0.1:${port}`, nearCache: {} })
  const here = createSessions<Record<string, unknown>>({ secret: SECRET, store })
  onTestFinished(() => here.close())
  const cookie = await begin(here)
  await expect
    .poll(async () => {
      expect(await look(here, cookie)).toBe(1)
      return warnings.length
    })
    .toBe(1)
  expect(warnings[0]?.message).toMatch(/near cache does not work here: NOPERM/)
  await redis.server.resetStats()
  for (let n = 0; n < 5; n++) expect(await look(here, cookie)).toBe(1)
  expect(await gets(redis.server)).toBe(5)
})

test('two processes that write and read one session at random lose nothing and agree in the end', async () => {
  const clients = Object.keys(CLIENTS).filter((name) => !name.includes('prefix'))
  const processes = await Promise.all(clients.map((client) => near(redis.server.port, { client })))
  const [first] = processes as [(typeof processes)[0]]
  const cookie = await begin(first)
  await Promise.all(
    processes.map(async (here, at) => {
      for (let n = 0; n < 60; n++) {
        if (n % 3 === 0) await set(here, cookie, `${at}.${n}`, n)
        else await look(here, cookie)
      }
    }),
  )
  const expected = clients.flatMap((_, at) =>
    Array.from({ length: 20 }, (__, n) => `${at}.${n * 3}`),
  )
  for (const here of processes) {
    await expect
      .poll(async () => Object.keys({ ...(await here.open(cookie)) }).toSorted())
      .toEqual(['n', ...expected].toSorted())
  }
})

/** A session that is held, and what it takes to lose Redis. */
async function outage(nearCache = {}) {
  const proxy = await proxied()
  const here = await near(proxy.port, { nearCache, storeTimeoutMs: 200, renewalTimeout: 600 })
  const cookie = await begin(here, 'ada')
  const open = (sent = cookie) => here.open(sent, undefined, { onUnavailable: 'read-only' })
  await untilHeld(here, cookie, redis.server)
  const flash = await here.open(cookie)
  flash.pushFlash('hello')
  const token = flash.getCsrfToken()
  await here.commit(flash)
  await untilHeld(here, cookie, redis.server)
  const cut = () => proxy.plan(() => 'black hole')
  return { proxy, here, cookie, open, token, cut }
}

describe('in an outage', () => {
  test('a page that may be out of date shows the session as it was, which cannot be changed', async () => {
    const { here, open, cut, token, proxy, cookie } = await outage({ maxStale: 1 })
    cut()
    for (const connection of [0, 1, 2]) proxy.freeze(connection)
    await expect.poll(async () => (await open()).isAvailable, { timeout: 5000 }).toBe(false)
    const session = await open()
    expect({ ...session, principal: session.principal, isNew: session.isNew }).toEqual({
      n: 1,
      principal: 'ada',
      isNew: false,
    })
    expect([session.popFlash(), session.popFlash()]).toEqual([['hello'], ['hello']])
    expect(session.verifyCsrfToken(token)).toBe(true)
    expect(session.verifyCsrfToken(session.getCsrfToken())).toBe(true)
    expect(await here.commit(session)).toEqual({ outcome: 'unchanged' })
    for (const change of [
      () => session.invalidate(),
      () => session.adjustTimeoutForSession(60),
      () => session.pushFlash('x'),
      async () => session.signOut(),
      async () => session.update(() => null),
    ]) {
      await expect((async () => change())()).rejects.toThrow(StoreError)
    }
    session['n'] = 2
    await expect(here.commit(session)).rejects.toThrow(StoreError)
    await expect(here.open(cookie)).rejects.toThrow(StoreError)
    proxy.heal()
    await expect.poll(() => look(here, cookie), { timeout: 10_000 }).toBe(1)
  })

  test('nobody is shown what is not known, what this process ended, or an old cookie', async () => {
    const { here, open, cut, cookie } = await outage()
    const ended = await begin(here, 'eve')
    await look(here, ended)
    const ending = await here.open(ended)
    ending.invalidate()
    await here.commit(ending)
    const rotating = await here.open(cookie)
    rotating.rotate()
    const { setCookie } = await here.commit(rotating)
    const rotated = setCookie?.split(';')[0] as string
    await untilHeld(here, rotated, redis.server)
    const unread = await begin(elsewhere(), 'bob')
    cut()
    for (const sent of [ended, cookie, unread]) await expect(open(sent)).rejects.toThrow(StoreError)
    expect((await open(rotated)).principal).toBe('ada')
  })

  test('it ends after the time it may last', async () => {
    const { open, cut, proxy } = await outage({ maxStale: 1, maxOutage: 1 })
    cut()
    for (const connection of [0, 1, 2]) proxy.freeze(connection)
    const refused = () =>
      open().then(
        () => false,
        (error: unknown) => error instanceof StoreError,
      )
    await expect.poll(refused, { timeout: 5000 }).toBe(true)
  })

  test('without a near cache such a page fails as others do', async () => {
    const here = createSessions({
      secret: SECRET,
      store: redisStore({ url: 'redis://localhost:1' }),
      storeTimeoutMs: 100,
    })
    onTestFinished(() => here.close())
    const cookie = await begin(elsewhere())
    await expect(here.open(cookie, undefined, { onUnavailable: 'read-only' })).rejects.toThrow(
      StoreError,
    )
    expect(await clientOf('ioredis 6', redis.server.port)).toBeDefined()
  })
})
