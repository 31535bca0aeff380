import { Readable } from 'node:stream'
import Koa from 'koa'
import { describe, expect, test } from 'vitest'
import { session } from '../../src/adapters/koa.ts'
import { StoreError } from '../../src/errors.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, SECRET } from '../support/app.ts'
import { KOAS, koa2, listenTo, sessionOf, startKoa } from '../support/koa-app.ts'
import { LatchStore } from '../support/latch-store.ts'

const down = new Error('down')
const isDown = { code: 'store', cause: down }

/** Changes the session of a visitor, which creates it, and goes on. */
async function begin(ctx: Koa.Context, next: Koa.Next): Promise<void> {
  sessionOf(ctx)['n'] = 1
  await next()
}

function refuse(ctx: Koa.Context): void {
  ctx.cookies.set('theirs', '1')
  ctx.throw(403, 'not for you')
}

const failures: [how: string, status: number, middleware: Koa.Middleware][] = [
  ['ctx.throw(403)', 403, refuse],
  [
    'an error without a status',
    500,
    () => {
      throw new Error('broken')
    },
  ],
  [
    'an error after next()',
    400,
    async (ctx, next) => {
      await next()
      ctx.throw(400)
    },
  ],
  ['a promise that rejects', 500, () => Promise.reject(new Error('broken'))],
]

describe.each(KOAS)('a request that fails on %s', (_, Framework) => {
  test.each(failures)('by %s keeps its cookie: status %i', async (_how, status, middleware) => {
    const { browser, errors, store } = await startKoa(Framework, (app) => {
      app.use(begin).use(middleware)
    })
    const answer = await browser.get('/')
    expect(answer.status).toBe(status)
    expect(answer.setCookies.map((line) => line.split('=')[0])).toEqual(['sid'])
    expect(await store.records()).toHaveLength(1)
    expect(errors).toHaveLength(1)
  })

  test.each(failures)(
    'by %s creates no session with cookieOnException false: status %i',
    async (_how, status, middleware) => {
      const quiet = { cookieOnException: false }
      const { browser, store } = await startKoa(
        Framework,
        (app) => app.use(begin).use(middleware),
        quiet,
      )
      const answer = await browser.get('/')
      expect([answer.status, answer.setCookies]).toEqual([status, []])
      expect(await store.records()).toEqual([])
    },
  )

  test.each([
    ['outside of', 'no session', 0],
    ['inside of', 'a session', 1],
  ])('and is answered by an error page %s the sessions: %s', async (where, _what, sessionsThen) => {
    const store = new LatchStore(memoryStore())
    const middleware = session<Data>({ secret: SECRET, store, cookieOnException: false })
    const app = new Framework()
    if (where === 'inside of') app.use(middleware).use(errorPage)
    else app.use(errorPage).use(middleware)
    app.use(begin).use(refuse)
    const answer = await (await listenTo(app)).browser.get('/')
    expect([answer.status, answer.text]).toEqual([200, 'sorry: not for you'])
    const names = answer.setCookies.map((line) => line.split('=')[0])
    expect(names).toEqual(['theirs', 'sid'].slice(0, 1 + sessionsThen))
    expect(await store.records()).toHaveLength(sessionsThen)
  })
})

// Koa 3 ends the connection there, Koa 2 answers 500.
test.each([
  ['Koa 3', Koa, 'socket hang up', 0],
  ['Koa 2', koa2, '500 sid', 1],
] as const)(
  '%s, a body that fails before its first byte: what is sent is committed, %j',
  async (_name, Framework, sent, records) => {
    const { browser, store } = await startKoa(Framework, (app) => {
      app.use(begin).use((ctx) => {
        ctx.body = new Readable({
          read() {
            this.destroy(new Error('broken'))
          },
        })
      })
    })
    const seen = await browser.get('/').then(
      ({ status }) => [status, ...browser.cookies.keys()].join(' '),
      (error: Error) => error.message,
    )
    expect(seen).toBe(sent)
    expect(await store.records()).toHaveLength(records)
  },
)

async function errorPage(ctx: Koa.Context, next: Koa.Next): Promise<void> {
  try {
    await next()
  } catch (error) {
    ctx.status = 200
    ctx.body = `sorry: ${(error as Error).message}`
  }
}

describe.each(KOAS)('a session that cannot be opened on %s', (_, Framework) => {
  test('is an error like any other: 503, caught by who stands before', async () => {
    const store = new LatchStore(memoryStore())
    const reached: string[] = []
    const app = new Framework()
    app.use(async (ctx, next) => {
      try {
        await next()
      } catch (error) {
        expect(error).toBeInstanceOf(StoreError)
        if (ctx.path === '/sorry') ctx.body = 'back in a moment'
        else throw error
      }
    })
    app.use(session<Data>({ secret: SECRET, store }))
    app.use((ctx) => {
      reached.push(ctx.path)
      sessionOf(ctx)['n'] = 1
      ctx.body = 'page'
    })
    const { browser, errors } = await listenTo(app)
    await browser.get('/begin')
    for (const [path, status] of [
      ['/page', 503],
      ['/sorry', 200],
    ] as const) {
      store.failNext('read', down)
      const answer = await browser.get(path)
      expect([answer.status, answer.setCookies]).toEqual([status, []])
    }
    expect(reached).toEqual(['/begin'])
    expect(errors).toMatchObject([isDown])
  })
})
