import { expect, onTestFinished } from 'vitest'
import { createSessions } from '../../src/sessions.ts'
import type { Store } from '../../src/store/store.ts'
import { type Data, SECRET } from '../support/app.ts'
import type { RedisServer } from '../support/redis-server.ts'

export type DataSessions = ReturnType<typeof createSessions<Data>>

export function sessionsOn(store: Store): DataSessions {
  const sessions = createSessions<Data>({ secret: SECRET, store, storeTimeoutMs: 2000 })
  onTestFinished(() => sessions.close())
  return sessions
}

/** A session, and what another node does to it. */
export async function stored(elsewhere: DataSessions) {
  const session = await elsewhere.open()
  session['n'] = 1
  const { setCookie } = await elsewhere.commit(session)
  async function change(work: (again: typeof session) => void): Promise<void> {
    const again = await elsewhere.open(setCookie?.split(';')[0])
    work(again)
    await elsewhere.commit(again)
  }
  const adjust = (seconds: number) => change((it) => it.adjustTimeoutForSession(seconds))
  return { id: session.id, end: () => change((it) => it.invalidate()), adjust }
}

export async function subscribers(on: RedisServer): Promise<number> {
  const list = String(await on.cli('client', 'list', 'type', 'pubsub'))
  return list.split('\n').filter((line) => line.startsWith('id=')).length
}

/** Resolves when the watches hear: their beats come, and nothing is read any more. */
export async function untilTold(on: RedisServer): Promise<void> {
  await expect.poll(() => subscribers(on), { interval: 5 }).toBeGreaterThan(0)
  async function reads(): Promise<number | undefined> {
    await on.resetStats()
    const beats = async () => (await on.commandStats())['publish'] ?? 0
    await expect.poll(beats, { timeout: 5000 }).toBeGreaterThan(1)
    return (await on.commandStats())['get']
  }
  await expect.poll(reads, { timeout: 10_000 }).toBeUndefined()
}

/** Resolves when it is seen that the watches live on reads. */
export async function untilReadOften(on: RedisServer): Promise<void> {
  await on.resetStats()
  const reads = async () => (await on.commandStats())['get'] ?? 0
  await expect.poll(reads, { timeout: 5000 }).toBeGreaterThan(2)
}
