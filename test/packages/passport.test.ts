import { ensureLoggedIn } from 'connect-ensure-login'
import type { Request, Response } from 'express'
import { expect, test } from 'vitest'
import { sessionOf } from '../support/app.ts'
import type { Browser } from '../support/browser-jar.ts'
import { signal } from '../support/latch-store.ts'
import { type Accounts, login, mountAccounts } from './accounts.ts'
import { type Routes, describeOnExpress, ours } from './serve.ts'

function withPassport(accounts?: Accounts): Routes {
  return (app) => {
    mountAccounts(app, accounts)
    app.get('/', (request: Request, response: Response) => {
      response.json({ user: request.user ?? null, cart: sessionOf(request)['cart'] ?? null })
    })
    app.post('/cart', (request: Request, response: Response) => {
      sessionOf(request)['cart'] = ['tea']
      response.json({ id: sessionOf(request).id })
    })
    app.get('/private', ensureLoggedIn('/sign-in'), (request: Request, response: Response) => {
      response.json(request.user)
    })
  }
}

async function userOf(browser: Browser): Promise<unknown> {
  return ((await browser.get('/')).json as { user: unknown }).user
}

describeOnExpress('passport and passport-local', (serve) => {
  test('sign in, stay signed in, sign out', async () => {
    const { app, stored } = await serve(withPassport())
    const browser = app.browser()
    const signedIn = await login(browser)
    expect(signedIn.status).toBe(200)
    expect(ours(signedIn)).toHaveLength(1)
    expect(await stored()).toEqual([{ passport: { user: 'ada' } }])
    expect(await userOf(browser)).toEqual({ name: 'ada' })
    const thief = browser.copy()
    const signedOut = await browser.post('/logout')
    expect([signedOut.status, signedOut.headers.location]).toEqual([302, '/'])
    expect(ours(signedOut)).toHaveLength(1)
    expect(browser.cookies.size).toBe(0)
    for (const visitor of [browser, thief]) expect(await userOf(visitor)).toBeNull()
    expect(await stored()).toEqual([])
  })

  test('a wrong password signs nobody in and stores nothing', async () => {
    const { app, stored } = await serve(withPassport())
    const browser = app.browser()
    const answer = await browser.post('/login', { username: 'ada', password: 'wrong' })
    expect([answer.status, answer.setCookies]).toEqual([401, []])
    expect(await userOf(browser)).toBeNull()
    expect(await stored()).toEqual([])
  })

  test('failureMessage is kept as data under the key messages', async () => {
    const { app, stored } = await serve(withPassport({ failureMessage: true }))
    await app.browser().post('/login', { username: 'ada', password: 'wrong' })
    expect(await stored()).toEqual([{ messages: ['try again'] }])
  })

  test.each([
    [true, ['tea']],
    [false, null],
  ])('keepSessionInfo %s keeps the cart over sign-in and sign-out: %j', async (keep, cart) => {
    const { app } = await serve(withPassport({ keepSessionInfo: keep }))
    const browser = app.browser()
    await browser.post('/cart')
    await login(browser)
    expect((await browser.get('/')).json).toEqual({ user: { name: 'ada' }, cart })
    await browser.post('/cart')
    await browser.post('/logout')
    expect((await browser.get('/')).json).toEqual({ user: null, cart })
  })

  test('THREATS 6, 7, T5: signing in changes id and cookie, and voids a cookie that was planted (ASVS 7.2.4)', async () => {
    const { app, store, stored } = await serve(withPassport())
    const attacker = app.browser()
    const planted = (await attacker.post('/cart')).json as { id: string }
    const victim = attacker.copy()
    expect(ours(await login(victim))).toHaveLength(1)
    expect(victim.cookieHeader).not.toBe(attacker.cookieHeader)
    expect((await store.records()).map(({ id }) => id)).not.toContain(planted.id)
    expect((await attacker.get('/')).json).toEqual({ user: null, cart: null })
    expect(await stored()).toHaveLength(1)
  })

  test.each([
    [true, '/private'],
    [false, '/home'],
  ])('with keepSessionInfo %s, returnTo leads from sign-in to %s', async (keep, page) => {
    const { app, stored } = await serve(
      withPassport({ keepSessionInfo: keep, successReturnToOrRedirect: '/home' }),
    )
    const browser = app.browser()
    const stopped = await browser.get('/private')
    expect([stopped.status, stopped.headers.location]).toEqual([302, '/sign-in'])
    expect(await stored()).toEqual([{ returnTo: '/private' }])
    const signedIn = await login(browser)
    expect([signedIn.status, signedIn.headers.location]).toEqual([302, page])
    expect((await browser.get('/private')).json).toEqual({ name: 'ada' })
    expect(await stored()).toEqual([{ passport: { user: 'ada' } }])
  })

  test('twenty users who sign in at once get a session each', async () => {
    const { app, stored } = await serve(withPassport())
    const names = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? 'ada' : 'ben'))
    const browsers = names.map(() => app.browser())
    await Promise.all(browsers.map((browser, at) => login(browser, names[at])))
    const users = await Promise.all(browsers.map((browser) => userOf(browser)))
    expect(users).toEqual(names.map((name) => ({ name })))
    expect(await stored()).toHaveLength(20)
  })
})

describeOnExpress('a request that was slow while passport', (serve) => {
  async function serveSlowly() {
    const [working, finish] = [signal(), signal()]
    const served = await serve((app) => {
      withPassport()(app)
      app.post('/slow', (request: Request, response: Response, next) => {
        working.give()
        void finish.given.then(() => {
          sessionOf(request)['slow'] = true
          response.end()
        }, next)
      })
    })
    return { ...served, working: working.given, finish: finish.give }
  }

  test('signed out brings nobody back', async () => {
    const { app, stored, working, finish } = await serveSlowly()
    const browser = app.browser()
    await login(browser)
    const tab = browser.copy()
    const slow = tab.post('/slow')
    await working
    await browser.post('/logout')
    finish()
    expect(ours(await slow)).toEqual([])
    for (const visitor of [browser, tab]) expect(await userOf(visitor)).toBeNull()
    expect(await stored()).toEqual([])
  })

  test('signed in signs nobody out', async () => {
    const { app, stored, working, finish } = await serveSlowly()
    const browser = app.browser()
    await browser.post('/cart')
    const slow = browser.post('/slow')
    await working
    await login(browser)
    finish()
    expect(ours(await slow)).toEqual([])
    expect(await userOf(browser)).toEqual({ name: 'ada' })
    expect(await stored()).toEqual([{ passport: { user: 'ada' } }])
  })
})
