import type { Express, NextFunction, Request, Response } from 'express'
import { Passport } from 'passport'
import { Strategy } from 'passport-local'
import { expect, test } from 'vitest'
import { sessionOf } from '../support/app.ts'
import { login } from './accounts.ts'
import { describeOnExpress } from './serve.ts'

/** passport-local finds out who it is; signIn() signs them in. `beside`: passport.session() stays. */
function withSignIn(beside: boolean): (app: Express) => void {
  return (app) => {
    const passport = new Passport()
    passport.use(new Strategy((name, _password, done) => done(null, { name })))
    passport.serializeUser((user, done) => done(null, (user as { name: string }).name))
    passport.deserializeUser((name: string, done) => done(null, { name }))
    if (beside) app.use(passport.session())
    const authenticate = passport.authenticate('local', { session: beside })
    app.post('/login', authenticate, (request: Request, response: Response, next: NextFunction) => {
      const { name } = request.user as { name: string }
      const keep = beside ? ['passport'] : ['cart']
      sessionOf(request)
        .signIn(name, { keep })
        .then(() => response.json(name), next)
    })
    app.post('/logout', (request: Request, response: Response, next: NextFunction) => {
      if (beside) request.logout((error: unknown) => (error ? next(error) : response.json('out')))
      else
        sessionOf(request)
          .signOut()
          .then(() => response.json('out'), next)
    })
    app.post('/cart', (request: Request, response: Response) => {
      sessionOf(request)['cart'] = ['tea']
      response.json('put')
    })
    app.get('/', (request: Request, response: Response) => {
      const { principal } = sessionOf(request)
      const cart = sessionOf(request)['cart'] ?? null
      response.json({ principal, user: request.user ?? null, cart })
    })
  }
}

describeOnExpress('signIn() after passport', (serve) => {
  test.each([
    ['alone', false, null, ['tea']],
    ['beside passport.session()', true, { name: 'ada' }, null],
  ])('%s signs in and out', async (_, beside, user, cart) => {
    const { app, store } = await serve(withSignIn(beside))
    const browser = app.browser()
    await browser.post('/cart')
    const planted = browser.copy()
    expect((await login(browser)).json).toBe('ada')
    expect([...browser.cookies.keys()]).toEqual(['sid-in'])
    expect((await browser.get('/')).json).toEqual({ principal: 'ada', user, cart })
    expect((await planted.get('/')).json).toMatchObject({ principal: null, user: null })
    const lists = await store.listed('session:of:ada')
    expect(lists).toHaveLength(1)
    const thief = browser.copy()
    expect((await browser.post('/logout')).json).toBe('out')
    expect(browser.cookies.size).toBe(0)
    expect((await thief.get('/')).json).toMatchObject({ principal: null, user: null })
    expect(await store.listed('session:of:ada')).toEqual([])
    expect(await store.records()).toEqual([])
  })
})
