import { describe, expect, test, vi } from 'vitest'
import type { DashboardOptions } from '../../src/dashboard/dashboard.ts'
import { StoreError } from '../../src/errors.ts'
import type { SessionRecord } from '../../src/record/record.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import type { ScanStep } from '../../src/store/store.ts'
import { fakeClock } from '../../src/testing/testing.ts'
import { type Data, SECRET } from '../support/app.ts'
import { describeOnBothStores, useRedis } from '../support/both-stores.ts'
import { LatchStore } from '../support/latch-store.ts'
import { MapStore } from '../testing/map-store.ts'
import { AT, type Query, begin, operate, signIn, visit } from './asking.ts'

describe('a store that fails', () => {
  test.each([
    ['scan', {}],
    ['read', { session: 'some-session' }],
    ['listed', { principal: 'ada' }],
  ] as const)('at %s answers 503 with a page, and all is well after', async (operation, query) => {
    const { sessions, store, get, errors } = begin()
    await signIn(sessions, 'ada')
    store.failNext(operation, new Error('a secret of the shop'))
    const { status, words, headers, html } = await get(query)
    expect([status, words]).toEqual([503, expect.stringMatching(/^The store does not answer/)])
    expect(headers.get('retry-after')).toMatch(/^\d+$/)
    expect(html).not.toContain('secret')
    expect(errors).toEqual([expect.any(StoreError)])
    expect((await get(query)).status).not.toBe(503)
  })

  test('leaves the overview refreshing, where that was asked for', async () => {
    const { store, get } = begin()
    const refreshed = async (operation: 'scan' | 'read', query: Query) => {
      store.failNext(operation, new Error('died'))
      const { status, html } = await get(query)
      expect(status).toBe(503)
      return html.includes('<meta http-equiv="refresh" content="30" />')
    }
    expect(await refreshed('scan', { refresh: 'on', over: 'day' })).toBe(true)
    expect(await refreshed('scan', { over: 'day' })).toBe(false)
    expect(await refreshed('read', { refresh: 'on', session: 'some-session' })).toBe(false)
  })

  test('at a revocation answers 503, and ends nothing', async () => {
    const { sessions, store, post } = begin()
    const { id } = await signIn(sessions, 'ada')
    store.failNext('end', new Error('died'))
    expect((await post({ session: id, reason: 'x' })).status).toBe(503)
    expect(await sessions.of('ada').list()).toHaveLength(1)
  })

  describe('because Redis hangs', () => {
    const redis = useRedis()

    test('answers 503 by the deadline of a step', async () => {
      const store = await redis.connectedStore()
      const sessions = createSessions<Data>({ secret: SECRET, store, storeTimeoutMs: 300 })
      await visit(sessions)
      const { get } = operate(sessions)
      redis.server.pause()
      const { status } = await get()
      redis.server.resume()
      expect(status).toBe(503)
      await expect.poll(async () => (await get()).status).toBe(200)
    })
  })
})

test.each(['throws', 'rejects'])(
  'an onError that %s leaves no request without its answer',
  async (how) => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const full = new Error('the log is full')
    const onError = () => {
      if (how === 'rejects') return Promise.reject(full)
      throw full
    }
    const denied = begin({ authorize: () => Promise.reject(new Error('x')), onError })
    const failing = begin({ onError })
    failing.store.failNext('scan', new Error('died'))
    expect([(await denied.get()).status, (await failing.get()).status]).toEqual([500, 503])
    await new Promise(setImmediate)
    expect(print.mock.calls).toEqual([[full], [full]])
    print.mockRestore()
  },
)

