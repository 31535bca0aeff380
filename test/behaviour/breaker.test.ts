import { expect, test } from 'vitest'
import { StoreError } from '../../src/errors.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { SECRET } from '../support/app.ts'
import { type Latch, LatchStore } from '../support/latch-store.ts'

const TIMEOUT_MS = 40
const DOWN = { message: expect.stringContaining('has not answered in time lately') as string }

async function begin() {
  const store = new LatchStore(memoryStore())
  const sessions = createSessions<{ user: string }>({
    secret: SECRET,
    store,
    storeTimeoutMs: TIMEOUT_MS,
  })
  const session = await sessions.open()
  session.user = 'ada'
  const cookie = (await sessions.commit(session)).setCookie?.split(';')[0]
  const open = () => sessions.open(cookie).catch((error: unknown) => error)

  /** Opens whose reads the store does not answer in time. */
  async function late(count: number): Promise<Latch[]> {
    const latches: Latch[] = []
    for (let i = 0; i < count; i++) {
      latches.push(store.holdBefore('read'))
      const problem = `session store, read: no answer within ${TIMEOUT_MS} ms`
      expect(await open()).toMatchObject({ message: problem })
    }
    return latches
  }

  /** Opens until one is not refused at once. */
  async function untilTried(): Promise<unknown> {
    for (;;) {
      const answer = await open()
      if (!(answer instanceof StoreError) || !answer.message.includes('lately')) return answer
      await new Promise(setImmediate)
    }
  }
  return { store, sessions, cookie, open, late, untilTried }
}

test('a store that was late five times in a row is not asked for a while', async () => {
  const { store, open, late } = await begin()
  await late(5)
  const asked = store.calls.read
  for (let i = 0; i < 20; i++) {
    const refused = await open()
    expect(refused).toBeInstanceOf(StoreError)
    expect(refused).toMatchObject(DOWN)
  }
  expect(store.calls.read).toBe(asked)
})

test('one answer in time among the late ones, and it goes on being asked', async () => {
  const { open, late } = await begin()
  await late(4)
  expect(await open()).toMatchObject({ user: 'ada' })
  await late(4)
  expect(await open()).toMatchObject({ user: 'ada' })
})

test('it is tried again by one request, whose answer brings it back for all', async () => {
  const { store, open, late, untilTried } = await begin()
  await late(5)
  const asked = store.calls.read
  const latch = store.holdBefore('read')
  const tried = untilTried()
  await latch.reached
  expect(await open()).toMatchObject(DOWN)
  expect(store.calls.read).toBe(asked + 1)
  latch.release()
  await tried
  // What came late has come: the store is back, however the request that tried it ended.
  expect(await untilTried()).toMatchObject({ user: 'ada' })
  expect(await open()).toMatchObject({ user: 'ada' })
})

test('an answer that comes late brings it back', async () => {
  const { open, late } = await begin()
  const latches = await late(5)
  expect(await open()).toMatchObject(DOWN)
  latches[0]?.release()
  await new Promise(setImmediate)
  expect(await open()).toMatchObject({ user: 'ada' })
})

test('a store that fails at once is asked every time', async () => {
  const { store, open } = await begin()
  const asked = store.calls.read
  for (let i = 0; i < 10; i++) {
    store.failNext('read', new Error('broken'))
    expect(await open()).toMatchObject({ message: 'session store, read: failed' })
  }
  expect(store.calls.read).toBe(asked + 10)
})
