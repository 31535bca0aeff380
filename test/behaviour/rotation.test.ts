import { expect, test } from 'vitest'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, type Page, SECRET, startApp, dataIn } from '../support/app.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import { signal } from '../support/latch-store.ts'
import { collect } from '../support/events.ts'

describeOnBothStores('rotate()', (makeStore) => {
  async function begin(page: Page = () => undefined, options: Partial<SessionOptions<Data>> = {}) {
    const store = makeStore()
    const sessions = createSessions<Data>({ secret: SECRET, store, ...options })
    const app = await startApp(sessions, {
      begin: ({ session }) => void (session['user'] = 'ada'),
      rotate: ({ session }) => session.rotate(),
      rename: ({ session }) => void (session['user'] = 'grace'),
      all: ({ session }) => ({ ...dataIn(session), id: session.id }),
      page,
    })
    const browser = app.browser()
    await browser.post('/begin')
    return { store, app, browser }
  }

  test('THREATS 5: gives another cookie, keeps id and data, and voids the old cookie (ASVS 7.2.4)', async () => {
    const { browser, store } = await begin()
    const old = browser.copy()
    const before = (await browser.get('/all')).json
    const answer = await browser.post('/rotate')
    expect(answer.setCookies).toHaveLength(1)
    expect(browser.cookieHeader).not.toBe(old.cookieHeader)
    expect((await browser.get('/all')).json).toEqual(before)
    const refused = await old.get('/all')
    expect(refused.json).toEqual({ id: expect.any(String) })
    expect(refused.json).not.toEqual({ id: (before as Data)['id'] })
    // A cookie is never cleared because it was refused: a newer one may have come meanwhile.
    expect(refused.setCookies).toEqual([])
    expect(await store.records()).toHaveLength(1)
  })

  test('on a visitor stores nothing and sets no cookie', async () => {
    const { app, store } = await begin()
    const answer = await app.browser().post('/rotate')
    expect(answer.setCookies).toEqual([])
    expect(store.calls.create).toBe(1)
  })

  test('twice in one request sets one cookie, which works', async () => {
    const { browser } = await begin(async ({ session }) => {
      session.rotate()
      await session.save()
      session['n'] = 1
      session.rotate()
    })
    expect((await browser.post('/page')).setCookies).toHaveLength(1)
    expect((await browser.get('/all')).json).toMatchObject({ user: 'ada', n: 1 })
  })

  const LATE: readonly [name: string, page: Page, status: number, json: unknown][] = [
    ['writes', ({ session }) => void (session['late'] = 1), 200, null],
    ['rotates', ({ session }) => session.rotate(), 200, null],
    ['adjusts the timeout', ({ session }) => session.adjustTimeoutForSession(5), 200, null],
    ['pushes a flash message', ({ session }) => session.pushFlash('late'), 200, null],
    ['clears', ({ session }) => session.clear(), 200, null],
    [
      'saves',
      async ({ session }) => {
        session['late'] = 1
        return session.save()
      },
      200,
      'gone',
    ],
    [
      'updates',
      ({ session }) => session.update((draft) => void (draft['late'] = 1)),
      409,
      expect.objectContaining({ code: 'gone' }),
    ],
    ['reloads', ({ session }) => session.reload(), 409, expect.objectContaining({ code: 'gone' })],
  ]

  test.each(LATE)(
    'a request opened before it that %s then changes nothing and sets no cookie',
    async (_, page, status, json) => {
      const opened = signal()
      const goOn = signal()
      const { browser, store } = await begin(async (turn) => {
        opened.give()
        await goOn.given
        return page(turn)
      })
      const late = browser.copy().post('/page')
      await opened.given
      await browser.post('/rotate')
      const [before] = await store.records()
      goOn.give()
      const answer = await late
      expect([answer.status, answer.json, answer.setCookies]).toEqual([status, json, []])
      expect(await store.records()).toEqual([before])
      expect((await browser.get('/all')).json).toMatchObject({ user: 'ada' })
    },
  )

  test('an update() under way when another request rotates never shows its code the record', async () => {
    let runs = 0
    const { browser, store } = await begin(({ session }) =>
      session.update((draft) => {
        runs++
        draft['late'] = 1
      }),
    )
    const latch = store.holdBefore('replace')
    const late = browser.copy().post('/page')
    await latch.reached
    await browser.post('/rotate')
    latch.release()
    expect((await late).status).toBe(409)
    expect(runs).toBe(1)
    expect((await browser.get('/all')).json).not.toHaveProperty('late')
  })

  test('a cookie that save() earned is not sent when the session is lost afterwards', async () => {
    const { browser, store } = await begin(async ({ session }) => {
      session.rotate()
      await session.save()
      for (const { id } of await store.records()) await store.remove(`session:${id}`, null)
      session['late'] = 1
    })
    const answer = await browser.post('/page')
    expect([answer.status, answer.setCookies]).toEqual([200, []])
    expect(await store.records()).toEqual([])
  })

  test('a merge function is not shown what others wrote after it', async () => {
    const seen: unknown[] = []
    const { browser, store } = await begin(({ session }) => void (session['user'] = 'eve'), {
      merge: { user: (...values: unknown[]) => seen.push(values) },
    })
    const latch = store.holdBefore('replace')
    const late = browser.copy().post('/page')
    await latch.reached
    await browser.post('/rename')
    await browser.post('/rotate')
    latch.release()
    expect((await late).setCookies).toEqual([])
    expect(seen).toEqual([])
    expect((await browser.get('/all')).json).toMatchObject({ user: 'grace' })
  })

  test('a request opened before it can still end the session', async () => {
    const opened = signal()
    const goOn = signal()
    const { browser, store } = await begin(async ({ session }) => {
      opened.give()
      await goOn.given
      session.invalidate()
    })
    const late = browser.copy().post('/page')
    await opened.given
    await browser.post('/rotate')
    goOn.give()
    expect((await late).setCookies).toEqual([expect.stringMatching(/^sid=; Max-Age=0;/)])
    expect(await store.records()).toEqual([])
  })

  test('a voided cookie writes nothing, creates nothing, and is told apart by an event', async () => {
    const { browser, store, app } = await begin(async ({ session }) => {
      session['late'] = 1
      return session.save()
    })
    const old = browser.copy()
    const { id } = (await browser.get('/all')).json as { id: string }
    await browser.post('/rotate')
    const [before] = await store.records()
    const events = collect()
    const answer = await old.post('/page')
    expect([answer.status, answer.json, answer.setCookies]).toEqual([200, 'gone', []])
    expect(events.of('rejected')).toEqual([expect.objectContaining({ id, reason: 'rotated' })])
    expect(await store.records()).toEqual([before])
    expect(app.errors).toEqual([])
  })

  test('with a voided cookie one may still sign in, to a session of its own', async () => {
    const { browser, store } = await begin(({ session }) => session.signIn('ada'))
    const old = browser.copy()
    await browser.post('/rotate')
    expect((await old.post('/page')).status).toBe(200)
    expect(await store.records()).toHaveLength(2)
    expect((await old.get('/all')).json).toEqual({ id: expect.any(String) })
    expect((await browser.get('/all')).json).toMatchObject({ user: 'ada' })
  })

  test('a voided cookie with invalidate() ends no session of the new cookie', async () => {
    const { browser, store } = await begin(({ session }) => session.invalidate())
    const old = browser.copy()
    await browser.post('/rotate')
    await old.post('/page')
    expect(await store.records()).toHaveLength(1)
    expect((await browser.get('/all')).json).toMatchObject({ user: 'ada' })
  })

  test('THREATS 17: two requests that rotate at once: one wins, the other sets no cookie (ASVS 7.2.4)', async () => {
    const { browser, store } = await begin()
    const latch = store.holdBefore('replace')
    const loser = browser.copy().post('/rotate')
    await latch.reached
    const winner = await browser.post('/rotate')
    latch.release()
    expect([winner.setCookies.length, (await loser).setCookies.length]).toEqual([1, 0])
    expect((await browser.get('/all')).json).toMatchObject({ user: 'ada' })
  })

  test('a parallel write of data is not lost by it', async () => {
    const { browser, store } = await begin(({ session }) => void (session['n'] = 1))
    const latch = store.holdBefore('replace')
    const rotating = browser.post('/rotate')
    await latch.reached
    await browser.copy().post('/page')
    latch.release()
    expect((await rotating).setCookies).toHaveLength(1)
    expect((await browser.get('/all')).json).toMatchObject({ user: 'ada', n: 1 })
  })
})
