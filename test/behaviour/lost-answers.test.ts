import { describe, expect, test } from 'vitest'
import type { SessionOptions } from '../../src/options/options.ts'
import { type SessionObject, stateOf } from '../../src/session/session.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET } from '../support/app.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import type { LatchStore } from '../support/latch-store.ts'
import { cookieOf } from '../support/timed.ts'

/* A write whose answer is lost may have been carried out. Whatever its request does next, nothing
 * of it is there twice (docs/decisions/020). */

const LOST = new Error('Socket closed unexpectedly')

async function lose(saving: Promise<unknown>): Promise<void> {
  await expect(saving).rejects.toMatchObject({ code: 'store' })
}

async function touchedAt(store: LatchStore): Promise<number> {
  const [record] = await store.records()
  return record?.touchedAt ?? 0
}

function add(draft: Data): void {
  draft['n'] = Number(draft['n'] ?? 0) + 1
}

describeOnBothStores('a request whose save() was carried out, and its answer lost', (makeStore) => {
  async function begin(options: Partial<SessionOptions<Data>> = {}) {
    const store = makeStore()
    const sessions = createSessions<Data>({
      secret: SECRET,
      store,
      storeTimeoutMs: 20_000,
      ...options,
    })
    const first = await sessions.open()
    first['n'] = 1
    const cookie = cookieOf((await sessions.commit(first)).setCookie)
    const read = () => sessions.open(cookie)
    return { store, sessions, cookie, read }
  }

  test('shows its message once', async () => {
    const { store, sessions, cookie, read } = await begin()
    const session = await sessions.open(cookie)
    session.pushFlash('saved')
    store.loseAnswer('replace', LOST)
    await lose(session.save())
    session.pushFlash('another')
    expect(await sessions.commit(session)).toMatchObject({ outcome: 'saved' })
    expect((await read()).peekFlash()).toEqual(['saved', 'another'])
  })

  test('brings back no message that was shown since', async () => {
    const { store, sessions, cookie, read } = await begin()
    const session = await sessions.open(cookie)
    session.pushFlash('saved')
    store.loseAnswer('replace', LOST)
    await lose(session.save())
    const other = await read()
    expect(other.popFlash()).toEqual(['saved'])
    await sessions.commit(other)
    await sessions.commit(session, { failed: true })
    expect((await read()).peekFlash()).toEqual([])
  })

  test('shows its message once, however many requests have looked meanwhile', async () => {
    const { store, sessions, cookie, read } = await begin({ touchInterval: 0 })
    const session = await sessions.open(cookie)
    session.pushFlash('saved')
    store.loseAnswer('replace', LOST)
    await lose(session.save())
    for (let request = 0; request < 20; request++) {
      const { calls } = store
      const before = calls.touch
      // So that each is later than the one before it.
      while (Math.trunc(store.now()) === Math.trunc(await touchedAt(store)));
      await sessions.commit(await read())
      expect(calls.touch).toBe(before + 1)
    }
    await sessions.commit(session, { failed: true })
    expect((await read()).peekFlash()).toEqual(['saved'])
  })

  test('fails, and shows its message once, when 8 others have written since', async () => {
    const { store, sessions, cookie, read } = await begin()
    const session = await sessions.open(cookie)
    session.pushFlash('saved')
    store.loseAnswer('replace', LOST)
    await lose(session.save())
    for (let other = 0; other < 8; other++) await (await read()).update(add)
    session.pushFlash('another')
    await lose(sessions.commit(session))
    expect(await read()).toMatchObject({ n: 9 })
    expect((await read()).peekFlash()).toEqual(['saved'])
  })

  test('takes nothing back that another has written since', async () => {
    const { store, sessions, cookie, read } = await begin()
    const session = await sessions.open(cookie)
    session['color'] = 'red'
    store.loseAnswer('replace', LOST)
    await lose(session.save())
    const other = await read()
    other['color'] = 'blue'
    await sessions.commit(other)
    session['size'] = 1
    await sessions.commit(session)
    expect({ ...(await read()) }).toEqual({ n: 1, color: 'blue', size: 1 })
  })

  test('takes back what it has saved, if it wants to', async () => {
    const { store, sessions, cookie, read } = await begin()
    const session = await sessions.open(cookie)
    session['color'] = 'red'
    store.loseAnswer('replace', LOST)
    await lose(session.save())
    delete session['color']
    await sessions.commit(session)
    expect({ ...(await read()) }).toEqual({ n: 1 })
  })

  test('counts what it updates, and others count, beside it', async () => {
    const { store, sessions, cookie, read } = await begin()
    const session = await sessions.open(cookie)
    session.pushFlash('saved')
    store.loseAnswer('replace', LOST)
    await lose(session.save())
    await session.update(add)
    await (await read()).update(add)
    expect(await sessions.commit(session)).toEqual({ outcome: 'unchanged' })
    expect((await read())['n']).toBe(3)
    expect((await read()).peekFlash()).toEqual(['saved'])
  })

  test('has its new cookie sent, when it has rotated', async () => {
    const { store, sessions, cookie } = await begin()
    const session = await sessions.open(cookie)
    session.rotate()
    store.loseAnswer('replace', LOST)
    await lose(session.save())
    const { outcome, setCookie } = await sessions.commit(session)
    expect(outcome).toBe('saved')
    expect((await sessions.open(cookieOf(setCookie)))['n']).toBe(1)
    expect((await sessions.open(cookie)).isNew).toBe(true)
  })

  test('is gone when its session was ended since, and brings nothing back', async () => {
    const { store, sessions, cookie, read } = await begin()
    const session = await sessions.open(cookie)
    session['color'] = 'red'
    store.loseAnswer('replace', LOST)
    await lose(session.save())
    const other = await read()
    other.invalidate()
    await sessions.commit(other)
    expect(await sessions.commit(session)).toEqual({ outcome: 'gone' })
    await expect(session.update(() => undefined)).rejects.toMatchObject({
      code: 'gone',
      // It was carried out once, before the end.
      message: expect.stringMatching(/has ended or .*; nothing more is written to it$/),
    })
    expect((await read()).isNew).toBe(true)
  })

  test('reads and changes what is stored, after reload()', async () => {
    const { store, sessions, cookie, read } = await begin()
    const session = await sessions.open(cookie)
    session.pushFlash('saved')
    store.loseAnswer('replace', LOST)
    await lose(session.save())
    const { visit } = stateOf(session as unknown as SessionObject)
    await visit.lifecycle.reload(visit)
    expect(session.peekFlash()).toEqual(['saved'])
    expect(await sessions.commit(session)).toEqual({ outcome: 'unchanged' })
    expect((await read()).peekFlash()).toEqual(['saved'])
  })

  describe('of a visitor', () => {
    test('makes one session, whose cookie is sent', async () => {
      const { store, sessions } = await begin()
      const session = await sessions.open()
      session['color'] = 'red'
      store.loseAnswer('create', LOST)
      await lose(session.save())
      session['size'] = 1
      const { outcome, setCookie } = await sessions.commit(session, { failed: true })
      expect(outcome).toBe('created')
      expect({ ...(await sessions.open(cookieOf(setCookie))) }).toEqual({ color: 'red', size: 1 })
      expect(await store.records()).toHaveLength(2)
    })

    test('is one session when it updates twice', async () => {
      const { store, sessions } = await begin()
      const session = await sessions.open()
      store.loseAnswer('create', LOST)
      await lose(session.update(add))
      await session.update((draft) => void (draft['size'] = 1))
      await session.update(add)
      const { setCookie } = await sessions.commit(session)
      expect({ ...(await sessions.open(cookieOf(setCookie))) }).toEqual({ n: 2, size: 1 })
      expect(await store.records()).toHaveLength(2)
    })

    test('is sent the cookie of what is stored, when a signIn() after it has failed', async () => {
      const { store, sessions } = await begin()
      const session = await sessions.open()
      session['color'] = 'red'
      store.loseAnswer('create', LOST)
      await lose(session.save())
      store.failNext('enlist', LOST)
      await lose(session.signIn('ada'))
      const { setCookie } = await sessions.commit(session)
      expect({ ...(await sessions.open(cookieOf(setCookie))) }).toEqual({ color: 'red' })
    })

    test('shows its message once, when a signIn() after it has failed', async () => {
      const { store, sessions } = await begin()
      const session = await sessions.open()
      session.pushFlash('saved')
      store.loseAnswer('create', LOST)
      await lose(session.save())
      store.failNext('enlist', LOST)
      await lose(session.signIn('ada'))
      session['color'] = 'red'
      const { setCookie } = await sessions.commit(session)
      expect((await sessions.open(cookieOf(setCookie))).peekFlash()).toEqual(['saved'])
    })

    test('leaves none when it ends its session', async () => {
      const { store, sessions } = await begin()
      const session = await sessions.open()
      session['color'] = 'red'
      store.loseAnswer('create', LOST)
      await lose(session.save())
      session.invalidate()
      expect(await sessions.commit(session)).not.toHaveProperty('setCookie')
      expect(await store.records()).toHaveLength(1)
    })

    test('is sent no cookie when it has failed, with cookieOnException false', async () => {
      const { store, sessions } = await begin({ cookieOnException: false })
      const session = await sessions.open()
      session['color'] = 'red'
      store.failNext('create', LOST)
      await lose(session.save())
      expect(await sessions.commit(session, { failed: true })).toEqual({ outcome: 'unchanged' })
      expect(await store.records()).toHaveLength(1)
    })
  })

  test('brings back no message and no timeout, when a signIn() after it has failed', async () => {
    const { store, sessions, cookie, read } = await begin()
    const session = await sessions.open(cookie)
    session.pushFlash('saved')
    session.adjustTimeoutForSession(2000)
    store.loseAnswer('replace', LOST)
    await lose(session.save())
    store.failNext('enlist', LOST)
    await lose(session.signIn('ada'))
    const other = await read()
    expect(other.popFlash()).toEqual(['saved'])
    other.adjustTimeoutForSession(3000)
    await sessions.commit(other)
    session['color'] = 'red'
    await sessions.commit(session)
    const later = await read()
    expect([later.peekFlash(), later.timeout, later['color']]).toEqual([[], 3000, 'red'])
  })

  test('signIn() is not sent again: nobody is signed in by one that failed', async () => {
    const { store, sessions, cookie, read } = await begin()
    const session = await sessions.open(cookie)
    store.failNext('replace', LOST)
    await lose(session.signIn('ada'))
    session['color'] = 'red'
    expect(await sessions.commit(session)).toMatchObject({ outcome: 'saved' })
    expect(await read()).toMatchObject({ principal: null, n: 1, color: 'red' })
  })
})

