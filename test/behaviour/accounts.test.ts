import { describe, expect, test } from 'vitest'
import type { SessionOptions } from '../../src/options/options.ts'
import { type Sessions, createSessions } from '../../src/sessions.ts'
import { type Data, SECRET } from '../support/app.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import { collect } from '../support/events.ts'
import { memoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { cookieOf } from '../support/timed.ts'
import { MapStore } from '../testing/map-store.ts'

async function signIn(sessions: Sessions<Data>, principal: string, options = {}) {
  const session = await sessions.open()
  await session.signIn(principal, options)
  const { setCookie } = await sessions.commit(session)
  return { id: session.id, cookie: cookieOf(setCookie) }
}

async function isSignedIn(sessions: Sessions<Data>, cookie: string): Promise<boolean> {
  return (await sessions.open(cookie)).principal !== null
}

/** Resolves when the store's clock shows another millisecond. */
async function laterThan(store: Store): Promise<void> {
  const now = Math.trunc(store.now())
  while (Math.trunc(store.now()) === now) await new Promise(setImmediate)
}

async function living(sessions: Sessions<Data>, cookies: readonly string[]): Promise<number> {
  const signedIn = await Promise.all(cookies.map((cookie) => isSignedIn(sessions, cookie)))
  return signedIn.filter(Boolean).length
}

describeOnBothStores('the sessions of a principal', (makeStore) => {
  function begin(options: Partial<SessionOptions<Data>> = {}) {
    const store = makeStore()
    const sessions = createSessions<Data>({ secret: SECRET, store, ...options })
    return { store, sessions, another: () => createSessions<Data>({ secret: SECRET, store }) }
  }

  test('are listed, the latest first, with what was noted (ASVS 7.5.2)', async () => {
    const { sessions, store } = begin()
    const client = { address: '203.0.113.7', userAgent: 'Browser/1 (X; Ü)' }
    const first = await signIn(sessions, 'ada', { client, amr: ['pwd', 'otp'] })
    await laterThan(store)
    const second = await signIn(sessions, 'ada')
    await signIn(sessions, 'bob')
    const listed = await sessions.of('ada').list({ current: first.id })
    expect(listed.map(({ id, current }) => [id, current])).toEqual([
      [second.id, false],
      [first.id, true],
    ])
    expect(listed[1]).toMatchObject({ ...client, amr: ['pwd', 'otp'] })
    expect(listed[1]?.signedInAt).toEqual((await sessions.open(first.cookie)).signedInAt)
    expect(listed[0]).toMatchObject({ address: null, userAgent: null, amr: [] })
  })

  test.each(['ada', 'Zoë 🦊', '-', 'a:b', 'a b', '{tag}', '*', '../x', '%2D', '__proto__'])(
    'whatever the principal is called: %s',
    async (principal) => {
      const { sessions } = begin()
      const { id, cookie } = await signIn(sessions, principal)
      expect((await sessions.of(principal).list()).map((listed) => listed.id)).toEqual([id])
      expect((await sessions.open(cookie)).principal).toBe(principal)
      await sessions.of(principal).revokeAll({ reason: 'x' })
      expect(await isSignedIn(sessions, cookie)).toBe(false)
    },
  )

  test('one is ended by another request, on any server, and told why (ASVS 7.4.1)', async () => {
    const { sessions, another } = begin()
    const { id, cookie } = await signIn(sessions, 'ada')
    const events = collect()
    const reason = 'the password was changed; “sign in” again'
    expect(await another().of('ada').revoke(id, { reason, by: 'support' })).toBe(true)
    expect(events.of('revoked')).toEqual([
      { id, principal: 'ada', why: reason, by: 'support', request: undefined },
    ])
    const session = await sessions.open(cookie)
    expect([session.principal, session.isNew]).toEqual([null, true])
    expect(session.ended).toEqual({ reason, at: expect.any(Date) })
    expect((await sessions.commit(session)).setCookie).toBeUndefined()
    expect(await sessions.of('ada').list()).toEqual([])
    expect(await sessions.of('ada').revoke(id, { reason })).toBe(false)
  })

  test('one that was ended can sign in again, with the tombstone there', async () => {
    const { sessions } = begin()
    const { id, cookie } = await signIn(sessions, 'ada')
    await sessions.of('ada').revoke(id, { reason: 'x' })
    const session = await sessions.open(cookie)
    await session.signIn('ada')
    const { setCookie } = await sessions.commit(session)
    expect(session.id).not.toBe(id)
    const again = await sessions.open(cookieOf(setCookie))
    expect([again.principal, again.ended]).toEqual(['ada', null])
  })

  test('a request that works on one while it is ended ends gone, whatever it does', async () => {
    const { sessions } = begin()
    const deeds: ((session: Awaited<ReturnType<typeof sessions.open>>) => unknown)[] = [
      (session) => void (session['late'] = 1),
      (session) => session.rotate(),
      (session) => session.adjustTimeoutForSession(9),
      (session) => session.pushFlash('late'),
      (session) => session.clear(),
      (session) => session.invalidate(),
    ]
    for (const deed of deeds) {
      const { id, cookie } = await signIn(sessions, 'ada')
      const late = await sessions.open(cookie)
      await sessions.revoke(id, { reason: 'x' })
      deed(late)
      const { outcome, setCookie } = await sessions.commit(late)
      expect([outcome, setCookie]).toEqual(['gone', undefined])
      expect(await isSignedIn(sessions, cookie)).toBe(false)
    }
    const { id, cookie } = await signIn(sessions, 'ada')
    const late = await sessions.open(cookie)
    await sessions.revoke(id, { reason: 'x' })
    await expect(late.update((draft) => void (draft['n'] = 1))).rejects.toMatchObject({
      code: 'gone',
    })
    await expect(late.signIn('ada')).rejects.toMatchObject({ code: 'gone' })
    expect(await sessions.of('ada').list()).toEqual([])
  })

  test('all others are ended, not the current one (ASVS 7.4.3)', async () => {
    const { sessions } = begin()
    const mine = await signIn(sessions, 'ada')
    const others = [await signIn(sessions, 'ada'), await signIn(sessions, 'ada')]
    const bob = await signIn(sessions, 'bob')
    const session = await sessions.open(mine.cookie)
    const ended = await sessions.of('ada').revokeOthers(session, { reason: 'x' })
    expect(ended.toSorted()).toEqual(others.map(({ id }) => id).toSorted())
    expect(await isSignedIn(sessions, mine.cookie)).toBe(true)
    expect(await isSignedIn(sessions, bob.cookie)).toBe(true)
    for (const { cookie } of others) expect(await isSignedIn(sessions, cookie)).toBe(false)
  })

  test('all are ended, by somebody else too (ASVS 7.4.2, ASVS 7.4.5)', async () => {
    const { sessions, another } = begin()
    const its = [await signIn(sessions, 'ada'), await signIn(sessions, 'ada')]
    expect(await another().of('ada').revokeAll({ reason: 'account closed' })).toHaveLength(2)
    for (const { cookie } of its) expect(await isSignedIn(sessions, cookie)).toBe(false)
  })

  test('a sign-out of one’s own leaves nothing behind', async () => {
    const { sessions, store } = begin()
    const { cookie } = await signIn(sessions, 'ada')
    const session = await sessions.open(cookie)
    expect(await session.signOut()).toBe('destroyed')
    await sessions.commit(session)
    const after = await sessions.open(cookie)
    expect([after.principal, after.ended]).toEqual([null, null])
    expect(await store.records()).toEqual([])
    expect(await sessions.of('ada').list()).toEqual([])
  })

  test('somebody else who signed in there is not ended for the first one', async () => {
    const { sessions } = begin()
    const ada = await signIn(sessions, 'ada')
    const session = await sessions.open(ada.cookie)
    await session.signIn('bob')
    const { setCookie } = await sessions.commit(session)
    expect(await sessions.of('ada').revokeAll({ reason: 'x' })).toEqual([])
    expect((await sessions.open(cookieOf(setCookie))).principal).toBe('bob')
    expect((await sessions.of('bob').list()).map(({ id }) => id)).toEqual([ada.id])
  })

  test('a long list is ended in batches, and what fails leaves those before it done', async () => {
    const { sessions, store } = begin({ storeTimeoutMs: 10_000 })
    const signedIn = await Promise.all(Array.from({ length: 150 }, () => signIn(sessions, 'ada')))
    const first = store.holdBefore('end')
    const ending = sessions.of('ada').revokeAll({ reason: 'x' })
    await first.reached
    expect(store.calls.end).toBe(64)
    store.failNext('delist', new Error('lost'))
    first.release()
    await expect(ending).rejects.toThrow('delist: failed')
    expect(store.calls.end).toBe(64)

    const second = store.holdBefore('delist')
    const again = sessions.of('ada').revokeAll({ reason: 'x' })
    await second.reached
    store.failNext('end', new Error('lost'))
    second.release()
    await expect(again).rejects.toThrow('end: failed')
    const cookies = signedIn.map(({ cookie }) => cookie)
    expect(await living(sessions, cookies)).toBeLessThanOrEqual(150 - 64)

    const left = await sessions.of('ada').list()
    expect(await sessions.of('ada').revokeAll({ reason: 'x' })).toHaveLength(left.length)
    expect(await living(sessions, cookies)).toBe(0)
  })

  test('nobody changes how another request, or the store, knows somebody to have signed in', async () => {
    const { sessions } = begin()
    const { cookie } = await signIn(sessions, 'ada', { amr: ['pwd'] })
    const [one, other] = [await sessions.open(cookie), await sessions.open(cookie)]
    const [listed] = await sessions.of('ada').list()
    for (const amr of [one.amr, listed?.amr] as string[][]) {
      expect(() => amr.push('otp')).toThrow(TypeError)
    }
    expect([other.amr, (await sessions.open(cookie)).amr]).toEqual([['pwd'], ['pwd']])
  })

  test('signing in again stays one entry, dated anew', async () => {
    const { sessions, store } = begin()
    const { cookie, id } = await signIn(sessions, 'ada')
    const session = await sessions.open(cookie)
    await laterThan(store)
    await session.signIn('ada', { amr: ['hwk'] })
    await sessions.commit(session)
    expect(await sessions.of('ada').list()).toEqual([
      expect.objectContaining({ id, amr: ['hwk'], signedInAt: session.signedInAt }),
    ])
  })

  test('rotate() and clear() leave who is signed in, and the entry', async () => {
    const { sessions } = begin()
    const { cookie, id } = await signIn(sessions, 'ada')
    const session = await sessions.open(cookie)
    session.rotate()
    session.clear()
    const { setCookie } = await sessions.commit(session)
    const after = await sessions.open(cookieOf(setCookie))
    expect([after.principal, after.signedInAt]).toEqual(['ada', session.signedInAt])
    expect((await sessions.of('ada').list()).map((listed) => listed.id)).toEqual([id])
  })

  test.each([
    ['enlist', 0],
    ['create', 1],
  ] as const)(
    'whatever dies at %s: nobody is signed in who is not listed',
    async (operation, listed) => {
      const { sessions, store } = begin()
      const session = await sessions.open()
      store.failNext(operation, new Error('died'))
      await expect(session.signIn('ada')).rejects.toThrow()
      expect(session.principal).toBeNull()
      expect((await sessions.commit(session)).setCookie).toBeUndefined()
      expect(await store.records()).toEqual([])
      expect(store.calls.create).toBe(listed)
      expect(await sessions.of('ada').list()).toEqual([])
    },
  )

  test('a sign-in that fails leaves the visitor’s data as they were', async () => {
    const { sessions, store } = begin()
    const first = await sessions.open()
    first['cart'] = ['tea']
    const cookie = cookieOf((await sessions.commit(first)).setCookie)
    const session = await sessions.open(cookie)
    store.failNext('enlist', new Error('died'))
    await expect(session.signIn('ada')).rejects.toThrow()
    expect({ ...session }).toEqual({ cart: ['tea'] })
    expect((await sessions.commit(session)).outcome).toBe('unchanged')
  })

  test('a sign-in that fails takes back no more than its own', async () => {
    const { sessions, store } = begin()
    const first = await sessions.open()
    Object.assign(first, { kept: 1 }, JSON.parse('{"__proto__":{"n":1},"constructor":"acme"}'))
    const cookie = cookieOf((await sessions.commit(first)).setCookie)
    const session = await sessions.open(cookie)
    const latch = store.holdBefore('enlist')
    const failed = expect(
      session.signIn('ada', { keep: ['kept'], timeout: 60, persistent: true }),
    ).rejects.toThrow()
    await latch.reached
    session.adjustTimeoutForSession(9999)
    session.pushFlash('hello')
    delete session['kept']
    store.failNext('replace', new Error('died'))
    latch.release()
    await failed
    expect([session.principal, session.timeout, session.peekFlash()]).toEqual([
      null,
      9999,
      ['hello'],
    ])
    expect((await sessions.commit(session)).outcome).toBe('saved')
    const after = await sessions.open(cookie)
    expect(Object.keys(after).toSorted()).toEqual(['__proto__', 'constructor'])
    expect([after.timeout, after.peekFlash()]).toEqual([9999, ['hello']])
    const [record] = await store.records()
    expect(record?.persistent).toBe(false)
  })

  test('a sign-in that fails brings nothing back that clear() dropped meanwhile', async () => {
    const { sessions, store } = begin()
    const first = await sessions.open()
    first['cart'] = ['tea']
    const cookie = cookieOf((await sessions.commit(first)).setCookie)
    const session = await sessions.open(cookie)
    const latch = store.holdAfter('enlist')
    const failed = expect(session.signIn('ada')).rejects.toThrow()
    await latch.reached
    session.clear()
    store.failNext('replace', new Error('died'))
    latch.release()
    await failed
    expect((await sessions.commit(session)).outcome).toBe('saved')
    expect({ ...(await sessions.open(cookie)) }).toEqual({})
  })

  test('a sign-in that fails leaves who was refused refused, whatever failed', async () => {
    const { sessions, store } = begin()
    const { cookie } = await signIn(sessions, 'ada')
    const rotating = await sessions.open(cookie)
    rotating.rotate()
    await sessions.commit(rotating)
    for (const operation of ['clock', 'create'] as const) {
      const session = await sessions.open(cookie)
      if (operation === 'create') store.failNext(operation, new Error('died'))
      else store.measureClock = () => Promise.reject(new Error('died'))
      await expect(session.signIn('ada')).rejects.toThrow()
      Reflect.deleteProperty(store, 'measureClock')
      session['late'] = 1
      expect(await sessions.commit(session)).toEqual({ outcome: 'gone' })
    }
  })

  test('a sign-in that is ended before its record is stored does not come back', async () => {
    const { sessions, store } = begin()
    const session = await sessions.open()
    const latch = store.holdBefore('create')
    const signingIn = session.signIn('ada')
    const refused = expect(signingIn).rejects.toMatchObject({ code: 'gone' })
    await latch.reached
    await sessions.of('ada').revokeAll({ reason: 'x' })
    latch.release()
    await refused
    expect(await sessions.of('ada').list()).toEqual([])
    expect(await store.records()).toEqual([])
  })

  /** A visitor's session with a cart, whose record has vanished since the request came. */
  async function vanished() {
    const { sessions, store } = begin()
    const first = await sessions.open()
    first['cart'] = ['tea']
    const cookie = cookieOf((await sessions.commit(first)).setCookie)
    const session = await sessions.open(cookie)
    const [record] = await store.records()
    await store.remove(`session:${record?.id}`, null)
    return { sessions, store, first, session }
  }

  test('an anonymous record that vanished is no reason not to sign in', async () => {
    const { sessions, first, session } = await vanished()
    await session.signIn('ada', { keep: ['cart'] })
    const { setCookie } = await sessions.commit(session)
    const after = await sessions.open(cookieOf(setCookie))
    expect([after.principal, after['cart']]).toEqual(['ada', ['tea']])
    expect(after.id).not.toBe(first.id)
  })

  test('nor when a save() has met that before', async () => {
    const { sessions, store, session } = await vanished()
    session['cart'] = ['milk']
    session.pushFlash('welcome')
    session.adjustTimeoutForSession(60)
    expect(await session.save()).toBe('gone')
    store.failNext('create', new Error('died'))
    await expect(session.signIn('ada')).rejects.toThrow()
    expect(await session.save()).toBe('gone')
    await session.signIn('ada', { keep: ['cart'] })
    const { setCookie } = await sessions.commit(session)
    const after = await sessions.open(cookieOf(setCookie))
    expect([after.principal, after['cart']]).toEqual(['ada', ['milk']])
    expect([after.timeout, after.peekFlash()]).toEqual([60, ['welcome']])
  })

  test('but one that was rotated is', async () => {
    const { sessions } = begin()
    const first = await sessions.open()
    first['cart'] = ['tea']
    const cookie = cookieOf((await sessions.commit(first)).setCookie)
    const late = await sessions.open(cookie)
    const other = await sessions.open(cookie)
    other.rotate()
    await sessions.commit(other)
    late['late'] = 1
    expect(await late.save()).toBe('gone')
    await expect(late.signIn('ada')).rejects.toMatchObject({ code: 'gone' })
  })

  test('the data of the visitor that another request stored meanwhile are dropped too', async () => {
    const { sessions } = begin()
    const first = await sessions.open()
    first['cart'] = ['tea']
    const cookie = cookieOf((await sessions.commit(first)).setCookie)
    const signing = await sessions.open(cookie)
    const other = await sessions.open(cookie)
    other['evil'] = 1
    other['cart'] = ['tea', 'milk']
    await sessions.commit(other)
    await signing.signIn('ada', { keep: ['cart'] })
    const { setCookie } = await sessions.commit(signing)
    expect({ ...(await sessions.open(cookieOf(setCookie))) }).toEqual({ cart: ['tea', 'milk'] })
  })

  test('THREATS 6: and no merge function is asked for data that are dropped', async () => {
    const { sessions } = begin({ merge: { cart: (base, mine, theirs) => [base, mine, theirs] } })
    const first = await sessions.open()
    Object.assign(first, { cart: ['planted'], lang: 'de' })
    const cookie = cookieOf((await sessions.commit(first)).setCookie)
    const signing = await sessions.open(cookie)
    const other = await sessions.open(cookie)
    other['cart'] = ['planted', 'too']
    await sessions.commit(other)
    await signing.signIn('ada', { keep: ['lang'] })
    const { setCookie } = await sessions.commit(signing)
    expect({ ...(await sessions.open(cookieOf(setCookie))) }).toEqual({ lang: 'de' })
  })

  test('a late response of a visitor’s request does not displace a sign-in', async () => {
    const { sessions } = begin()
    const visitor = await sessions.open()
    const { cookie } = await signIn(sessions, 'ada')
    visitor['late'] = 1
    const late = cookieOf((await sessions.commit(visitor)).setCookie)
    const session = await sessions.open(`${late}; ${cookie}`)
    expect(session.principal).toBe('ada')
  })

  test('a visitor’s session is opened where the signed-in one has ended', async () => {
    const { sessions, another } = begin()
    const { id, cookie } = await signIn(sessions, 'ada')
    await sessions.revoke(id, { reason: 'x' })
    const visitor = await sessions.open()
    visitor['cart'] = ['tea']
    const its = cookieOf((await sessions.commit(visitor)).setCookie)
    const request = {}
    const session = await sessions.open(`${its}; ${cookie}`, request)
    expect([session.principal, session['cart'], session.ended?.reason]).toEqual([
      null,
      ['tea'],
      'x',
    ])
    expect(sessions.from(request)).toBe(session)
    expect(() => another().from(request)).toThrow(/no session was opened/)
  })

  test('signedInWithin() tells how long ago it was (ASVS 7.5.1, ASVS 7.5.3)', async () => {
    const { sessions } = begin()
    const visitor = await sessions.open()
    expect(visitor.signedInWithin(60)).toBe(false)
    expect([visitor.principal, visitor.signedInAt, visitor.amr]).toEqual([null, null, []])
    const { cookie } = await signIn(sessions, 'ada')
    const session = await sessions.open(cookie)
    expect(session.signedInWithin(60)).toBe(true)
    expect(() => session.signedInWithin(0)).toThrow(/at least 1 second/)
  })
})

describeOnBothStores('maxPerPrincipal (ASVS 7.1.2)', (makeStore) => {
  function begin(onLimit: 'revoke-oldest' | 'refuse', limit = 3) {
    const store = makeStore()
    const options = { secret: SECRET, store, storeTimeoutMs: 10_000 }
    return createSessions<Data>({ ...options, maxPerPrincipal: { limit, onLimit } })
  }

  test(`'revoke-oldest' ends the one signed in first, and tells it`, async () => {
    const sessions = begin('revoke-oldest', 2)
    const events = collect()
    const cookies: string[] = []
    for (let count = 0; count < 3; count++) {
      cookies.push((await signIn(sessions, 'ada')).cookie)
      await laterThan(memoryStore())
    }
    expect(await Promise.all(cookies.map((cookie) => isSignedIn(sessions, cookie)))).toEqual([
      false,
      true,
      true,
    ])
    expect((await sessions.open(cookies[0])).ended?.reason).toBe('limit')
    expect(events.of('limited')).toHaveLength(1)
    expect(events.of('revoked')).toHaveLength(1)
  })

  test(`'refuse' throws a LimitError, signs nobody in, and counts no session that ended`, async () => {
    const sessions = begin('refuse', 2)
    const first = await signIn(sessions, 'ada')
    await signIn(sessions, 'ada')
    const session = await sessions.open()
    session['cart'] = 1
    await expect(session.signIn('ada')).rejects.toMatchObject({
      code: 'limit',
      status: 409,
      limit: 2,
    })
    expect([session.principal, session['cart']]).toEqual([null, 1])
    await sessions.of('ada').revoke(first.id, { reason: 'x' })
    await session.signIn('ada')
    await signIn(sessions, 'bob')
    expect(await sessions.of('ada').list()).toHaveLength(2)
  })

  test('who has signed out is not counted, however lately that was (ASVS 7.1.2)', async () => {
    const sessions = begin('refuse', 1)
    for (const withCommit of [true, false]) {
      const { cookie } = await signIn(sessions, 'ada')
      const session = await sessions.open(cookie)
      if (withCommit) session.invalidate()
      else await session.signOut()
      await sessions.commit(session)
    }
    await signIn(sessions, 'ada')
  })

  test('who was ended by somebody else is not counted, however lately that was', async () => {
    const sessions = begin('refuse', 1)
    const { id } = await signIn(sessions, 'ada')
    await sessions.revoke(id, { reason: 'x' })
    await signIn(sessions, 'ada')
  })

  test('a session that is somebody else’s by now is not counted, however lately that was', async () => {
    const sessions = begin('refuse', 1)
    const { cookie } = await signIn(sessions, 'ada')
    const session = await sessions.open(cookie)
    await session.signIn('bob')
    const its = cookieOf((await sessions.commit(session)).setCookie)
    await signIn(sessions, 'ada')
    expect((await sessions.open(its)).principal).toBe('bob')
    await expect(signIn(sessions, 'bob')).rejects.toMatchObject({ code: 'limit' })
  })

  test('who signs in again is not counted twice', async () => {
    const sessions = begin('refuse', 1)
    const { cookie } = await signIn(sessions, 'ada')
    const session = await sessions.open(cookie)
    await session.signIn('ada')
    expect(await sessions.of('ada').list()).toHaveLength(1)
  })

  test.each(['revoke-oldest', 'refuse'] as const)(
    'fifty sign-ins in parallel with limit three end with exactly three: %s',
    async (onLimit) => {
      const sessions = begin(onLimit)
      const attempts = await Promise.allSettled(
        Array.from({ length: 50 }, () => signIn(sessions, 'ada')),
      )
      const done = attempts.filter((attempt) => attempt.status === 'fulfilled')
      for (const attempt of attempts) {
        if (attempt.status === 'fulfilled') continue
        expect(['limit', 'gone']).toContain((attempt.reason as { code: string }).code)
      }
      const cookies = done.map(({ value }) => value.cookie)
      expect(await living(sessions, cookies)).toBe(3)
      expect(await sessions.of('ada').list()).toHaveLength(3)
    },
  )
})

describeOnBothStores('revokeEverything() (ASVS 7.4.5)', (makeStore) => {
  function begin(options: Partial<SessionOptions<Data>> = {}) {
    const store = makeStore()
    const make = () => createSessions<Data>({ secret: SECRET, store, epoch: true, ...options })
    return { store, make, sessions: make() }
  }

  test('ends every session, of visitors too, on a server that starts later', async () => {
    const { sessions, make } = begin()
    const { cookie } = await signIn(sessions, 'ada')
    const visitor = await sessions.open()
    visitor['n'] = 1
    const its = cookieOf((await sessions.commit(visitor)).setCookie)
    await sessions.revokeEverything({ reason: 'a leak, in 2026.' })
    for (const server of [sessions, make()]) {
      for (const sent of [cookie, its]) {
        const session = await server.open(sent)
        expect([session.isNew, session.principal]).toEqual([true, null])
        expect(session.ended?.reason).toBe('a leak, in 2026.')
      }
    }
  })

  test('takes them off the lists', async () => {
    const { sessions, store } = begin()
    await signIn(sessions, 'ada')
    await sessions.revokeEverything({ reason: 'x' })
    expect(await sessions.of('ada').list()).toEqual([])
    expect(await store.listed('session:of:ada')).toEqual([])
    await laterThan(store)
    const { id } = await signIn(sessions, 'ada')
    expect((await sessions.of('ada').list()).map((listed) => listed.id)).toEqual([id])
  })

  test('on a server that runs, within a second', async () => {
    const { sessions, make } = begin()
    const other = make()
    const { cookie } = await signIn(sessions, 'ada')
    expect(await isSignedIn(other, cookie)).toBe(true)
    await sessions.revokeEverything({ reason: 'x' })
    await expect.poll(() => isSignedIn(other, cookie), { timeout: 1500 }).toBe(false)
  })

  test('ends none that begins afterwards, and can be called again', async () => {
    const { sessions, store } = begin()
    for (const reason of ['one', 'two']) {
      await laterThan(store)
      const { cookie } = await signIn(sessions, 'ada')
      expect(await isSignedIn(sessions, cookie)).toBe(true)
      await sessions.revokeEverything({ reason })
      expect((await sessions.open(cookie)).ended?.reason).toBe(reason)
    }
  })

  test('is told to watchers within about a second', async () => {
    const { sessions } = begin()
    const { id } = await signIn(sessions, 'ada')
    const told: unknown[] = []
    const unsubscribe = sessions.watch(id, (end) => void told.push(end))
    await sessions.revokeEverything({ reason: 'x' })
    await expect.poll(() => told, { timeout: 3000 }).toEqual([{ id, reason: 'revoked', why: 'x' }])
    unsubscribe()
    await sessions.close()
  })

  test('a store that cannot say whether it was called is no yes', async () => {
    const { sessions, store } = begin()
    const { cookie } = await signIn(sessions, 'ada')
    store.failNext('listed', new Error('no'))
    await expect(sessions.open(cookie)).rejects.toMatchObject({ code: 'store' })
    expect(await isSignedIn(sessions, cookie)).toBe(true)
  })

  test('needs option epoch', async () => {
    const { sessions } = begin({ epoch: false })
    await expect(sessions.revokeEverything({ reason: 'x' })).rejects.toThrow(/option `epoch: true`/)
  })
})

describe('a store that keeps no accounts', () => {
  const reason = 'x'

  test('signs in and out, and says what it cannot do', async () => {
    const sessions = createSessions<Data>({ secret: SECRET, store: new MapStore() })
    const { id, cookie } = await signIn(sessions, 'ada')
    const its = sessions.of('ada')
    await expect(its.list()).rejects.toThrow(/keeps no lists/)
    await expect(its.revokeAll({ reason })).rejects.toThrow(/keeps no lists/)
    await expect(sessions.revoke(id, { reason })).rejects.toThrow(/has no end\(\)/)
    expect(await isSignedIn(sessions, cookie)).toBe(true)
    expect(await (await sessions.open(cookie)).signOut()).toBe('destroyed')
    expect(await isSignedIn(sessions, cookie)).toBe(false)
  })

  test('does not sign in beyond a limit that nobody watches', async () => {
    const options = { secret: SECRET, store: new MapStore(), maxPerPrincipal: { limit: 3 } }
    await expect(signIn(createSessions<Data>(options), 'ada')).rejects.toThrow(/no enlist\(\)/)
  })
})
