import { Cluster } from 'ioredis'
import { createClientPool, createCluster } from 'redis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { OptionError } from '../../src/errors.ts'
import type { SessionRecord } from '../../src/record/record.ts'
import { parseRecord } from '../../src/record/record-format.ts'
import { recordBytes } from '../support/record-bytes.ts'
import { createSessions } from '../../src/sessions.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { type Data, SECRET } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { cookieOf } from '../support/timed.ts'
import { CLIENTS, begin, clientOf, gets, look, near, set, untilHeld } from './near-cache.ts'

const redis = useRedis()

/** Another process, without a near cache. */
function elsewhere() {
  const sessions = createSessions<Record<string, unknown>>({ secret: SECRET, store: redis.store() })
  onTestFinished(() => sessions.close())
  return sessions
}

const WITHIN_A_MOMENT = { interval: 1, timeout: 5000 }

describe.each(Object.keys(CLIENTS))('with %s', (client) => {
  test('a session that is read again costs no command, until another process changes it', async () => {
    const [here, there] = [await near(redis.server.port, { client }), elsewhere()]
    const prefix = client.includes('prefix') ? 'app:' : ''
    const other = prefix === '' ? there : await near(redis.server.port, { client })
    const cookie = await begin(here)
    await untilHeld(here, cookie, redis.server)
    await redis.server.resetStats()
    for (let n = 0; n < 100; n++) expect(await look(here, cookie)).toBe(1)
    expect(await gets(redis.server)).toBe(0)
    await set(other, cookie, 'n', 2)
    await expect.poll(() => look(here, cookie), WITHIN_A_MOMENT).toBe(2)
    await untilHeld(here, cookie, redis.server)
    expect(await look(here, cookie)).toBe(2)
  })

  test('what a process has changed itself it sees at once', async () => {
    const here = await near(redis.server.port, { client })
    const cookie = await begin(here)
    await untilHeld(here, cookie, redis.server)
    for (let n = 2; n < 100; n++) {
      await set(here, cookie, 'n', n)
      expect(await look(here, cookie)).toBe(n)
    }
  })
})

test('a record that Redis still has as it was is the one that is known, parsed once', async () => {
  const store = redisStore({
    client: await clientOf('node-redis 6', redis.server.port),
    nearCache: {},
  })
  const sessions = createSessions<Data>({ secret: SECRET, store })
  onTestFinished(() => sessions.close())
  await untilHeld(sessions, await begin(sessions), redis.server)
  const [key] = (await redis.server.cli('keys', '*')) as [string]
  await store.near?.read(key)
  const known = await store.near?.read(key)
  expect(known).toMatchObject({ data: '{"n":1}' })
  expect(await store.near?.read(key)).toBe(known)
})

test('what is written on top of a session that was held too long is merged, not lost', async () => {
  const [here, there] = [await near(redis.server.port), elsewhere()]
  const cookie = await begin(here)
  await untilHeld(here, cookie, redis.server)
  const opened = await here.open(cookie)
  await set(there, cookie, 'theirs', 1)
  opened['mine'] = 1
  expect(await here.commit(opened)).toMatchObject({ outcome: 'saved' })
  expect({ ...(await there.open(cookie)) }).toEqual({ n: 1, theirs: 1, mine: 1 })
})

test('a session that has ended elsewhere is not known for long, and nothing can be written to it', async () => {
  const [here, there] = [await near(redis.server.port), elsewhere()]
  const cookie = await begin(here)
  await untilHeld(here, cookie, redis.server)
  const opened = await here.open(cookie)
  const ending = await there.open(cookie)
  ending.invalidate()
  await there.commit(ending)
  opened['n'] = 2
  expect(await here.commit(opened)).toEqual({ outcome: 'gone' })
  await expect.poll(() => look(here, cookie), WITHIN_A_MOMENT).toBeUndefined()
})

test('nobody is turned away by what is held: a rotated cookie is looked up, as is a renewed one', async () => {
  const [here, there] = [await near(redis.server.port), elsewhere()]
  const cookie = await begin(here)
  await untilHeld(here, cookie, redis.server)
  const opened = await there.open(cookie)
  opened.rotate()
  const rotated = cookieOf((await there.commit(opened)).setCookie)
  expect(await look(here, rotated)).toBe(1)
})

test('a cookie that is not the latest is looked up each time', async () => {
  const here = await near(redis.server.port, { renewalTimeout: 40, renewalGrace: 20 })
  const cookie = await begin(here)
  // A renewal is due.
  const [key] = (await redis.server.cli('keys', '*')) as [string]
  const record = parseRecord(
    Buffer.from(String(await redis.server.cli('get', key))),
  ) as SessionRecord
  const older = { ...record, promotedAt: record.promotedAt - 50_000 }
  await redis.server.cli('set', key, recordBytes(older).toString(), 'keepttl')
  const { setCookie } = await here.commit(await here.open(cookie, undefined, { fresh: true }))
  const successor = cookieOf(setCookie)
  await look(here, successor)
  await untilHeld(here, successor, redis.server)
  await redis.server.resetStats()
  for (let n = 0; n < 3; n++) expect(await look(here, cookie)).toBe(1)
  const { get = 0, evalsha = 0 } = await redis.server.commandStats()
  // Its response tells the browser of the successor, once the store has confirmed it: by a script.
  expect([get - evalsha, evalsha]).toEqual([3, 3])
})

