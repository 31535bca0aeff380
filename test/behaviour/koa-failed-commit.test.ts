import { Readable } from 'node:stream'
import type Koa from 'koa'
import { describe, expect, test } from 'vitest'
import { session } from '../../src/adapters/koa.ts'
import { StoreError } from '../../src/errors.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, SECRET } from '../support/app.ts'
import { KOAS, listenTo, sessionOf, startKoa } from '../support/koa-app.ts'
import { LatchStore } from '../support/latch-store.ts'

const down = new Error('down')
const isDown = { code: 'store', cause: down }

function dress(ctx: Koa.Context): void {
  ctx.cookies.set('theirs', '1')
  ctx.etag = 'one'
  ctx.type = 'html'
  ctx.status = 201
}

/** An application's own ctx.onerror. Koa calls it with null when a response has ended well. */
function sayWhich(this: Koa.Context, error: unknown): void {
  if (!(error instanceof StoreError)) return
  this.res.statusCode = 418
  this.res.end(`sorry: ${error.operation}`)
}

const pages: [name: string, page: (ctx: Koa.Context) => unknown][] = [
  ['a page', (ctx) => void (ctx.body = '<p>page</p>')],
  ['a redirect', (ctx) => ctx.redirect('/next')],
  ['a stream', (ctx) => void (ctx.body = Readable.from(['a', 'b']))],
  [
    'an answer past Koa',
    (ctx) => {
      ctx.respond = false
      ctx.res.writeHead(201, { 'x-page': 'yes' })
      ctx.res.end('page')
    },
  ],
]

describe.each(KOAS)('a commit that fails on %s', (_, Framework) => {
  test.each(pages)('drops %s, answers 503 and tells the application', async (_name, page) => {
    const heard: unknown[] = []
    const { browser, store, errors } = await startKoa(Framework, (app) => {
      app.on('error', (_error, ctx: Koa.Context) => heard.push(ctx.path))
      app.use((ctx) => {
        sessionOf(ctx)['n'] = 1
        dress(ctx)
        return page(ctx)
      })
    })
    store.failNext('create', down)
    const { status, text, setCookies, headers } = await browser.get('/page')
    expect([status, text, setCookies]).toEqual([503, 'Service Unavailable', []])
    expect(headers['content-type']).toBe('text/plain; charset=utf-8')
    for (const name of ['etag', 'location', 'x-page']) expect(headers[name]).toBeUndefined()
    expect(errors).toMatchObject([isDown])
    expect(heard).toEqual(['/page'])
    expect((await browser.get('/page')).setCookies).toHaveLength(2)
  })

  test('is answered by the ctx.onerror of the application, if it has one', async () => {
    const { browser, store } = await startKoa(Framework, (app) => {
      Object.assign(app.context, { onerror: sayWhich })
      app.use((ctx) => {
        sessionOf(ctx)['n'] = 1
        ctx.body = 'page'
      })
    })
    store.failNext('create', down)
    const answer = await browser.get('/')
    expect([answer.status, answer.text]).toEqual([418, 'sorry: create'])
  })

  test('after the handler threw is answered once; the application hears of both', async () => {
    const { browser, store, errors } = await startKoa(Framework, (app) => {
      app.use((ctx) => {
        sessionOf(ctx)['n'] = 1
        ctx.throw(403)
      })
    })
    store.failNext('create', down)
    const answer = await browser.get('/')
    expect([answer.status, answer.text, answer.setCookies]).toEqual([
      503,
      'Service Unavailable',
      [],
    ])
    expect(errors).toMatchObject([{ status: 403 }, isDown])
  })

  test("of one set leaves the other's cookie", async () => {
    const store = new LatchStore(memoryStore())
    const shop = createSessions<Data>({ secret: SECRET, cookie: { name: 'shop' } })
    const admin = createSessions<Data>({ secret: SECRET, store, cookie: { name: 'admin' } })
    const app = new Framework()
    app.use(session(shop)).use(session(admin, { property: 'adminSession' }))
    app.use((ctx) => {
      sessionOf(ctx)['n'] = 1
      sessionOf(ctx, 'adminSession')['n'] = 1
      ctx.body = 'page'
    })
    const browser = (await listenTo(app)).browser
    store.failNext('create', down)
    const answer = await browser.get('/')
    expect([answer.status, [...browser.cookies.keys()]]).toEqual([503, ['shop']])
  })

  test('leaves the cookie of a session alone', async () => {
    const { browser, store } = await startKoa(Framework, (app) => {
      app.use((ctx) => {
        sessionOf(ctx)['path'] = ctx.path
        ctx.body = 'page'
      })
    })
    await browser.get('/begin')
    store.failNext('replace', down)
    const answer = await browser.get('/change')
    expect([answer.status, answer.setCookies]).toEqual([503, []])
    expect((await browser.get('/again')).status).toBe(200)
  })
})
