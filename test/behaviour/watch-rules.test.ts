import { isRecord } from '../../src/store/store.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { OptionError, StoreError, UsageError } from '../../src/errors.ts'
import { createEngine } from '../../src/lifecycle/engine.ts'
import { Watches } from '../../src/lifecycle/watch.ts'
import { resolveOptions } from '../../src/options/resolve.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import type { ReadAnswer, Store } from '../../src/store/store.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'
import { type Data, SECRET } from '../support/app.ts'
import { collect } from '../support/events.ts'
import { LatchStore, signal } from '../support/latch-store.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { watching } from '../support/watching.ts'

function sessionsOn(store: Store) {
  const sessions = createSessions<Data>({ secret: SECRET, store })
  onTestFinished(() => sessions.close())
  return sessions
}

/** A session that is stored, and what ends it. */
async function stored(sessions: ReturnType<typeof sessionsOn>) {
  const session = await sessions.open()
  session['n'] = 1
  const { setCookie } = await sessions.commit(session)
  async function end(): Promise<void> {
    const again = await sessions.open(setCookie?.split(';')[0])
    again.invalidate()
    await sessions.commit(again)
  }
  return { id: session.id, end }
}

/** A memory store behind latches that tells of ends all the same. */
class TellingLatchStore extends LatchStore {
  readonly watch: NonNullable<Store['watch']>

  constructor() {
    const store = memoryStore()
    super(store)
    this.watch = (key, changed) => store.watch?.(key, changed)
  }
}

