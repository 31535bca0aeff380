import { Router } from '@koa/router'
import type { Middleware } from 'koa'
import { describe, expect, test } from 'vitest'
import { session } from '../../src/adapters/koa.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET, dataIn } from '../support/app.ts'
import { KOAS, listenTo, sessionOf, startKoa } from '../support/koa-app.ts'

function sessionsNamed(name: string) {
  return createSessions<Data>({ secret: SECRET, cookie: { name } })
}

describe.each(KOAS)('two sets of sessions on %s', (_, Framework) => {
  test('each has its property, its cookie and its data', async () => {
    const [shops, admins] = [sessionsNamed('shop'), sessionsNamed('admin')]
    const app = new Framework()
    app.use(session(shops)).use(session(admins, { property: 'adminSession' }))
    app.use((ctx) => {
      if (ctx.path === '/set') {
        sessionOf(ctx)['cart'] = 'tea'
        sessionOf(ctx, 'adminSession')['level'] = 3
      }
      ctx.body = [ctx, ctx.request, ctx.req].map((request) => [
        dataIn(shops.from(request)),
        dataIn(admins.from(request)),
      ])
    })
    const browser = (await listenTo(app)).browser
    const { setCookies } = await browser.get('/set')
    expect(setCookies.map((line) => line.split('=')[0])).toEqual(['shop', 'admin'])
    const both = [{ cart: 'tea' }, { level: 3 }]
    expect((await browser.get('/')).json).toEqual([both, both, both])
  })

  test.each<[string, () => Middleware[], string]>([
    [
      'the middleware mounted twice',
      () => [session(sessionsNamed('shop')), session(sessionsNamed('admin'))],
      'session is already in use',
    ],
    [
      "a property of Koa's own",
      () => [session(sessionsNamed('shop'), { property: 'body' })],
      'body is already in use',
    ],
    [
      'one cookie name for two sets',
      () => [session(sessionsNamed('shop')), session(sessionsNamed('shop'), { property: 'again' })],
      'two sets of sessions use the cookie name shop',
    ],
  ])('%s is an error that says what to do', async (_what, middlewares, problem) => {
    const app = new Framework()
    for (const middleware of middlewares()) app.use(middleware)
    app.use((ctx) => void (ctx.body = 'ok'))
    const { browser, errors } = await listenTo(app)
    expect((await browser.get('/')).status).toBe(500)
    expect(errors).toMatchObject([{ code: 'usage' }])
    expect(String(errors[0])).toContain(problem)
  })
})

describe.each(KOAS)('@koa/router on %s', (_, Framework) => {
  test('routes have the session, and one router may have a set of its own', async () => {
    const admins = sessionsNamed('admin')
    const router = new Router()
    router.get('/cart/:item', (ctx) => {
      const cart = (sessionOf(ctx)['cart'] ?? []) as unknown[]
      sessionOf(ctx)['cart'] = [...cart, ctx.params['item']]
      ctx.redirect('/cart')
    })
    router.get('/cart', (ctx) => void (ctx.body = sessionOf(ctx)['cart']))
    const office = new Router({ prefix: '/office' })
    office.use(session(admins, { property: 'adminSession' }))
    office.get('/', (ctx) => {
      admins.from(ctx)['clerk'] = 'ada'
      ctx.body = [dataIn(sessionOf(ctx)), dataIn(admins.from(ctx))]
    })
    const { browser } = await startKoa(Framework, (app) => {
      app.use(router.routes()).use(router.allowedMethods()).use(office.routes())
    })
    for (const item of ['tea', 'milk']) {
      expect((await browser.get(`/cart/${item}`)).headers.location).toBe('/cart')
    }
    expect((await browser.get('/cart')).json).toEqual(['tea', 'milk'])
    expect((await browser.get('/cart', { method: 'DELETE' })).status).toBe(405)
    expect([...browser.cookies.keys()]).toEqual(['sid'])
    expect((await browser.get('/office')).json).toEqual([
      { cart: ['tea', 'milk'] },
      { clerk: 'ada' },
    ])
    expect([...browser.cookies.keys()]).toEqual(['sid', 'admin'])
  })
})
