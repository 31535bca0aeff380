import { describe, expect, test } from 'vitest'
import type { Session } from '../../src/session/members.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { fakeClock } from '../../src/testing/testing.ts'
import { type Data, SECRET } from '../support/app.ts'
import { LatchStore } from '../support/latch-store.ts'
import { cookieOf } from '../support/timed.ts'

const DAY = 86_400
/** More than a session can live unused. */
const PERIOD = 400 * DAY + 3600

async function begin(timeout: number) {
  const clock = fakeClock()
  const store = new LatchStore(memoryStore({ now: clock.now }))
  const options = { absoluteTimeout: null, timeout, touchInterval: 3600, renewalTimeout: null }
  const sessions = createSessions<Data>({ secret: SECRET, store, ...options })
  const first = await sessions.open()
  await first.signIn('ada')
  const { id } = first
  const cookie = cookieOf((await sessions.commit(first)).setCookie)
  const use = async (work: (session: Session<Data>) => unknown = () => undefined) => {
    const session = await sessions.open(cookie)
    expect(session.principal).toBe('ada')
    work(session)
    return sessions.commit(session)
  }
  return { clock, store, sessions, cookie, id, use }
}

describe('a session without an absolute end', () => {
  test('stays on the list for as long as it is used, and is ended with the others', async () => {
    const { clock, store, sessions, cookie, id, use } = await begin(30 * DAY)
    for (let days = 0; days < 1300; days += 20) {
      clock.advance(20 * DAY)
      await use()
    }
    expect(await sessions.of('ada').revokeAll({ reason: 'x' })).toEqual([id])
    expect((await sessions.open(cookie)).principal).toBeNull()
    expect(store.calls.enlist).toBe(1 + 3)
  })

  test.each(['data', 'update()'])('also when nothing notes its activity but %s', async (how) => {
    const { clock, store, sessions, id, use } = await begin(400 * DAY)
    clock.advance(PERIOD - 60 - DAY)
    await use()
    clock.advance(DAY)
    await use()
    clock.advance(120)
    const touches = store.calls.touch
    await use((session) => {
      if (how === 'data') session['n'] = 1
      else return session.update((draft) => void (draft['n'] = 1))
      return undefined
    })
    expect(store.calls.touch).toBe(touches)
    clock.advance(PERIOD - DAY)
    await use()
    clock.advance(2 * DAY)
    expect((await sessions.of('ada').list()).map((listed) => listed.id)).toEqual([id])
  })

  test('notes no activity that it could not be listed for', async () => {
    const { clock, store, sessions, id, use } = await begin(400 * DAY)
    clock.advance(PERIOD - DAY)
    await use()
    clock.advance(2 * DAY)
    store.failNext('enlist', new Error('down'))
    expect((await use()).outcome).toBe('unchanged')
    expect((await use()).outcome).toBe('touched')
    clock.advance(PERIOD - 2 * DAY)
    await use()
    clock.advance(2 * DAY)
    expect((await sessions.of('ada').list()).map((listed) => listed.id)).toEqual([id])
  })

  test('leaves it when it has expired', async () => {
    const { clock, store, sessions } = await begin(30 * DAY)
    clock.advance(2 * PERIOD)
    expect(await store.listed('session:of:ada')).toEqual([])
    expect(await sessions.of('ada').list()).toEqual([])
  })
})
