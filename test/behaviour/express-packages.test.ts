import flash from 'connect-flash'
import { csrfSync } from 'csrf-sync'
import express, { type NextFunction, type Request, type Response } from 'express'
import { Passport } from 'passport'
import { Strategy } from 'passport-local'
import { describe, expect, test } from 'vitest'
import { session } from '../../src/adapters/express.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import {
  type App,
  type Data,
  dataIn,
  SECRET,
  errorPage,
  express4,
  listen,
  sessionOf,
} from '../support/app.ts'
import type { Browser } from '../support/browser-jar.ts'
import { LatchStore } from '../support/latch-store.ts'

type Flash = (type?: string, message?: string) => unknown
type Routes = (app: ReturnType<typeof express>) => void

const EXPRESSES = [
  ['Express 5', express],
  ['Express 4', express4],
] as const

const PASSWORDS: Readonly<Record<string, string>> = { ada: 'engine', ben: 'clock' }

async function serve(framework: typeof express, routes: Routes) {
  const store = new LatchStore(memoryStore())
  const sessions = createSessions<Data>({ secret: SECRET, store })
  const errors: unknown[] = []
  const app = framework()
  app.use(session(sessions))
  app.use(framework.json())
  routes(app)
  app.use(errorPage(errors))
  return { store, app: await listen(app, errors) }
}

/** passport 0.7 with passport-local, as its documentation mounts them. */
function withPassport({ keepSessionInfo = false } = {}): Routes {
  return (app) => {
    const passport = new Passport()
    passport.use(
      new Strategy((username, password, done) => {
        done(null, PASSWORDS[username] === password ? { name: username } : false)
      }),
    )
    passport.serializeUser((user, done) => done(null, (user as { name: string }).name))
    passport.deserializeUser((name: string, done) => done(null, { name }))
    app.use(passport.session())
    app.post(
      '/login',
      passport.authenticate('local', { keepSessionInfo }),
      (request: Request, response: Response) => {
        response.json({ user: request.user, id: sessionOf(request).id })
      },
    )
    app.post('/logout', (request: Request, response: Response, next: NextFunction) => {
      request.logout({ keepSessionInfo }, (error: unknown) => {
        if (error) next(error)
        else response.redirect('/')
      })
    })
    app.get('/', (request: Request, response: Response) => {
      response.json({ user: request.user ?? null, cart: sessionOf(request)['cart'] ?? null })
    })
    app.post('/cart', (request: Request, response: Response) => {
      sessionOf(request)['cart'] = ['tea']
      response.json({ id: sessionOf(request).id })
    })
  }
}

const login = (browser: Browser, password = 'engine') =>
  browser.post('/login', { username: 'ada', password })

describe.each(EXPRESSES)('passport and passport-local on %s', (_, framework) => {
  test('sign in, stay signed in, sign out', async () => {
    const { app, store } = await serve(framework, withPassport())
    const browser = app.browser()
    const signedIn = await login(browser)
    expect([signedIn.status, signedIn.setCookies.length]).toEqual([200, 1])
    expect((await browser.get('/')).json).toMatchObject({ user: { name: 'ada' } })
    const thief = browser.copy()
    const signedOut = await browser.post('/logout')
    expect([signedOut.status, signedOut.headers.location]).toEqual([302, '/'])
    for (const visitor of [browser, thief]) {
      expect((await visitor.get('/')).json).toMatchObject({ user: null })
    }
    expect(await store.records()).toEqual([])
  })

  test('a wrong password signs nobody in and stores nothing', async () => {
    const { app, store } = await serve(framework, withPassport())
    const browser = app.browser()
    const answer = await login(browser, 'wrong')
    expect([answer.status, answer.setCookies]).toEqual([401, []])
    expect((await browser.get('/')).json).toMatchObject({ user: null })
    expect(await store.records()).toEqual([])
  })

  test.each([
    [true, ['tea']],
    [false, null],
  ])('keepSessionInfo %s keeps the cart over sign-in and sign-out: %j', async (keep, cart) => {
    const { app } = await serve(framework, withPassport({ keepSessionInfo: keep }))
    const browser = app.browser()
    await browser.post('/cart')
    await login(browser)
    expect((await browser.get('/')).json).toEqual({ user: { name: 'ada' }, cart })
    await browser.post('/cart')
    await browser.post('/logout')
    expect((await browser.get('/')).json).toEqual({ user: null, cart })
  })

  test('signing in changes id and cookie, and voids a cookie that was planted', async () => {
    const { app, store } = await serve(framework, withPassport())
    const attacker = app.browser()
    const planted = (await attacker.post('/cart')).json as { id: string }
    const victim = attacker.copy()
    const signedIn = (await login(victim)).json as { id: string }
    expect(signedIn.id).not.toBe(planted.id)
    expect(victim.cookieHeader).not.toBe(attacker.cookieHeader)
    expect((await attacker.get('/')).json).toEqual({ user: null, cart: null })
    expect(await store.records()).toHaveLength(1)
  })
})

