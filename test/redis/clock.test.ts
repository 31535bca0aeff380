import { setTimeout as sleep } from 'node:timers/promises'

import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'

import { redisStore } from '../../src/store/redis/redis-store.ts'
import type { Store } from '../../src/store/store.ts'
import { fresh, recordOf } from '../contract/records.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

const AN_HOUR_MS = 3_600_000
const CLOSE_MS = 500

let server: RedisServer
let client: ReturnType<typeof createClient>
let store: Store
beforeAll(async () => {
  server = await startRedis()
})
beforeEach(async () => {
  client = createClient({ url: server.url })
  client.on('error', () => {})
  await client.connect()
  store = redisStore({ client })
  await server.resetStats()
})
afterEach(() => {
  vi.useRealTimers()
  client.destroy()
})
afterAll(async () => server.stop())

/** This process's clock is off by so much; the server's is right. */
function localClockOffBy(ms: number): number {
  const right = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: right + ms })
  return right
}

/** By how much it is off now from the right clock, which goes on. */
function errorOf(by: Store): number {
  return Math.abs(by.now() - performance.timeOrigin - performance.now())
}

async function timeOfRead(): Promise<number> {
  await store.read(fresh('key'))
  return store.now()
}

async function timesAsked(): Promise<number> {
  return (await server.commandStats())['time'] ?? 0
}

test.each([AN_HOUR_MS, -AN_HOUR_MS])(
  'the clock is the server’s as soon as the first read is there, %i ms off',
  async (off) => {
    const right = localClockOffBy(off)
    expect(store.now()).toBe(right + off)
    await store.read(fresh('key'))
    expect(errorOf(store)).toBeLessThan(CLOSE_MS)
    expect(Number.isInteger(store.now())).toBe(true)
  },
)

test('reads that start together all know it', async () => {
  const right = localClockOffBy(AN_HOUR_MS)
  for (const now of await Promise.all([timeOfRead(), timeOfRead(), timeOfRead()])) {
    expect(Math.abs(now - right)).toBeLessThan(CLOSE_MS)
  }
  expect(await timesAsked()).toBe(1)
})

test('can be measured before the first record is dated, once', async () => {
  localClockOffBy(AN_HOUR_MS)
  await Promise.all([store.measureClock?.(), store.measureClock?.()])
  expect(errorOf(store)).toBeLessThan(CLOSE_MS)
  expect(store.measureClock?.()).toBeUndefined()
  expect(await timesAsked()).toBe(1)
})

test('a store that connects itself measures too', async () => {
  const own = redisStore({ url: server.url })
  localClockOffBy(AN_HOUR_MS)
  await own.measureClock?.()
  expect(errorOf(own)).toBeLessThan(CLOSE_MS)
  expect(own.measureClock?.()).toBeUndefined()
  await own.close?.()
})

test('a record dated by it ends when the server says, whatever the local clock', async () => {
  localClockOffBy(AN_HOUR_MS)
  await store.measureClock?.()
  const key = fresh('key')
  await store.create(key, recordOf(store))
  const left = Number(await server.cli('pttl', key))
  expect(left).toBeGreaterThan(1_260_000 - CLOSE_MS)
  expect(left).toBeLessThan(1_260_000 + CLOSE_MS)
})

describe.each([
  ['forward', AN_HOUR_MS],
  ['back', -AN_HOUR_MS],
])('when the local clock is set %s', (_, off) => {
  test('is measured again along with the next command', async () => {
    await store.read(fresh('key'))
    localClockOffBy(off)
    await store.read(fresh('key'))
    expect(errorOf(store)).toBeLessThan(CLOSE_MS)
    expect(await timesAsked()).toBe(2)
  })

  test('is measured again before a record is dated', async () => {
    await store.measureClock?.()
    localClockOffBy(off)
    await store.measureClock?.()
    expect(errorOf(store)).toBeLessThan(CLOSE_MS)
  })

  test('is the local one if the server tells the time no more', async () => {
    await store.read(fresh('key'))
    await server.cli('acl', 'setuser', 'default', '-time')
    try {
      const right = localClockOffBy(off)
      await store.read(fresh('key'))
      expect(store.now()).toBe(right + off)
      expect(store.measureClock?.()).toBeUndefined()
    } finally {
      await server.cli('acl', 'setuser', 'default', '+time')
    }
  })

  test('an answer that was under way is understood', async () => {
    server.pause()
    const read = store.read(fresh('key'))
    localClockOffBy(off)
    server.resume()
    await read
    expect(errorOf(store)).toBeLessThan(CLOSE_MS)
  })
})

test('is measured again after five minutes, when in use, and costs no round trip', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] })
  await store.read(fresh('key'))
  vi.advanceTimersByTime(299_000)
  await store.read(fresh('key'))
  expect(await timesAsked()).toBe(1)
  vi.advanceTimersByTime(2000)
  await Promise.all([store.read(fresh('key')), store.read(fresh('key'))])
  await sleep(5)
  expect(await timesAsked()).toBe(2)
})

test('without permission to ask it is the local clock, and Redis is left alone', async () => {
  await server.cli('acl', 'setuser', 'default', '-time')
  try {
    const now = localClockOffBy(AN_HOUR_MS) + AN_HOUR_MS
    for (let count = 0; count < 5; count++) await store.read(fresh('key'))
    expect(store.now()).toBe(now)
    expect(store.measureClock?.()).toBeUndefined()
    const info = String(await server.cli('info', 'errorstats'))
    expect(info).toContain('errorstat_NOPERM:count=1')
  } finally {
    await server.cli('acl', 'setuser', 'default', '+time')
  }
})

test('is measured again soon after a failure: another server may be there', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] })
  await store.read(fresh('key'))
  await server.cli('hset', 'wrong', 'a', 'b')
  await expect(store.remove('wrong', null)).rejects.toThrow('WRONGTYPE')
  vi.advanceTimersByTime(1001)
  await store.read(fresh('key'))
  await sleep(5)
  expect(await timesAsked()).toBe(2)
})

test('an answer that took too long does not count', async () => {
  const right = localClockOffBy(AN_HOUR_MS)
  const began = performance.now()
  server.pause()
  const read = store.read(fresh('key'))
  // More than the second that an answer may take, by the monotonic clock, which is real here.
  await sleep(1050)
  server.resume()
  await read
  expect(store.now()).toBe(right + AN_HOUR_MS)
  await vi.waitFor(
    async () => {
      await store.read(fresh('key'))
      const sinceMs = performance.now() - began
      expect(Math.abs(store.now() - right - sinceMs)).toBeLessThan(CLOSE_MS)
    },
    { timeout: 5000, interval: 100 },
  )
})