describeOnBothStores('a scan of the dashboard', (makeStore) => {
  async function beginWith(count: number, options: Partial<DashboardOptions> = {}) {
    const store = makeStore()
    const sessions = createSessions<Data>({ secret: SECRET, store, storeTimeoutMs: 10_000 })
    await Promise.all(Array.from({ length: count }, () => visit(sessions)))
    return { store, sessions, ...operate(sessions, options) }
  }

  test('stops at so many keys, and says so', async () => {
    const { get, store, sessions } = await beginWith(2500, { maxKeys: 400 })
    const { words } = await get()
    const [, seen = '', keys = ''] =
      /^([\d,]+) sessions seen The scan stopped after about ([\d,]+) k/.exec(words) ?? []
    expect(Number(keys.replace(',', ''))).toBeLessThanOrEqual(1000)
    expect(Number(seen.replace(',', ''))).toBeLessThan(2500)
    expect(store.calls.scan).toBeLessThanOrEqual(3)
    expect((await operate(sessions).get()).words).toMatch(/^2,500 sessions 0 signed in/)
  })

  test('shows 20 sessions of many', async () => {
    const { get } = await beginWith(150)
    const { words, html } = await get()
    expect(words).toContain('Active last (20 of 150)')
    expect(html.match(/href="\?session=/g)).toHaveLength(20)
  })
})

/** Gives half of them, the others, each oldest first, and some again, as a SCAN of Redis may. */
class RepeatingStore extends LatchStore {
  override async *scan(prefix: string): AsyncGenerator<ScanStep> {
    const found: SessionRecord[] = []
    for await (const { records } of super.scan(prefix)) found.push(...records)
    const oldestFirst = found.toSorted((one, other) => one.createdAt - other.createdAt)
    const [some, others] = [0, 1].map((odd) => oldestFirst.filter((_, at) => at % 2 === odd))
    const records = [...(some ?? []), ...(others ?? [])]
    yield { keys: records.length, records }
    yield { keys: 30, records: records.slice(-30) }
  }
}

test('a scan that gives the latest last, and twice, shows each of them once', async () => {
  const clock = fakeClock()
  const store = new RepeatingStore(memoryStore({ now: clock.now }))
  const sessions = createSessions<Data>({ secret: SECRET, store, storeTimeoutMs: 10_000 })
  const ids: string[] = []
  // More than are held until the end of a scan.
  while (ids.length < 450) {
    clock.advance(1)
    ids.push((await signIn(sessions, `user-${ids.length}`)).id)
  }
  const { words, html } = await operate(sessions).get()
  expect(words).toMatch(/^450 sessions 450 signed in, of 450 user ids/)
  expect(words).toContain('Active last (20 of 450)')
  expect(html).toContain('over the last hour: 450 sessions')
  const shown = [...html.matchAll(/href="\?session=([\w-]+)"/g)].map(([, id]) => id)
  expect(shown).toEqual(ids.slice(-20).toReversed())
})

function faked() {
  vi.useFakeTimers({ toFake: ['performance'] })
  return {
    pass: (ms: number) => vi.advanceTimersByTime(ms),
    [Symbol.dispose]: () => void vi.useRealTimers(),
  }
}

describe('a scan', () => {
  test('is shared by all who ask at once, and for a while after', async () => {
    using time = faked()
    const { get, store, sessions } = begin()
    await visit(sessions)
    const all = await Promise.all([get(), get(), get({ over: 'day' })])
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200])
    const calls = store.calls.scan
    await visit(sessions)
    time.pass(9900)
    expect((await get()).words).toMatch(/^1 session /)
    expect(store.calls.scan).toBe(calls)
    time.pass(200)
    expect((await get()).words).toMatch(/^2 sessions /)
    expect(store.calls.scan).toBe(2 * calls)
  })

  test('that took long is not begun again for nine times as long', async () => {
    using time = faked()
    const { get, store, sessions } = begin({ scanInterval: 1 })
    await visit(sessions)
    const latch = store.holdBefore('scan')
    const getting = get()
    await latch.reached
    time.pass(4000)
    latch.release()
    await getting
    await visit(sessions)
    time.pass(35_000)
    expect((await get()).words).toMatch(/^1 session /)
    time.pass(1500)
    expect((await get()).words).toMatch(/^2 sessions /)
  })

  test('ends after 10 seconds', async () => {
    using time = faked()
    const { get, store, sessions } = begin({}, { storeTimeoutMs: 60_000 })
    await Promise.all(Array.from({ length: 1500 }, () => visit(sessions)))
    const latch = store.holdBefore('scan')
    const getting = get()
    await latch.reached
    time.pass(10_001)
    latch.release()
    expect((await getting).words).toMatch(
      /^1,000 sessions seen The scan stopped after about 1,000 keys/,
    )
  })

  test('is one for each store, where the store is chosen per request', async () => {
    const stores: Record<string, LatchStore> = {
      a: new LatchStore(memoryStore()),
      b: new LatchStore(memoryStore()),
    }
    const choosing = Object.assign(new MapStore(), {
      needsRequest: true,
      for: (request: unknown) =>
        stores[(request as Request).headers.get('tenant') ?? ''] as LatchStore,
    })
    const known = { secret: SECRET, storeTimeoutMs: 10_000 }
    const sessions = createSessions<Data>({ ...known, store: choosing })
    const { dashboard } = operate(sessions)
    await visit(createSessions<Data>({ ...known, store: stores['a'] }))
    const ask = async (tenant: string) => {
      const answer = await dashboard.fetch(new Request(AT, { headers: { tenant } }))
      return /<title>(.*)<\/title>/.exec(await answer.text())?.[1]
    }
    expect([await ask('a'), await ask('b'), await ask('a')]).toEqual([
      '1 session',
      '0 sessions',
      '1 session',
    ])
  })
})
