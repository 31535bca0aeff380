import csrf from '@fastify/csrf-protection'
import flash from '@fastify/flash'
import { Authenticator } from '@fastify/passport'
import type { FastifyInstance } from 'fastify'
import { Strategy } from 'passport-local'
import { describe, expect, test } from 'vitest'
import { dataIn } from '../support/app.ts'
import type { Browser } from '../support/browser-jar.ts'
import { sessionOf, startFastify } from '../support/fastify-app.ts'

const PASSWORDS: Readonly<Record<string, string>> = { ada: 'engine', ben: 'clock' }

const WHO = { type: 'error', message: 'who are you?' }

interface User {
  readonly name: string
}

/** @fastify/passport 4 with passport-local, as its documentation mounts them. */
function withPassport({ keepSessionInfo = false, ...authenticator } = {}) {
  return (app: FastifyInstance): void => {
    const passport = new Authenticator(authenticator)
    passport.use(
      'local',
      new Strategy((username, password, done) => {
        done(null, PASSWORDS[username] === password ? { name: username } : false, WHO)
      }),
    )
    passport.registerUserSerializer<User, string>(async ({ name }) => name)
    passport.registerUserDeserializer<string, User | null>(async (name) =>
      name in PASSWORDS ? { name } : null,
    )
    app.register(passport.initialize())
    app.register(passport.secureSession())
    const options = {
      keepSessionInfo,
      successReturnToOrRedirect: '/',
      failureRedirect: '/login',
      failureFlash: true,
    }
    app.post('/login', { preValidation: passport.authenticate('local', options) }, () => {})
    app.post('/logout', async (request, reply) => {
      await request.logout()
      return reply.redirect('/')
    })
    app.get('/login', async (_request, reply) => reply.flash('error'))
    app.get('/', async (request) => ({
      user: request.user ?? null,
      signedIn: request.isAuthenticated(),
      cart: sessionOf(request)['cart'] ?? null,
    }))
    app.post('/cart', async (request) => {
      sessionOf(request)['cart'] = ['tea']
      return { id: sessionOf(request).id }
    })
    app.post('/remember', async (request) => {
      sessionOf(request)['returnTo'] = '/orders'
    })
    app.post('/vanish', async (request) => {
      sessionOf(request)['passport'] = 'nobody we know'
    })
    app.get('/id', async (request) => sessionOf(request).id)
  }
}

function login(browser: Browser, password = 'engine') {
  return browser.post('/login', { username: 'ada', password })
}

const home = async (browser: Browser) => (await browser.get('/')).json

describe('@fastify/passport with passport-local', () => {
  test('sign in, stay signed in, sign out', async () => {
    const { browser, store } = await startFastify(withPassport())
    const signedIn = await login(browser)
    expect([signedIn.status, signedIn.headers.location]).toEqual([302, '/'])
    expect(signedIn.setCookies).toHaveLength(1)
    const ada = { user: { name: 'ada' }, signedIn: true, cart: null }
    expect([await home(browser), await home(browser)]).toEqual([ada, ada])
    const thief = browser.copy()
    const signedOut = await browser.post('/logout')
    expect([signedOut.status, signedOut.setCookies.length]).toEqual([302, 1])
    const nobody = { user: null, signedIn: false, cart: null }
    expect([await home(browser), await home(thief)]).toEqual([nobody, nobody])
    expect(await store.records()).toEqual([])
  })

  test('a wrong password signs nobody in; its message is shown once', async () => {
    const { browser } = await startFastify(withPassport())
    const answer = await login(browser, 'wrong')
    expect([answer.status, answer.headers.location]).toEqual([302, '/login'])
    expect(await home(browser)).toMatchObject({ signedIn: false })
    expect((await browser.get('/login')).json).toEqual(['who are you?'])
    expect((await browser.get('/login')).json).toEqual([])
  })

  test.each([
    [true, ['tea']],
    [false, null],
  ])('keepSessionInfo %s: after signing in the cart is %j', async (keepSessionInfo, cart) => {
    const { browser } = await startFastify(withPassport({ keepSessionInfo }))
    await browser.post('/cart')
    await login(browser)
    expect(await home(browser)).toEqual({ user: { name: 'ada' }, signedIn: true, cart })
    await browser.post('/logout')
    expect(await home(browser)).toMatchObject({ user: null, cart: null })
  })

  test.each<[object, unknown]>([
    [{ clearSessionIgnoreFields: ['cart'] }, ['tea']],
    // It would take them from a member that only @fastify/secure-session has.
    [{ clearSessionOnLogin: false }, null],
  ])('with %j the cart is %j after signing in', async (authenticator, cart) => {
    const { browser } = await startFastify(withPassport(authenticator))
    await browser.post('/cart')
    await login(browser)
    expect(await home(browser)).toEqual({ user: { name: 'ada' }, signedIn: true, cart })
  })

  test('signing in changes id and cookie, and voids a cookie that was planted', async () => {
    const { browser: attacker, store } = await startFastify(withPassport())
    const planted = (await attacker.post('/cart')).json as { id: string }
    const victim = attacker.copy()
    await login(victim)
    expect((await victim.get('/id')).text).not.toBe(planted.id)
    expect(victim.cookieHeader).not.toBe(attacker.cookieHeader)
    expect(await home(attacker)).toEqual({ user: null, signedIn: false, cart: null })
    expect(await store.records()).toHaveLength(1)
  })

  test('a remembered page is returned to where the login keeps session info', async () => {
    const { browser } = await startFastify(withPassport({ keepSessionInfo: true }))
    await browser.post('/remember')
    expect((await login(browser)).headers.location).toBe('/orders')
    await browser.post('/logout')
    expect((await login(browser)).headers.location).toBe('/')
  })

  test('a user who is gone is signed out, and the session ends', async () => {
    const { browser, store } = await startFastify(withPassport())
    await login(browser)
    await browser.post('/vanish')
    expect(await home(browser)).toMatchObject({ user: null, signedIn: false })
    expect(await store.records()).toEqual([])
  })
})

