import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import Koa from 'koa'
import { describe, expect, test } from 'vitest'
import { session } from '../../src/adapters/koa.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET } from '../support/app.ts'
import { KOAS, listenTo, sessionOf, startKoa } from '../support/koa-app.ts'

const MEGABYTE = 1024 * 1024

function* megabyte(): Generator<Buffer> {
  for (let sent = 0; sent < 64; sent++) yield Buffer.alloc(MEGABYTE / 64, sent)
}

/** A page of Koa's own making: middleware with nothing left to do but answer. */
type Page = (ctx: Koa.Context) => unknown

const pages: Record<string, Page> = {
  'a string': (ctx) => void (ctx.body = 'page'),
  'an object': (ctx) => void (ctx.body = { page: 1 }),
  'a buffer': (ctx) => void (ctx.body = Buffer.from('page')),
  'no body': (ctx) => void (ctx.body = null),
  'no answer at all (404)': () => {},
  'a redirect': (ctx) => ctx.redirect('/next'),
  'a stream': (ctx) => void (ctx.body = Readable.from(megabyte())),
  'a stream that comes to nothing': (ctx) => void (ctx.body = Readable.from([])),
  'flushHeaders() and a body later': async (ctx) => {
    ctx.status = 200
    ctx.flushHeaders()
    await turn()
    ctx.body = 'page'
  },
  'ctx.respond = false and end()': (ctx) => {
    ctx.respond = false
    ctx.res.statusCode = 200
    ctx.res.end('page')
  },
  'ctx.respond = false and writeHead() with cookies': (ctx) => {
    ctx.respond = false
    ctx.res.writeHead(200, { 'set-cookie': 'theirs=1' }).end('page')
  },
  'ctx.respond = false and an answer after the middleware has returned': (ctx) => {
    ctx.respond = false
    setImmediate(() => {
      ctx.res.statusCode = 200
      ctx.res.write('pa')
      ctx.res.end('ge')
    })
  },
}

describe.each(KOAS)('on %s', (_, Framework) => {
  test.each(Object.entries(pages))('the cookie comes with %s', async (_name, page) => {
    const { browser, store, errors } = await startKoa(Framework, (app) => {
      app.use((ctx) => {
        sessionOf(ctx)['n'] = 1
        return page(ctx)
      })
    })
    const created = store.holdBefore('create')
    let arrived = false
    const asked = browser.get('/').finally(() => (arrived = true))
    await created.reached
    await turn()
    expect(arrived).toBe(false)
    created.release()
    const answer = await asked
    expect(answer.setCookies.filter((line) => line.startsWith('sid='))).toHaveLength(1)
    expect(browser.cookies.has('sid')).toBe(true)
    expect(await store.records()).toHaveLength(1)
    expect(errors).toEqual([])
  })

  test('a stream of 1 MB arrives whole', async () => {
    const { browser } = await startKoa(Framework, (app) => {
      app.use((ctx) => {
        sessionOf(ctx)['n'] = 1
        ctx.type = 'text'
        ctx.body = Readable.from(['x'.repeat(MEGABYTE / 2), 'y'.repeat(MEGABYTE / 2)])
      })
    })
    const { text } = await browser.get('/')
    expect(text).toBe('x'.repeat(MEGABYTE / 2) + 'y'.repeat(MEGABYTE / 2))
  })

  test('HEAD sets the cookie, says the length and sends no body', async () => {
    const { browser } = await startKoa(Framework, (app) => {
      app.use((ctx) => {
        sessionOf(ctx)['n'] = 1
        ctx.body = 'page'
      })
    })
    const answer = await browser.get('/', { method: 'HEAD' })
    expect([answer.status, answer.text, answer.headers['content-length']]).toEqual([200, '', '4'])
    expect(answer.setCookies).toHaveLength(1)
  })

  test('ctx.fresh answers 304, with what the session has to say', async () => {
    const { browser } = await startKoa(Framework, (app) => {
      app.use((ctx) => {
        if (ctx.path === '/out') sessionOf(ctx).invalidate()
        else sessionOf(ctx)['n'] = 1
        ctx.etag = 'one'
        ctx.body = 'page'
        ctx.status = 200
        if (ctx.fresh) ctx.status = 304
      })
    })
    await browser.get('/')
    const headers = { 'if-none-match': '"one"' }
    const same = await browser.get('/', { headers })
    expect([same.status, same.text, same.setCookies]).toEqual([304, '', []])
    const out = await browser.get('/out', { headers })
    expect([out.status, out.text, out.setCookies.length]).toEqual([304, '', 1])
    expect(browser.cookies.size).toBe(0)
  })

  test("the application's own cookies are kept, signed ones included", async () => {
    const { browser } = await startKoa(Framework, (app) => {
      app.keys = ['a key of the application']
      app.use((ctx) => {
        ctx.cookies.set('theme', 'dark')
        sessionOf(ctx)['n'] = 1
        ctx.cookies.set('lang', 'en', { signed: true })
        ctx.body = [ctx.cookies.get('lang', { signed: true }) ?? null]
      })
    })
    const { setCookies } = await browser.get('/')
    const names = setCookies.map((line) => line.split('=')[0])
    expect(names).toEqual(['theme', 'lang', 'lang.sig', 'sid'])
    expect((await browser.get('/')).json).toEqual(['en'])
  })

  test('a page that redirects finds its change on the next one', async () => {
    const { browser } = await startKoa(Framework, (app) => {
      app.use((ctx) => {
        if (ctx.method === 'GET') ctx.body = sessionOf(ctx)['n'] ?? 'nothing'
        else {
          sessionOf(ctx)['n'] = 'saved'
          ctx.redirect('/')
        }
      })
    })
    expect((await browser.post('/')).status).toBe(302)
    expect((await browser.get('/')).text).toBe('saved')
  })

  test('what no middleware looked at depends on no cookie', async () => {
    const { browser } = await startKoa(Framework, (app) => {
      app.use((ctx) => {
        if (ctx.path === '/look') void sessionOf(ctx)['n']
        ctx.body = 'page'
      })
    })
    expect((await browser.get('/')).headers.vary).toBeUndefined()
    expect((await browser.get('/look')).headers.vary).toBe('Cookie')
  })
})

test.each<[string, () => unknown]>([
  ['a Blob', () => new Blob(['page'])],
  ['a web stream', () => new Blob(['page']).stream()],
  ['a Response', () => new Response('page')],
])('on Koa 3 the cookie comes with %s', async (_name, body) => {
  const app = new Koa()
  app.use(session(createSessions<Data>({ secret: SECRET })))
  app.use((ctx) => {
    sessionOf(ctx)['n'] = 1
    ctx.body = body()
  })
  const answer = await (await listenTo(app)).browser.get('/')
  expect([answer.text, answer.setCookies.length]).toEqual(['page', 1])
})
