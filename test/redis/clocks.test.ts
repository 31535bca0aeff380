import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { StoreError } from '../../src/errors.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, type DataSessions, SECRET } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { cookieOf } from '../support/timed.ts'
import { begin, near, untilHeld } from './near-cache.ts'

const TEN_MINUTES_MS = 600_000
const TIMEOUT = 60
const CLOSE_MS = 5000

const redis = useRedis()
const wallClock = Date.now

/** The clock of this process is off by so much from now on, and goes on. */
function setClock(offMs: number): void {
  vi.spyOn(Date, 'now').mockImplementation(() => wallClock() + offMs)
}

function node(options: Partial<SessionOptions<Data>> = {}): DataSessions {
  const sessions = createSessions<Data>({
    secret: SECRET,
    store: redis.store(),
    timeout: TIMEOUT,
    touchInterval: 0,
    storeTimeoutMs: 20_000,
    ...options,
  })
  onTestFinished(async () => {
    vi.restoreAllMocks()
    await sessions.close()
  })
  return sessions
}

/** One request that only looks, judged by the right clock. Gives its outcome. */
async function expectAlive(sessions: DataSessions, cookie: string): Promise<string> {
  const session = await sessions.open(cookie)
  expect(session['n']).toBe(1)
  const { outcome } = await sessions.commit(session)
  const left = session.expiresAt.getTime() - wallClock()
  expect(Math.abs(left - TIMEOUT * 1000)).toBeLessThan(CLOSE_MS)
  const leftInRedis = Number(await redis.server.cli('pttl', `session:${session.id}`))
  expect(Math.abs(leftInRedis - TIMEOUT * 1000)).toBeLessThan(CLOSE_MS)
  return outcome
}

async function newSession(sessions: DataSessions): Promise<string> {
  const session = await sessions.open()
  session['n'] = 1
  return cookieOf((await sessions.commit(session)).setCookie)
}

test('servers whose clocks are ten minutes off agree on how long a session lives', async () => {
  const offs = [TEN_MINUTES_MS, -TEN_MINUTES_MS, 0]
  const nodes = offs.map((off) => ({ off, sessions: node() }))
  for (const first of nodes) {
    setClock(first.off)
    const cookie = await newSession(first.sessions)
    for (const { off, sessions } of nodes) {
      setClock(off)
      await expectAlive(sessions, cookie)
    }
  }
})

describe.each([
  ['forward', TEN_MINUTES_MS],
  ['back', -TEN_MINUTES_MS],
])('when the clock of a process is set ten minutes %s', (_, off) => {
  test('nobody is signed out, activity is noted, and what begins lives as long as it should', async () => {
    const sessions = node()
    const cookie = await newSession(sessions)
    await expectAlive(sessions, cookie)
    setClock(off)
    // The clock was measured to a few milliseconds: so much later there is activity to note.
    await expect.poll(() => expectAlive(sessions, cookie), { timeout: 5000 }).toBe('touched')
    await expectAlive(sessions, await newSession(sessions))
  })

  test('what begins first after that lives as long as it should', async () => {
    const sessions = node()
    await newSession(sessions)
    setClock(off)
    await expectAlive(sessions, await newSession(sessions))
  })

  test('a session that is held near is still used, once the time is known again', async () => {
    const here = await near(redis.server.port, { timeout: TIMEOUT })
    const cookie = await begin(here)
    await untilHeld(here, cookie, redis.server)
    onTestFinished(() => void vi.restoreAllMocks())
    setClock(off)
    await redis.server.resetStats()
    const session = await here.open(cookie)
    expect(session['n']).toBe(1)
    // Nothing else would ask for the time, and so long no activity would be noted.
    expect((await redis.server.commandStats())['time']).toBe(1)
    const left = session.expiresAt.getTime() - wallClock()
    expect(Math.abs(left - TIMEOUT * 1000)).toBeLessThan(CLOSE_MS)
    await untilHeld(here, cookie, redis.server)
  })

  test('what waits for Redis ends by its deadline, and is tried again after the pause', async () => {
    const store = await redis.connectedStore()
    const cookie = await newSession(node({ store }))
    const sessions = node({ store, storeTimeoutMs: 100 })
    redis.server.pause()
    const waiting = Array.from({ length: 6 }, () => sessions.open(cookie))
    setClock(off)
    for (const { status, reason } of await settled(waiting)) {
      expect([status, reason]).toEqual(['rejected', expect.any(StoreError)])
    }
    redis.server.resume()
    const alive = async () => {
      const session = await sessions.open(cookie).catch(() => undefined)
      return session?.['n']
    }
    await expect.poll(alive, { timeout: 5000 }).toBe(1)
  })
})

async function settled(promises: readonly Promise<unknown>[]) {
  const all = await Promise.allSettled(promises)
  return all.map((one) => ({
    status: one.status,
    reason: 'reason' in one ? one.reason : undefined,
  }))
}