const withFlash: Routes = (app) => {
  app.use(flash())
  app.post('/say', (request: Request, response: Response) => {
    const { flash } = request as unknown as { flash: Flash }
    flash.call(request, 'info', (request.body as { say: string }).say)
    response.redirect('/')
  })
  app.get('/', (request: Request, response: Response) => {
    const { flash } = request as unknown as { flash: Flash }
    response.json(flash.call(request, 'info'))
  })
}

describe.each(EXPRESSES)('connect-flash on %s', (_, framework) => {
  test('a message is shown once', async () => {
    const { app } = await serve(framework, withFlash)
    const browser = app.browser()
    await browser.post('/say', { say: 'saved' })
    await browser.post('/say', { say: 'sent' })
    expect((await browser.get('/')).json).toEqual(['saved', 'sent'])
    expect((await browser.get('/')).json).toEqual([])
  })

  test('messages of two visitors never mix', async () => {
    const { app } = await serve(framework, withFlash)
    const [ada, ben] = [app.browser(), app.browser()]
    await ada.post('/say', { say: 'for ada' })
    expect((await ben.get('/')).json).toEqual([])
    await ben.post('/say', { say: 'for ben' })
    expect((await ada.get('/')).json).toEqual(['for ada'])
    expect((await ben.get('/')).json).toEqual(['for ben'])
  })
})

function order(browser: Browser, token?: unknown) {
  const headers: Record<string, string> = typeof token === 'string' ? { 'x-csrf-token': token } : {}
  return browser.post('/order', {}, { headers })
}

const withCsrfSync: Routes = (app) => {
  const { csrfSynchronisedProtection, generateToken } = csrfSync()
  app.get('/token', (request: Request, response: Response) => {
    response.json(generateToken(request))
  })
  app.use(csrfSynchronisedProtection)
  app.post('/order', (_request: Request, response: Response) => void response.json('ordered'))
}

describe.each(EXPRESSES)('csrf-sync on %s', (_, framework) => {
  test('takes its own token, and refuses none, another, and that of another session', async () => {
    const { app } = await serve(framework, withCsrfSync)
    const [ada, ben] = [app.browser(), app.browser()]
    const token = (await ada.get('/token')).json
    const foreign = (await ben.get('/token')).json
    expect((await ada.get('/token')).json).toBe(token)
    expect((await order(ada, token)).json).toBe('ordered')
    for (const wrong of [undefined, 'x', foreign]) {
      expect((await order(ada, wrong)).status).toBe(403)
    }
    expect((await order(app.browser(), token)).status).toBe(403)
  })
})

describe.each(EXPRESSES)("the application's own cookies on %s", (_, framework) => {
  test('survive beside ours, set before and after the session was', async () => {
    const { app } = await serve(framework, (app) => {
      app.get('/', (request: Request, response: Response) => {
        response.cookie('theme', 'dark')
        sessionOf(request)['n'] = 1
        response.cookie('lang', 'en')
        response.send('ok')
      })
    })
    const { setCookies } = await app.browser().get('/')
    expect(setCookies.map((line) => line.split('=')[0])).toEqual(['theme', 'lang', 'sid'])
  })
})

async function twoSets(adminName: string, adminProperty: string): Promise<App> {
  const shop = createSessions<Data>({ secret: SECRET, cookie: { name: 'shop' } })
  const admin = createSessions<Data>({ secret: SECRET, cookie: { name: adminName } })
  const app = express()
  app.use(session(shop))
  app.use(session(admin, { property: adminProperty }))
  app.get('/', (request: Request, response: Response) => {
    const adminSession = sessionOf({ session: (request as unknown as Data)['adminSession'] })
    sessionOf(request)['n'] = 1
    adminSession['m'] = 1
    response.json([shop.from(request)['n'], admin.from(request)['m']])
  })
  app.get('/look', (request: Request, response: Response) => {
    response.json([dataIn(shop.from(request)), dataIn(admin.from(request))])
  })
  const errors: unknown[] = []
  app.use(errorPage(errors))
  return listen(app, errors)
}

describe('two sets of sessions in one application', () => {
  test('each has its own cookie and data', async () => {
    const app = await twoSets('admin', 'adminSession')
    const browser = app.browser()
    const answer = await browser.get('/')
    expect(answer.json).toEqual([1, 1])
    expect(answer.setCookies.map((line) => line.split('=')[0])).toEqual(['shop', 'admin'])
    expect((await browser.get('/look')).json).toEqual([{ n: 1 }, { m: 1 }])
  })

  test("one set's cookie never opens the other's session", async () => {
    const app = await twoSets('admin', 'adminSession')
    const browser = app.browser()
    await browser.get('/')
    const [shop = '', admin = ''] = [browser.cookies.get('shop'), browser.cookies.get('admin')]
    const swapped = await browser.get('/look', { cookie: `shop=${admin}; admin=${shop}` })
    expect(swapped.json).toEqual([{}, {}])
  })

  test.each([
    ['shop', 'adminSession', /cookie name shop/],
    ['admin', 'session', /session is already in use/],
  ])('the cookie name %s and the property %s twice are an error', async (name, property, says) => {
    const app = await twoSets(name, property)
    const answer = await app.browser().get('/')
    expect(answer.status).toBe(500)
    expect((answer.json as Error).message).toMatch(says)
  })
})
