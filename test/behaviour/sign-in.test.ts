import { expect, test } from 'vitest'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, type Page, SECRET, dataIn, startApp } from '../support/app.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import { collect } from '../support/events.ts'
import { cookieOf } from '../support/timed.ts'

describeOnBothStores('signIn()', (makeStore) => {
  async function begin(page: Page = () => undefined, options: Partial<SessionOptions<Data>> = {}) {
    const store = makeStore()
    const sessions = createSessions<Data>({ secret: SECRET, store, ...options })
    const app = await startApp(sessions, {
      fill: ({ session }) => {
        session['cart'] = ['tea']
        session['junk'] = 1
        session.pushFlash('hello, visitor')
      },
      in: async ({ session }) => {
        await session.signIn('ada', { keep: ['cart'], amr: ['pwd'] })
        session['role'] = 'owner'
      },
      out: async ({ session }) => session.signOut(),
      look: ({ session }) => ({
        data: dataIn(session),
        id: session.id,
        principal: session.principal,
        amr: session.amr,
        flash: session.peekFlash(),
        ended: session.ended,
        timeout: session.timeout,
      }),
      page,
    })
    return { store, sessions, app, browser: app.browser() }
  }

  test('THREATS 6: gives a session with a principal, keeps what keep names, and drops the rest', async () => {
    const { browser, store } = await begin()
    await browser.post('/fill')
    await browser.post('/in')
    const { json } = await browser.get('/look')
    expect(json).toMatchObject({ principal: 'ada', amr: ['pwd'], flash: [] })
    expect((json as { data: object }).data).toEqual({ cart: ['tea'], role: 'owner' })
    expect(await store.records()).toHaveLength(1)
  })

  test('keeps messages of its own request, and none that were stored', async () => {
    const { browser } = await begin(async ({ session }) => {
      session.pushFlash('welcome')
      await session.signIn('ada')
    })
    await browser.post('/fill')
    await browser.post('/page')
    expect((await browser.get('/look')).json).toMatchObject({ flash: ['welcome'] })
  })

  test('has a cookie of its own name, and takes the visitor’s away', async () => {
    const { browser } = await begin()
    await browser.post('/fill')
    expect([...browser.cookies.keys()]).toEqual(['sid'])
    const answer = await browser.post('/in')
    expect(answer.setCookies).toHaveLength(2)
    expect([...browser.cookies.keys()]).toEqual(['sid-in'])
  })

  test('on a visitor without a record creates one', async () => {
    const { browser, store } = await begin()
    const answer = await browser.post('/in')
    expect(answer.setCookies).toHaveLength(1)
    expect((await browser.get('/look')).json).toMatchObject({ principal: 'ada' })
    expect(await store.records()).toHaveLength(1)
  })

  test('THREATS 6, 7, T5: the visitor’s cookie is dead in the same write (ASVS 7.2.4)', async () => {
    const { browser } = await begin()
    await browser.post('/fill')
    const visitor = browser.copy()
    await browser.post('/in')
    const { json, setCookies } = await visitor.get('/look')
    expect(json).toMatchObject({ principal: null })
    expect((json as { data: object }).data).toEqual({})
    expect(setCookies).toEqual([])
  })

  test('THREATS 7: signing in again keeps the data, and kills the cookie before (ASVS 7.2.4)', async () => {
    const { browser } = await begin()
    await browser.post('/in')
    const before = browser.copy()
    await browser.post('/in')
    expect((await browser.get('/look')).json).toMatchObject({ data: { role: 'owner' } })
    expect((await before.get('/look')).json).toMatchObject({ principal: null })
  })

  test('a request that ends what it has found, once somebody signed in there, begins nothing either', async () => {
    const { sessions, store } = await begin()
    const first = await sessions.open()
    first['cart'] = ['tea']
    const cookie = cookieOf((await sessions.commit(first)).setCookie)
    const late = await sessions.open(cookie)
    await (await sessions.open(cookie)).signIn('ada')
    late.invalidate()
    late['mine'] = 1
    expect(await sessions.commit(late)).toEqual({ outcome: 'gone' })
    expect(await store.records()).toEqual([expect.objectContaining({ principal: 'ada' })])
  })

  test('with a voided cookie keeps the timeout and the messages that came before it', async () => {
    const { browser } = await begin(async ({ session }) => {
      session.adjustTimeoutForSession(8 * 3600)
      session.pushFlash('welcome')
      await session.signIn('ada')
    })
    await browser.post('/in')
    const old = browser.copy()
    await browser.post('/in')
    await old.post('/page')
    const { json } = await old.get('/look')
    expect(json).toMatchObject({ principal: 'ada', timeout: 8 * 3600, flash: ['welcome'] })
  })

  test('what begins after invalidate() with a voided sign-in is reached by its cookie', async () => {
    const { browser } = await begin(({ session }) => {
      session.invalidate()
      session['cart'] = ['milk']
    })
    await browser.post('/in')
    const old = browser.copy()
    await browser.post('/in')
    await old.post('/page')
    expect([...old.cookies.keys()]).toEqual(['sid'])
    expect((await old.get('/look')).json).toMatchObject({ data: { cart: ['milk'] } })
    expect((await browser.get('/look')).json).toMatchObject({ principal: 'ada' })
  })

  test('signOut() ends it and clears every cookie that was sent', async () => {
    const { browser, store } = await begin()
    await browser.post('/in')
    browser.cookies.set('sid', 'something left over')
    const events = collect()
    const answer = await browser.post('/out')
    expect(answer.json).toBe('destroyed')
    expect(answer.setCookies).toHaveLength(2)
    expect([...browser.cookies.keys()]).toEqual([])
    expect(await store.records()).toEqual([])
    expect(events.of('signedOut')).toEqual([expect.objectContaining({ principal: 'ada' })])
  })
})
