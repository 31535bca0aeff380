import { expect, test } from 'vitest'
import { StoreError, UsageError } from '../../src/errors.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { type Sessions, createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { fakeClock } from '../../src/testing/testing.ts'
import { type Data, SECRET } from '../support/app.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import { collect } from '../support/events.ts'
import { scannedIds, scannedIn } from '../support/summaries.ts'
import { cookieOf } from '../support/timed.ts'
import { MapStore } from '../testing/map-store.ts'

async function visit(sessions: Sessions<Data>): Promise<string> {
  const session = await sessions.open()
  session['cart'] = ['tea']
  await sessions.commit(session)
  return session.id
}

async function signIn(sessions: Sessions<Data>, principal: string, options = {}) {
  const session = await sessions.open()
  await session.signIn(principal, options)
  const { setCookie } = await sessions.commit(session)
  return { id: session.id, cookie: cookieOf(setCookie) }
}

function times<T>(count: number, work: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, work))
}

describeOnBothStores('scan()', (makeStore) => {
  function begin(options: Partial<SessionOptions<Data>> = {}) {
    const store = makeStore()
    const make = (more: Partial<SessionOptions<Data>> = {}) =>
      createSessions<Data>({ secret: SECRET, store, storeTimeoutMs: 10_000, ...options, ...more })
    return { store, make, sessions: make() }
  }

  test('gives every session there is, of visitors too', async () => {
    const { sessions } = begin()
    expect(await scannedIn(sessions)).toEqual([])
    const ids = await times(5, () => visit(sessions))
    ids.push((await signIn(sessions, 'ada')).id)
    expect(await scannedIds(sessions)).toEqual(ids.toSorted())
  })

  test('says of each what an operator wants to know, and nothing that opens it', async () => {
    const { sessions, store } = begin({ timeout: 600, absoluteTimeout: 7200 })
    const client = { address: '203.0.113.7', userAgent: 'Browser/1 (X; Ü)' }
    const { id, cookie } = await signIn(sessions, 'Zoë', { client, amr: ['pwd', 'otp'] })
    const [found, ...others] = await scannedIn(sessions)
    const [listed] = await sessions.of('Zoë').list()
    const { current: _, ...summary } = listed ?? {}
    expect(others).toEqual([])
    expect(found).toMatchObject({ id, principal: 'Zoë', ...client, amr: ['pwd', 'otp'] })
    expect(found).toEqual({
      ...summary,
      timeout: 600,
      endsAt: new Date(Number(found?.signedInAt) + 7_200_000),
      renewals: 0,
      bytes: expect.any(Number),
    })
    const [record] = await store.records()
    const [, family = '', , signature = ''] = cookie.split('=')[1]?.split('.') ?? []
    for (const secret of [family, signature, record?.familyHash, record?.writes[0]]) {
      expect(secret).toMatch(/^.{8,}$/)
      expect(JSON.stringify(found)).not.toContain(secret)
    }
  })

  test('tells a visitor from somebody, and who never has to go', async () => {
    const { sessions } = begin({ absoluteTimeout: null })
    await visit(sessions)
    expect(await scannedIn(sessions)).toMatchObject([
      { principal: null, signedInAt: null, endsAt: null, amr: [], address: null, userAgent: null },
    ])
  })

  test('gives none that was ended, by whom ever', async () => {
    const { sessions } = begin()
    const lives = await visit(sessions)
    const signedOut = await sessions.open((await signIn(sessions, 'ada')).cookie)
    await signedOut.signOut()
    await sessions.commit(signedOut)
    const { id } = await signIn(sessions, 'ada')
    await sessions.revoke(id, { reason: 'x' })
    expect(await scannedIds(sessions)).toEqual([lives])
  })

  test('gives none that revokeEverything() has ended, and those begun since', async () => {
    const { sessions, store, make } = begin({ epoch: true })
    await visit(sessions)
    await signIn(sessions, 'ada')
    await sessions.revokeEverything({ reason: 'x' })
    const now = Math.trunc(store.now())
    while (Math.trunc(store.now()) === now) await new Promise(setImmediate)
    const since = await visit(sessions)
    for (const server of [sessions, make()]) expect(await scannedIds(server)).toEqual([since])
  })

  test('gives none of another set in the same store', async () => {
    const { make } = begin()
    const prefixes = ['session:', 'session:admin:', 'sess*on:', 'session', '', '[s]']
    const sets = prefixes.map((prefix) => make({ prefix }))
    const ids = await Promise.all(sets.map((set) => signIn(set, 'ada').then(({ id }) => id)))
    for (const [at, set] of sets.entries()) expect(await scannedIds(set)).toEqual([ids[at]])
  })

  test('finds all that stay while others come and go', async () => {
    const { sessions } = begin()
    const stay = await times(1500, () => visit(sessions))
    const go = await times(500, () => visit(sessions))
    const found = new Set<string>()
    for await (const { id } of sessions.scan()) {
      found.add(id)
      const next = go.pop()
      if (next === undefined) continue
      await sessions.revoke(next, { reason: 'x' })
      await visit(sessions)
    }
    expect(stay.filter((id) => !found.has(id))).toEqual([])
  })

  test('the deadline is for a step: a whole scan may take longer', async () => {
    const { sessions, store } = begin({ storeTimeoutMs: 300 })
    for (let each = 0; each < 15; each++) await times(100, () => visit(sessions))
    const began = performance.now()
    let steps = 0
    for await (const _ of sessions.scan()) {
      if (store.calls.scan === steps) continue
      steps = store.calls.scan
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(steps).toBeGreaterThan(1)
    expect(performance.now() - began).toBeGreaterThan(300)
  })

  test('a step that is late or fails is a StoreError, and tells', async () => {
    const { sessions, store } = begin({ storeTimeoutMs: 200 })
    await visit(sessions)
    const events = collect()
    const latch = store.holdBefore('scan')
    await expect(scannedIn(sessions)).rejects.toThrow(/scan: no answer within 200 ms/)
    latch.release()
    store.failNext('scan', new Error('died'))
    await expect(scannedIn(sessions)).rejects.toBeInstanceOf(StoreError)
    expect(events.of('unavailable')).toMatchObject([{ operation: 'scan' }, { operation: 'scan' }])
    expect(await scannedIds(sessions)).toHaveLength(1)
  })

  test('can be left at any session', async () => {
    const { sessions } = begin()
    await times(5, () => visit(sessions))
    for await (const { id } of sessions.scan()) {
      expect(id).toBeTypeOf('string')
      break
    }
    expect(await scannedIds(sessions)).toHaveLength(5)
  })

  test('where the store is chosen per request, it is told for which', async () => {
    const { store, make } = begin()
    const id = await visit(make())
    const [ours, others] = [{}, {}]
    const choosing = Object.assign(new MapStore(), {
      needsRequest: true,
      for: (request: unknown) => (request === ours ? store : memoryStore()),
    })
    const sessions = make({ store: choosing })
    expect(() => sessions.scan()).toThrow(UsageError)
    expect(await scannedIn(sessions, ours)).toMatchObject([{ id }])
    expect(await scannedIn(sessions, others)).toEqual([])
  })
})

test('gives none that has expired, by the clock of the store', async () => {
  const clock = fakeClock()
  const store = memoryStore({ now: clock.now })
  const sessions = createSessions<Data>({ secret: SECRET, store, timeout: 60, touchInterval: 0 })
  await visit(sessions)
  clock.advance(30)
  const id = await visit(sessions)
  clock.advance(45)
  expect(await scannedIds(sessions)).toEqual([id])
})

test('in memory it ends, however many come meanwhile', async () => {
  const sessions = createSessions<Data>({ secret: SECRET })
  await times(3000, () => visit(sessions))
  let found = 0
  for await (const _ of sessions.scan()) {
    found += 1
    await visit(sessions)
  }
  expect(found).toBe(3000)
})

test('a store that cannot be scanned says so', async () => {
  const sessions = createSessions<Data>({ secret: SECRET, store: new MapStore() })
  await expect(scannedIn(sessions)).rejects.toThrow(/cannot give all its sessions: it has no scan/)
})
