import { describe, expect, test } from 'vitest'
import { ExpressSessionObject } from '../../src/adapters/express-session.ts'
import { corridorOf } from '../../src/corridor.ts'
import type { Session } from '../../src/session/members.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET } from '../support/app.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import { collect } from '../support/events.ts'
import { type Latch, type LatchStore, signal } from '../support/latch-store.ts'
import { cookieOf } from '../support/timed.ts'

/* invalidate() takes effect at once, also while a write of the same request is under way. What was
 * called before it is over by the end of the request, whatever the store has done of it by then. */

type Work = (session: Session<Data>) => Promise<unknown>

const WORKS: Readonly<Record<string, Work>> = {
  'signIn()': (session) => session.signIn('ada'),
  'a save() after rotate()': (session) => {
    session.rotate()
    return session.save()
  },
  'a save()': (session) => {
    session['color'] = 'red'
    return session.save()
  },
}

const WHEN = ['not carried out yet', 'carried out', 'and its answer is lost'] as const

const LOST = new Error('Socket closed unexpectedly')

describeOnBothStores('a session that is ended while update() works on it', (makeStore) => {
  const ENDS: Readonly<Record<string, (session: ExpressSessionObject) => unknown>> = {
    'signOut()': (session) => session.signOut(),
    'invalidate()': (session) => session.invalidate(),
    'destroy()': (session) => session.destroy(),
    'regenerate()': (session) => session.regenerate(),
  }

  async function begin() {
    const store = makeStore()
    const sessions = createSessions<Data>({ secret: SECRET, store })
    const first = await sessions.open()
    await first.signIn('ada')
    const cookie = cookieOf((await sessions.commit(first)).setCookie)
    const corridor = corridorOf(sessions)
    const visit = await corridor.open(cookie, {}, {}, (state) => new ExpressSessionObject(state))
    visit.looked = true
    const { session } = visit
    return { store, sessions, corridor, visit, session: session as ExpressSessionObject }
  }

  test.each(Object.keys(ENDS))('leaves nothing of it to the next one: %s', async (name) => {
    const { store, corridor, visit, session } = await begin()
    const latch = store.holdAfter('replace')
    const updating = session.update((draft) => void (draft['pin'] = 1234))
    const refused = expect(updating).rejects.toMatchObject({ code: 'gone' })
    await latch.reached
    const ending = ENDS[name]?.(session)
    latch.release()
    await Promise.all([refused, ending])
    expect({ ...visit.session }).toEqual({})
    expect((await corridor.commit(visit, false)).outcome).toBe('destroyed')
    expect(await store.records()).toEqual([])
  })

  test('nor when it is ended in the same breath', async () => {
    const { store, corridor, visit, session } = await begin()
    const updating = session.update((draft) => void (draft['pin'] = 1234))
    session.invalidate()
    await expect(updating).rejects.toMatchObject({ code: 'gone' })
    expect((await corridor.commit(visit, false)).outcome).toBe('destroyed')
    expect(await store.records()).toEqual([])
  })

  test('the cookie of the next one is sent, however late update() is', async () => {
    const { sessions, corridor, visit, session } = await begin()
    const [begun, changing] = [signal(), signal()]
    const updating = session.update(async (draft) => {
      begun.give()
      await changing.given
      draft['pin'] = 1234
    })
    const refused = expect(updating).rejects.toMatchObject({ code: 'gone' })
    await begun.given
    session.invalidate()
    Object.assign(session, { order: 17 })
    await session.save()
    changing.give()
    await refused
    const { setCookie } = await corridor.commit(visit, false)
    expect({ ...(await sessions.open(cookieOf(setCookie))) }).toEqual({ order: 17 })
  })
})

describeOnBothStores('invalidate() while a write of its request is under way', (makeStore) => {
  async function begin(whose: string | null | undefined) {
    const store = makeStore()
    const sessions = createSessions<Data>({ secret: SECRET, store })
    if (whose === undefined) return { store, sessions, session: await sessions.open() }
    const first = await sessions.open()
    first['n'] = 1
    if (whose !== null) await first.signIn(whose)
    const cookie = cookieOf((await sessions.commit(first)).setCookie)
    return { store, sessions, session: await sessions.open(cookie) }
  }

  describe.each([
    ['a visitor without a session', undefined],
    ['a visitor with a session', null],
    ['who is signed in', 'ada'],
    ['somebody else', 'bob'],
  ])('of %s', (_, whose) => {
    async function endDuring(work: Work, meanwhile: (store: LatchStore) => Promise<void>) {
      const { store, sessions, session } = await begin(whose)
      const events = collect()
      const working = work(session)
      await meanwhile(store)
      session.invalidate()
      return { store, sessions, session, events, working }
    }

    async function expectNothingLeft(ended: Awaited<ReturnType<typeof endDuring>>) {
      const { store, sessions, session, events } = ended
      const { outcome, setCookie } = await sessions.commit(session)
      expect(['destroyed', 'unchanged']).toContain(outcome)
      expect(setCookie ?? 'Max-Age=0').toContain('Max-Age=0')
      expect(session.principal).toBe(null)
      expect(await store.records()).toEqual([])
      for (const name of ['ada', 'bob']) expect(await sessions.of(name).list()).toEqual([])
      expect(events.of('signedIn')).toEqual([])
    }

    test.each(Object.keys(WORKS))('%s: called in the same breath', async (name) => {
      const ended = await endDuring(WORKS[name] as Work, async () => undefined)
      await ended.working
      await expectNothingLeft(ended)
    })

    const write = whose === undefined ? 'create' : 'replace'
    const stored = Object.keys(WORKS).filter((name) => write === 'replace' || !/rotate/.test(name))
    const during = [
      ...stored.map((name) => [name, write] as const),
      ['signIn()', 'enlist'] as const,
    ].flatMap(([name, operation]) => WHEN.map((when) => [name, operation, when] as const))

    test.each(during)('%s: while %s waits, %s', async (name, operation, when) => {
      let latch: Latch | undefined
      const ended = await endDuring(WORKS[name] as Work, async (store) => {
        latch = when === 'carried out' ? store.holdAfter(operation) : store.holdBefore(operation)
        if (when === 'and its answer is lost') store.loseAnswer(operation, LOST)
        await latch.reached
      })
      latch?.release()
      const how = await ended.working.then(
        () => 'done',
        (error: { code: string }) => error.code,
      )
      expect(how).toBe(when === 'and its answer is lost' ? 'store' : 'done')
      await expectNothingLeft(ended)
    })
  })
})
