import { createRequire } from 'node:module'
import { Router } from '@koa/router'
import type Koa from 'koa'
import type { Context, Middleware, Next } from 'koa'
import { Passport } from 'passport'
import { Strategy } from 'passport-local'
import { describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser-jar.ts'
import { signal } from '../support/latch-store.ts'
import { KOAS, sessionOf, startKoa } from '../support/koa-app.ts'

/** What these tests use of koa-passport, which has no types. */
interface KoaPassport {
  use(strategy: Strategy): unknown
  serializeUser(serialize: (user: User, done: Done<string>) => void): void
  deserializeUser(deserialize: (name: string, done: Done<User>) => void): void
  initialize(): Middleware
  session(): Middleware
  authenticate(strategy: string, options?: object): Middleware
}
interface User {
  readonly name: string
}
type Done<T> = (error: null, found: T) => void
interface Options {
  readonly keepSessionInfo?: boolean
}
type WithUser = Context & { logout(options?: object): Promise<void> }

const require = createRequire(import.meta.url)
const shipped = require('koa-passport') as { readonly KoaPassport: new () => KoaPassport }
const framework = require('koa-passport/lib/framework/koa') as () => object

/** As it comes, with its own passport 0.6; and its framework under passport 0.7. */
const PASSPORTS: [name: string, make: () => KoaPassport][] = [
  ['koa-passport 6', () => new shipped.KoaPassport()],
  [
    'koa-passport 6 with passport 0.7',
    () => {
      const passport = new Passport() as { framework(framework: object): unknown }
      return passport.framework(framework()) as KoaPassport
    },
  ],
]

const PASSWORDS: Readonly<Record<string, string>> = { ada: 'engine', ben: 'clock' }

/** What a body parser does, for JSON. */
async function parseBody(ctx: Context, next: Next): Promise<void> {
  let text = ''
  for await (const part of ctx.req) text += String(part)
  Object.assign(ctx.request, { body: text === '' ? {} : (JSON.parse(text) as object) })
  await next()
}

/** Passport as its documentation mounts it: /login, /logout, a cart and who is signed in. */
function mount(app: Koa, passport: KoaPassport, options: Options): void {
  passport.use(
    new Strategy((username, password, done) => {
      done(null, PASSWORDS[username] === password ? { name: username } : false)
    }),
  )
  passport.serializeUser((user, done) => done(null, user.name))
  passport.deserializeUser((name, done) => done(null, { name }))
  const router = new Router()
  router.post('/login', passport.authenticate('local', options), (ctx) => ctx.redirect('/'))
  router.post('/logout', async (ctx) => {
    await (ctx as unknown as WithUser).logout(options)
    ctx.redirect('/')
  })
  router.post('/cart', (ctx) => {
    sessionOf(ctx)['cart'] = ['tea']
    ctx.body = sessionOf(ctx).id
  })
  router.get('/', (ctx) => {
    ctx.body = { user: ctx.state['user'] ?? null, cart: sessionOf(ctx)['cart'] ?? null }
  })
  app.use(parseBody).use(passport.initialize()).use(passport.session()).use(router.routes())
}

function login(browser: Browser, password = 'engine') {
  return browser.post('/login', { username: 'ada', password })
}

const nobody = { user: null, cart: null }

describe.each(
  KOAS.flatMap(([koa, Framework]) =>
    PASSPORTS.map(([name, make]) => [`${name} on ${koa}`, Framework, make] as const),
  ),
)('%s', (_, Framework, make) => {
  function start(options: Options = {}, before: Middleware[] = []) {
    return startKoa(Framework, (app) => {
      for (const middleware of before) app.use(middleware)
      mount(app, make(), options)
    })
  }

  test('sign in, stay signed in, sign out', async () => {
    const { browser, store } = await start()
    const signedIn = await login(browser)
    expect([signedIn.status, signedIn.headers.location]).toEqual([302, '/'])
    expect(signedIn.setCookies).toHaveLength(1)
    expect((await browser.get('/')).json).toMatchObject({ user: { name: 'ada' } })
    const thief = browser.copy()
    const signedOut = await browser.post('/logout')
    expect([signedOut.status, signedOut.setCookies.length]).toEqual([302, 1])
    expect(browser.cookies.size).toBe(0)
    for (const visitor of [browser, thief]) expect((await visitor.get('/')).json).toEqual(nobody)
    expect(await store.records()).toEqual([])
  })

  test('a wrong password signs nobody in and stores nothing', async () => {
    const { browser, store } = await start()
    const answer = await login(browser, 'wrong')
    expect([answer.status, answer.setCookies]).toEqual([401, []])
    expect(await store.records()).toEqual([])
  })

  test.each([
    [true, ['tea']],
    [false, null],
  ])('keepSessionInfo %s keeps the cart over sign-in and sign-out: %j', async (keep, cart) => {
    const { browser } = await start({ keepSessionInfo: keep })
    await browser.post('/cart')
    await login(browser)
    expect((await browser.get('/')).json).toEqual({ user: { name: 'ada' }, cart })
    await browser.post('/cart')
    await browser.post('/logout')
    expect((await browser.get('/')).json).toEqual({ user: null, cart })
  })

  test('signing in changes id and cookie, and voids a cookie that was planted', async () => {
    const { browser: attacker, store } = await start()
    const planted = (await attacker.post('/cart')).text
    const victim = attacker.copy()
    await login(victim)
    expect(victim.cookieHeader).not.toBe(attacker.cookieHeader)
    expect((await store.records()).map(({ id }) => id)).not.toContain(planted)
    expect((await attacker.get('/')).json).toEqual(nobody)
    expect((await victim.get('/')).json).toMatchObject({ user: { name: 'ada' } })
  })

  test('a request that was slow while its user signed out brings nobody back', async () => {
    const [working, finish] = [signal(), signal()]
    const { browser, store } = await start({}, [
      async (ctx, next) => {
        if (ctx.path !== '/slow') return next()
        working.give()
        await finish.given
        sessionOf(ctx)['slow'] = true
        ctx.body = 'done'
      },
    ])
    await login(browser)
    const tab = browser.copy()
    const slow = tab.get('/slow')
    await working.given
    await browser.post('/logout')
    finish.give()
    expect((await slow).setCookies).toEqual([])
    for (const visitor of [browser, tab]) expect((await visitor.get('/')).json).toEqual(nobody)
    expect(await store.records()).toEqual([])
  })
})