function withFlash(app: FastifyInstance): void {
  app.register(flash)
  app.post('/say', async (request, reply) => {
    request.flash('info', (request.body as { say: string }).say)
    return reply.redirect('/')
  })
  app.get('/', async (_request, reply) => reply.flash('info'))
}

describe('@fastify/flash', () => {
  test('a message is shown once', async () => {
    const { browser } = await startFastify(withFlash)
    await browser.post('/say', { say: 'saved' })
    await browser.post('/say', { say: 'sent' })
    expect((await browser.get('/')).json).toEqual(['saved', 'sent'])
    expect((await browser.get('/')).json).toEqual([])
  })

  test('messages of two visitors never mix', async () => {
    const { browser: ada } = await startFastify(withFlash)
    const ben = ada.copy()
    await ada.post('/say', { say: 'for ada' })
    expect((await ben.get('/')).json).toEqual([])
    await ben.post('/say', { say: 'for ben' })
    expect((await ada.get('/')).json).toEqual(['for ada'])
    expect((await ben.get('/')).json).toEqual(['for ben'])
  })
})

type SessionPlugin = '@fastify/session' | '@fastify/secure-session'

function withCsrf(sessionPlugin: SessionPlugin) {
  return (app: FastifyInstance): void => {
    app.register(csrf, { sessionPlugin })
    app.get('/token', async (_request, reply) => reply.generateCsrf())
    app.get('/token-for-an-hour', async (_request, reply) => reply.generateCsrf({ maxAge: 3600 }))
    app.post(
      '/order',
      { preHandler: (...hook) => app.csrfProtection(...hook) },
      async () => 'ordered',
    )
    app.get('/look', async (request) => dataIn(sessionOf(request)))
  }
}

function order(browser: Browser, token?: string) {
  const headers: Record<string, string> = token === undefined ? {} : { 'x-csrf-token': token }
  return browser.post('/order', {}, { headers })
}

describe('@fastify/csrf-protection', () => {
  test.each<SessionPlugin>(['@fastify/session', '@fastify/secure-session'])(
    'with sessionPlugin %s takes its own token, and refuses none, another, and that of another',
    async (sessionPlugin) => {
      const { browser: ada } = await startFastify(withCsrf(sessionPlugin))
      const ben = ada.copy()
      const { text: token } = await ada.get('/token')
      const { text: foreign } = await ben.get('/token')
      expect((await order(ada, token)).text).toBe('ordered')
      for (const wrong of [undefined, 'x', foreign]) {
        expect((await order(ada, wrong)).status).toBe(403)
      }
      expect(Object.keys((await ada.get('/look')).json as object)).toEqual(['_csrf'])
    },
  )

  test.each<[SessionPlugin, number]>([
    ['@fastify/session', 200],
    // It calls options(), which only that package has.
    ['@fastify/secure-session', 500],
  ])('with sessionPlugin %s, options for the cookie give %i', async (sessionPlugin, status) => {
    const { browser } = await startFastify(withCsrf(sessionPlugin))
    expect((await browser.get('/token-for-an-hour')).status).toBe(status)
  })

  test('names the packages it knows: another word is refused when it is registered', async () => {
    const register = startFastify((app) => {
      app.register(csrf, { sessionPlugin: 'sojourn' as SessionPlugin })
    })
    await expect(register).rejects.toThrow(/sessionPlugin should be one of the following/)
  })
})