describeOnBothStores('a signIn() that has failed', (makeStore) => {
  async function begin() {
    const store = makeStore()
    const sessions = createSessions<Data>({ secret: SECRET, store, storeTimeoutMs: 20_000 })
    const first = await sessions.open()
    first['n'] = 1
    return { store, sessions, cookie: cookieOf((await sessions.commit(first)).setCookie) }
  }

  test('leaves a session that has ended as it was: gone', async () => {
    const { store, sessions, cookie } = await begin()
    const session = await sessions.open(cookie)
    const { id } = session
    const other = await sessions.open(cookie)
    other.invalidate()
    await sessions.commit(other)
    store.failNext('create', LOST)
    await lose(session.signIn('ada'))
    expect(session).toMatchObject({ id, principal: null, n: 1 })
    session['color'] = 'red'
    expect(await sessions.commit(session)).toEqual({ outcome: 'gone' })
    expect(await store.records()).toEqual([])
  })

  test('leaves a session whose cookie was refused as it was: it begins no other', async () => {
    const { store, sessions, cookie } = await begin()
    const other = await sessions.open(cookie)
    other.rotate()
    await sessions.commit(other)
    const session = await sessions.open(cookie)
    store.failNext('create', LOST)
    await lose(session.signIn('ada'))
    session['color'] = 'red'
    expect(await sessions.commit(session)).toEqual({ outcome: 'gone' })
    expect(await store.records()).toHaveLength(1)
  })

  test('takes nothing back of an invalidate() that was called meanwhile', async () => {
    const { store, sessions, cookie } = await begin()
    const session = await sessions.open(cookie)
    const latch = store.holdBefore('enlist')
    const signing = session.signIn('ada')
    await latch.reached
    session.invalidate()
    store.failNext('replace', LOST)
    latch.release()
    await lose(signing)
    expect({ ...session }).toEqual({})
    expect(await sessions.commit(session)).toMatchObject({ outcome: 'destroyed' })
    expect(await store.records()).toEqual([])
  })
})