test('what a request does with its data stays its own', async () => {
  const here = await near(redis.server.port)
  const cookie = await begin(here)
  await set(here, cookie, 'cart', { items: [{ sku: 1 }] })
  await untilHeld(here, cookie, redis.server)
  const [first, second] = [await here.open(cookie), await here.open(cookie)]
  const { cart } = first as unknown as { cart: { items: { sku: number }[] } }
  cart.items[0]!.sku = 2
  expect(second['cart']).toEqual({ items: [{ sku: 1 }] })
  expect(await here.commit(second)).toEqual({ outcome: 'unchanged' })
  expect(await here.commit(first)).toMatchObject({ outcome: 'saved' })
  await expect.poll(async () => (await here.open(cookie))['cart']).toEqual({ items: [{ sku: 2 }] })
})

test('an absence is not kept', async () => {
  const [here, there] = [await near(redis.server.port), elsewhere()]
  const first = await begin(there)
  await untilHeld(here, first, redis.server)
  const ended = await begin(there)
  const session = await there.open(ended)
  session.invalidate()
  await there.commit(session)
  await redis.server.resetStats()
  for (let n = 0; n < 3; n++) expect(await look(here, ended)).toBeUndefined()
  expect(await gets(redis.server)).toBe(3)
})

test('`fresh` asks Redis, whatever is held', async () => {
  const here = await near(redis.server.port)
  const cookie = await begin(here)
  await untilHeld(here, cookie, redis.server)
  await redis.server.resetStats()
  expect(await look(here, cookie, { fresh: true })).toBe(1)
  expect(await gets(redis.server)).toBe(1)
})

test('a session is not held longer than it lives', async () => {
  const here = await near(redis.server.port, { timeout: 1, touchInterval: 1 })
  const cookie = await begin(here)
  // So that the server never says that the key is gone.
  const [key] = (await redis.server.cli('keys', '*')) as [string]
  await redis.server.cli('persist', key)
  await untilHeld(here, cookie, redis.server)
  const found = () => look(here, cookie, { countAsActivity: false })
  await expect.poll(found, { timeout: 5000 }).toBeUndefined()
})

test('what everybody is signed out by counts within its second', async () => {
  const here = await near(redis.server.port, { epoch: true })
  const there = createSessions({ secret: SECRET, store: redis.store(), epoch: true })
  onTestFinished(() => there.close())
  const cookie = await begin(here, 'ada')
  await untilHeld(here, cookie, redis.server)
  await there.revokeEverything({ reason: 'leak' })
  await expect.poll(() => look(here, cookie), { timeout: 3000 }).toBeUndefined()
})

test('no more sessions are held than it may have, and those in use stay', async () => {
  const here = await near(redis.server.port, { nearCache: { maxSessions: 10 } })
  const used = await begin(here)
  await untilHeld(here, used, redis.server)
  const others = await Promise.all(Array.from({ length: 30 }, () => begin(here)))
  for (const cookie of others) {
    expect(await look(here, cookie)).toBe(1)
    expect(await look(here, used)).toBe(1)
  }
  await redis.server.resetStats()
  await look(here, used)
  expect(await gets(redis.server)).toBe(0)
  for (const cookie of others.slice(0, 15)) await look(here, cookie)
  expect(await gets(redis.server)).toBe(15)
})

test('a large session is read each time', async () => {
  const here = await near(redis.server.port)
  const [small, large] = [await begin(here), await begin(here)]
  await set(here, large, 'x', 'x'.repeat(70_000))
  await untilHeld(here, small, redis.server)
  await redis.server.resetStats()
  for (let n = 0; n < 3; n++) await look(here, large)
  expect(await gets(redis.server)).toBe(3)
})

test('all is forgotten when the server forgets all', async () => {
  const here = await near(redis.server.port)
  const cookie = await begin(here)
  await untilHeld(here, cookie, redis.server)
  await redis.server.cli('flushall')
  await expect.poll(() => look(here, cookie), WITHIN_A_MOMENT).toBeUndefined()
})

test('a store that connects itself, and one whose client is chosen per request, have one too', async () => {
  const client = await clientOf('ioredis 6', redis.server.port)
  const stores = [
    redisStore({ url: redis.server.url, nearCache: {} }),
    redisStore({ client: () => client, nearCache: {} }),
  ]
  for (const store of stores) {
    const sessions = createSessions<Record<string, unknown>>({ secret: SECRET, store })
    const cookie = await begin(sessions)
    await untilHeld(sessions, cookie, redis.server)
    await sessions.close()
  }
})

test('its connections end with the sessions, and there are two', async () => {
  const connections = async () =>
    String(await redis.server.cli('client', 'list')).split('\n').length
  const client = await clientOf('node-redis 6', redis.server.port)
  const before = await connections()
  const sessions = createSessions<Record<string, unknown>>({
    secret: SECRET,
    store: redisStore({ client, nearCache: {} }),
  })
  const cookie = await begin(sessions)
  await untilHeld(sessions, cookie, redis.server)
  expect(await connections()).toBe(before + 2)
  await sessions.close()
  await expect.poll(connections).toBe(before)
})

test('what it needs and its bounds are told at once', async () => {
  const pool = createClientPool({ socket: { port: redis.server.port } })
  const cluster = createCluster({ rootNodes: [] })
  const ioredisCluster = new Cluster([{ port: 1 }], { lazyConnect: true })
  const glide = { customCommand: async () => null }
  for (const client of [pool, cluster, ioredisCluster, glide]) {
    expect(() => redisStore({ client: client as never, nearCache: {} })).toThrow(
      /nearCache.*single client/,
    )
  }
  const url = 'redis://localhost'
  for (const wrong of [
    null,
    5,
    { maxSessions: 0 },
    { maxStale: 61 },
    { maxStale: 0.5 },
    { maxOutage: 0 },
    { max: 1 },
  ]) {
    expect(() => redisStore({ url, nearCache: wrong as never })).toThrow(OptionError)
  }
})