describe('a listener that fails', () => {
  test.each([
    [
      'throws',
      () => {
        throw new Error('the application failed')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the application failed'))],
  ])('because it %s harms no other, and becomes a warning', async (_, failing) => {
    const sessions = sessionsOn(memoryStore())
    const { id, end } = await stored(sessions)
    const warned = once(process, 'warning')
    const before = watching(sessions, id)
    sessions.watch(id, failing)
    const after = watching(sessions, id)
    await end()
    expect(await before.once()).toEqual(await after.once())
    const [warning] = (await warned) as [Error & { code: string; detail: string }]
    expect(warning).toMatchObject({ name: 'SojournWarning', code: 'SOJOURN_LISTENER' })
    expect(warning.detail).toContain('the application failed')
  })

  test('may watch again, and is told again', async () => {
    const sessions = sessionsOn(memoryStore())
    const { id, end } = await stored(sessions)
    let second: ReturnType<typeof watching> | undefined
    sessions.watch(id, () => {
      second = watching(sessions, id)
      expect(second.ends).toEqual([])
    })
    await end()
    await expect.poll(() => second).toBeDefined()
    await second?.once()
  })
})

describe('reading', () => {
  test('that fails ends nothing, is reported, and is tried again', async () => {
    const events = collect()
    const store = new LatchStore(memoryStore())
    const sessions = sessionsOn(store)
    const { id, end } = await stored(sessions)
    for (let times = 0; times < 3; times++)
      store.failNext('read', new StoreError('read', 'is down'))
    const told = watching(sessions, id)
    await expect.poll(() => store.calls.read, { timeout: 5000 }).toBeGreaterThan(3)
    expect(told.ends).toEqual([])
    expect(events.of('unavailable')).toMatchObject(
      Array.from({ length: 3 }, () => ({ operation: 'read' })),
    )
    await end()
    expect(await told.once()).toEqual({ id, reason: 'ended' })
  })

  test('that answers with another session ends nothing', async () => {
    const inner = memoryStore()
    const sessions = sessionsOn(inner)
    const [mine, other] = [await stored(sessions), await stored(sessions)]
    const store = new LatchStore(inner)
    let asked = 0
    store.read = (key) => {
      asked++
      return inner.read(asked < 3 ? key.replace(mine.id, other.id) : key)
    }
    const told = watching(sessionsOn(store), mine.id)
    await expect.poll(() => asked, { timeout: 5000 }).toBe(3)
    expect(told.ends).toEqual([])
  })

  test('what was removed meanwhile is told at once', async () => {
    const store = new TellingLatchStore()
    const sessions = sessionsOn(store)
    const { id, end } = await stored(sessions)
    const latch = store.holdAfter('read')
    const told = watching(sessions, id)
    await latch.reached
    await end()
    latch.release()
    expect(await told.once(300)).toEqual({ id, reason: 'ended' })
  })

  test('is shared by all watches of one session', async () => {
    const store = new LatchStore(memoryStore())
    const sessions = sessionsOn(store)
    const { id } = await stored(sessions)
    const latch = store.holdAfter('read')
    for (let count = 0; count < 100; count++) watching(sessions, id)
    await latch.reached
    expect(store.calls.read).toBe(1)
    latch.release()
    await expect.poll(() => store.calls.read).toBe(2)
  })

  test('is not done by more than 64 at once, and everybody has a turn', async () => {
    const inner = memoryStore()
    const store = new LatchStore(inner)
    const go = signal()
    let [under, most] = [0, 0]
    store.read = async (key): Promise<ReadAnswer> => {
      most = Math.max(most, ++under)
      await go.given
      under--
      return inner.read(key)
    }
    const sessions = sessionsOn(store)
    const all = Array.from({ length: 1000 }, (_, n) => watching(sessions, `nobody-${n}`))
    await expect.poll(() => under).toBe(64)
    go.give()
    await Promise.all(all.map((told) => told.once()))
    expect(most).toBe(64)
  })

  test('stops with the last watch', async () => {
    const store = new LatchStore(memoryStore())
    const sessions = sessionsOn(store)
    const { id } = await stored(sessions)
    const told = watching(sessions, id)
    await expect.poll(() => store.calls.read).toBe(2)
    told.unsubscribe()
    const later = watching(sessions, 'nobody')
    await later.once()
    const reads = store.calls.read
    await expect.poll(() => performance.now() - later.at).toBeGreaterThan(700)
    expect(store.calls.read).toBe(reads)
  })
})

test('a session that was created again under the same id is another one', async () => {
  const inner = memoryStore()
  const store = new LatchStore(inner)
  const sessions = sessionsOn(store)
  const { id, end } = await stored(sessions)
  const key = `session:${id}`
  const record = await inner.read(key)
  if (!isRecord(record)) throw new Error('no record')
  const told = watching(sessions, id)
  await expect.poll(() => store.calls.read).toBe(1)
  await end()
  await inner.create(key, { ...record, createdAt: record.createdAt + 1 })
  expect(await told.once()).toEqual({ id, reason: 'ended' })
})

test('a clock that was given to the memory store is followed', async () => {
  const clock = fakeClock()
  const sessions = sessionsOn(memoryStore({ now: clock.now }))
  const { id } = await stored(sessions)
  const told = watching(sessions, id)
  clock.advance(1199)
  await watching(sessions, 'nobody').once()
  expect(told.ends).toEqual([])
  clock.advance(600)
  const passedAt = performance.now()
  expect(await told.once()).toEqual({ id, reason: 'expired' })
  expect(told.at - passedAt).toBeLessThan(1000)
})

test('what nobody tells, such as an eviction, is found after the longer pause', async () => {
  const inner = memoryStore()
  const store = Object.assign(new LatchStore(inner), {
    watch: () => ({ live: true, end: async () => {} }),
  })
  const { id, end } = await stored(sessionsOn(inner))
  const engine = createEngine(resolveOptions({ secret: SECRET, store }), store)
  const watches = new Watches(engine, { toldMs: 600, untoldMs: 10 })
  onTestFinished(() => watches.close())
  const began = performance.now()
  const told = watching(watches, id)
  await expect.poll(() => store.calls.read).toBe(1)
  await end()
  expect(await told.once()).toEqual({ id, reason: 'ended' })
  expect(told.at - began).toBeGreaterThan(500)
  expect(told.at - began).toBeLessThan(1200)
})

describe('watch() refuses', () => {
  const wrong = memoryStore()
  test.each<[string, unknown]>([
    ['a session in place of its id', {}],
    ['no id', undefined],
    ['an empty id', ''],
    ['what can be no id', 'a b'],
    ['a cookie', 'id.family.0.signature'],
  ])('%s', (_, id) => {
    const watch = () => sessionsOn(wrong).watch(id as string, () => {})
    expect(watch).toThrow(UsageError)
    expect(watch).toThrow(/id of a session/)
  })

  test('a listener that is no function', () => {
    expect(() => sessionsOn(wrong).watch('id', undefined as never)).toThrow(OptionError)
  })
})

describe('a process', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url))

  async function exitCode(code: string, redis?: RedisServer): Promise<unknown> {
    const args = ['--import', 'tsx', '--input-type=module', '--eval', code]
    const env = { ...process.env, REDIS_URL: redis?.url }
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' })
    onTestFinished(() => void child.kill('SIGKILL'))
    return (await once(child, 'exit'))[0]
  }

  const WATCH = `
    const session = await sessions.open()
    session.n = 1
    await sessions.commit(session)
    sessions.watch(session.id, () => process.exit(3))
    await new Promise((resolve) => setTimeout(resolve, 300))`

  test('is not kept alive by a watch', async () => {
    const code = `
      import { createSessions } from './src/index.ts'
      const sessions = createSessions({ secret: '${SECRET}' })
      ${WATCH}`
    expect(await exitCode(code)).toBe(0)
  })

  test.each([
    ['redis', 'const client = await createClient({ url }).connect()', 'client.destroy()'],
    ['ioredis', 'const client = new Redis(url)', 'client.disconnect()'],
  ])('is not kept alive by the connection that listens, with %s', async (name, open, close) => {
    const redis = await startRedis()
    onTestFinished(() => redis.stop())
    const code = `
      import { ${name === 'redis' ? 'createClient' : 'Redis'} } from '${name}'
      import { createSessions } from './src/index.ts'
      import { redisStore } from './src/store/redis/redis-store.ts'
      const url = process.env.REDIS_URL
      ${open}
      const sessions = createSessions({ secret: '${SECRET}', store: redisStore({ client }) })
      ${WATCH}
      ${close}`
    expect(await exitCode(code, redis)).toBe(0)
  })
})
