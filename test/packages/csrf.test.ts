import { randomUUID } from 'node:crypto'
import { parseCookie } from 'cookie'
import { doubleCsrf } from 'csrf-csrf'
import { csrfSync } from 'csrf-sync'
import type { Express, NextFunction, Request, Response } from 'express'
import lusca from 'lusca'
import { describe, expect, test } from 'vitest'
import { SECRET, sessionOf } from '../support/app.ts'
import type { Answer, Browser } from '../support/browser-jar.ts'
import { login, mountAccounts } from './accounts.ts'
import { type Routes, describeOnExpress, ours } from './serve.ts'

/** Accounts, which are not protected, and an order, which is. */
function shop(protect: (app: Express) => (request: Request, response: Response) => string): Routes {
  return (app) => {
    mountAccounts(app)
    app.post('/rotate', (request: Request, response: Response) => {
      sessionOf(request).rotate()
      response.end()
    })
    const tokenOf = protect(app)
    app.get('/token', (request: Request, response: Response) => {
      response.json(tokenOf(request, response))
    })
    app.post('/order', (_request: Request, response: Response) => void response.json('ordered'))
  }
}

const withCsrfSync = shop((app) => {
  const { csrfSynchronisedProtection, generateToken } = csrfSync()
  app.use(csrfSynchronisedProtection)
  return (request) => generateToken(request)
})

const withLusca = shop((app) => {
  app.use(lusca.csrf())
  return (request) => (request as Request & { csrfToken(): string }).csrfToken()
})

/** In place of cookie-parser, which csrf-csrf expects. */
function cookies(request: Request, _response: Response, next: NextFunction): void {
  request.cookies = parseCookie(request.headers.cookie ?? '')
  next()
}

function withCsrfCsrf(getSessionIdentifier: (request: Request) => string): Routes {
  return shop((app) => {
    const { doubleCsrfProtection, generateCsrfToken } = doubleCsrf({
      getSecret: () => SECRET,
      getSessionIdentifier,
    })
    app.use(cookies, doubleCsrfProtection)
    return (request, response) => generateCsrfToken(request, response)
  })
}

const byKey = withCsrfCsrf((request) => (sessionOf(request)['csrfId'] ??= randomUUID()) as string)
const byCsrfToken = withCsrfCsrf((request) => sessionOf(request).getCsrfToken())
const byId = withCsrfCsrf((request) => sessionOf(request).id)

async function tokenOf(browser: Browser): Promise<string> {
  return (await browser.get('/token')).json as string
}

function order(browser: Browser, token?: string): Promise<Answer> {
  return browser.post(
    '/order',
    {},
    { headers: token === undefined ? {} : { 'x-csrf-token': token } },
  )
}

/** lusca leaves the status of its error to the application's error page. */
const REFUSED = /csrf token/i

describe.each([
  ['csrf-sync', withCsrfSync, { csrfToken: expect.any(String) as string }],
  ['lusca', withLusca, { _csrfSecret: expect.any(String) as string }],
  ['csrf-csrf', byKey, { csrfId: expect.any(String) as string }],
])('%s', (_name, routes, data) => {
  describeOnExpress('with sessions', (serve) => {
    test('takes its own token, and refuses none, another, and that of another session', async () => {
      const { app, stored } = await serve(routes)
      const [ada, ben] = [app.browser(), app.browser()]
      const first = await ada.get('/token')
      expect(ours(first)).toHaveLength(1)
      expect(await stored()).toEqual([data])
      const token = first.json as string
      const foreign = await tokenOf(ben)
      expect((await order(ada, token)).json).toBe('ordered')
      for (const wrong of [undefined, 'x', foreign]) {
        expect((await order(ada, wrong)).text).toMatch(REFUSED)
      }
      expect((await order(app.browser(), token)).text).toMatch(REFUSED)
    })

    test('THREATS 6: a token from before sign-in or sign-out is void after it; a new one holds', async () => {
      const { app } = await serve(routes)
      const browser = app.browser()
      for (const change of [login, (visitor: Browser) => visitor.post('/logout')]) {
        const before = await tokenOf(browser)
        expect((await order(browser, before)).json).toBe('ordered')
        await change(browser)
        expect((await order(browser, before)).text).toMatch(REFUSED)
        expect((await order(browser, await tokenOf(browser))).json).toBe('ordered')
      }
    })
  })
})

describe.each([
  ['csrf-sync', withCsrfSync],
  ['lusca', withLusca],
  ['csrf-csrf', byKey],
])('%s', (_name, routes) => {
  describeOnExpress('whose token hangs on data', (serve) => {
    test('lets it outlive rotate()', async () => {
      const { app } = await serve(routes)
      const browser = app.browser()
      const token = await tokenOf(browser)
      const planted = browser.copy()
      await browser.post('/rotate')
      expect((await order(browser, token)).json).toBe('ordered')
      expect((await order(planted, token)).text).toMatch(REFUSED)
    })
  })
})

describeOnExpress('csrf-csrf', (serve) => {
  test('with getCsrfToken() as identifier, which is another text each time, no token holds', async () => {
    const { app } = await serve(byCsrfToken)
    const browser = app.browser()
    expect((await order(browser, await tokenOf(browser))).text).toMatch(REFUSED)
  })

  test('with session.id as identifier, a visitor who is not stored gets tokens that never hold', async () => {
    const { app, stored } = await serve(byId)
    const browser = app.browser()
    const token = await tokenOf(browser)
    expect(await stored()).toEqual([])
    expect((await order(browser, token)).text).toMatch(REFUSED)
  })

  test('with session.id as identifier, sign-in by passport voids tokens and rotate() does not', async () => {
    const { app } = await serve(byId)
    const browser = app.browser()
    await login(browser)
    const before = await tokenOf(browser)
    await browser.post('/rotate')
    expect((await order(browser, before)).json).toBe('ordered')
    await login(browser)
    expect((await order(browser, before)).text).toMatch(REFUSED)
  })
})
