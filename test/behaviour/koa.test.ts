import type { Context } from 'koa'
import { describe, expect, test } from 'vitest'
import { session } from '../../src/adapters/koa.ts'
import { OptionError } from '../../src/errors.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, SECRET } from '../support/app.ts'
import { KOAS, listenTo, sessionOf, startKoa } from '../support/koa-app.ts'
import { LatchStore } from '../support/latch-store.ts'

describe.each(KOAS)('ctx.session on %s', (_, Framework) => {
  test('is what sessions.from() finds by the context, by its request and by the raw one', async () => {
    const { browser } = await startKoa(Framework, (app, sessions) => {
      app.use((ctx) => {
        const found = [ctx, ctx.request, ctx.req].map((request) => sessions.from(request))
        ctx.body = found.map((one) => one === sessionOf(ctx))
      })
    })
    expect((await browser.get('/')).json).toEqual([true, true, true])
  })

  test('keeps data from one request to the next', async () => {
    const { browser } = await startKoa(Framework, (app) => {
      app.use((ctx) => {
        const found = sessionOf(ctx)
        found['n'] = Number(found['n'] ?? 0) + 1
        ctx.body = String(found['n'])
      })
    })
    const answers = [await browser.get('/'), await browser.get('/')]
    expect(answers.map(({ text }) => text)).toEqual(['1', '2'])
    expect(answers.map(({ setCookies }) => setCookies.length)).toEqual([1, 0])
  })

  test('is the live one after invalidate() and after regenerate()', async () => {
    const { browser, store } = await startKoa(Framework, (app) => {
      app.use(async (ctx) => {
        const { id, isNew } = sessionOf(ctx)
        if (ctx.path === '/invalidate') sessionOf(ctx).invalidate()
        if (ctx.path === '/regenerate') await sessionOf(ctx).regenerate()
        sessionOf(ctx)['from'] = ctx.path
        ctx.body = { isNew, another: sessionOf(ctx).id !== id }
      })
    })
    await browser.get('/')
    for (const path of ['/invalidate', '/regenerate']) {
      const answer = await browser.get(path)
      expect(answer.json).toEqual({ isNew: false, another: true })
      expect(answer.setCookies).toHaveLength(1)
      expect(await store.records()).toHaveLength(1)
    }
  })

  test.each([null, undefined, {}])(
    'cannot be set to %j: the error names invalidate()',
    async (value) => {
      const { browser, errors, store } = await startKoa(Framework, (app) => {
        app.use((ctx) => {
          sessionOf(ctx)['n'] = 1
          if (ctx.path === '/set') Object.assign(ctx, { session: value })
          ctx.body = 'ok'
        })
      })
      await browser.get('/')
      expect((await browser.get('/set')).status).toBe(500)
      expect(String(errors[0])).toContain('invalidate()')
      expect(errors).toMatchObject([{ code: 'usage' }])
      expect(await store.records()).toHaveLength(1)
    },
  )

  test('is not there for middleware mounted before', async () => {
    const app = new Framework()
    const seen: unknown[] = []
    app.use((ctx, next) => {
      seen.push('session' in ctx)
      return next()
    })
    app.use(session({ secret: SECRET }))
    app.use((ctx) => {
      seen.push('session' in ctx)
      ctx.body = 'ok'
    })
    await (await listenTo(app)).browser.get('/')
    expect(seen).toEqual([false, true])
  })

  test('the middleware takes the options of createSessions in place of sessions', async () => {
    const app = new Framework()
    app.use(session({ secret: SECRET, timeout: 77, cookie: { name: 'mine' } }))
    app.use((ctx) => {
      ctx.session.getCsrfToken()
      ctx.body = String(ctx.session.timeout)
    })
    const browser = (await listenTo(app)).browser
    expect((await browser.get('/')).text).toBe('77')
    expect([...browser.cookies.keys()]).toEqual(['mine'])
  })

  test('the store and countAsActivity are told of the context', async () => {
    const told: unknown[] = []
    const store = Object.assign(new LatchStore(memoryStore()), {
      for(request: Context) {
        told.push(request.state['tenant'])
        return store
      },
    })
    const app = new Framework()
    app.use((ctx, next) => {
      ctx.state['tenant'] = 'acme'
      return next()
    })
    app.use(
      session(createSessions<Data>({ secret: SECRET, store }), {
        countAsActivity: (ctx) => told.push(ctx.path) > 0,
      }),
    )
    app.use((ctx) => {
      sessionOf(ctx)['n'] = 1
      ctx.body = 'ok'
    })
    await (await listenTo(app)).browser.get('/page')
    expect(told).toEqual(['/page', 'acme'])
  })

  test('a request that does not count as activity does not prolong its session', async () => {
    let nowMs = Date.now()
    const store = memoryStore({ now: () => nowMs })
    const sessions = createSessions<Data>({ secret: SECRET, store, timeout: 60, touchInterval: 0 })
    const app = new Framework()
    app.use(session(sessions, { countAsActivity: (ctx) => ctx.path !== '/poll' }))
    app.use((ctx) => {
      if (ctx.path === '/begin') sessionOf(ctx)['cart'] = 'tea'
      ctx.body = sessionOf(ctx)['cart'] ?? 'nothing'
    })
    const browser = (await listenTo(app)).browser
    await browser.get('/begin')
    nowMs += 40_000
    expect((await browser.get('/poll')).text).toBe('tea')
    nowMs += 40_000
    expect((await browser.get('/poll')).text).toBe('nothing')
  })
})

test('an unknown option of the middleware is an error at once', () => {
  const options = { propery: 'adminSession' } as object
  expect(() => session({ secret: SECRET }, options)).toThrow(OptionError)
})
