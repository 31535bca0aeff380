import { Readable } from 'node:stream'
import fastify, { type FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import { session } from '../../src/adapters/fastify.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, SECRET, dataIn } from '../support/app.ts'
import { browserOf, sessionOf, startFastify } from '../support/fastify-app.ts'
import { LatchStore } from '../support/latch-store.ts'

const down = new Error('down')
const unavailable = { statusCode: 503, code: 'store', error: 'Service Unavailable' }

/** A server whose first write to the store fails. */
async function failing(routes: (app: FastifyInstance) => void, logger: object | false = false) {
  const started = await startFastify(routes, {}, { logger })
  started.store.failNext('create', down)
  return started
}

describe('a commit that fails', () => {
  test('is an error of the application, and nothing is left of the reply', async () => {
    const noted: unknown[] = []
    const { browser } = await failing((app) => {
      app.addHook('onError', async (_request, _reply, error) => void noted.push(error))
      app.get('/', async (request, reply) => {
        sessionOf(request)['n'] = 1
        reply.header('set-cookie', 'theme=dark').header('etag', '"1"').header('x-page', 'yes')
        return reply.code(201).type('text/html').send('<p>a page</p>')
      })
    })
    const { status, headers, setCookies, json } = await browser.get('/')
    expect([status, json]).toEqual([503, expect.objectContaining(unavailable)])
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    expect([setCookies, headers['etag'], headers['x-page']]).toEqual([[], undefined, undefined])
    expect(noted).toMatchObject([{ code: 'store' }])
  })

  test('reaches a custom error handler, which may take its time', async () => {
    const { browser } = await failing((app) => {
      app.setErrorHandler(async (error: { code?: string }, _request, reply) => {
        await new Promise((resolve) => void setImmediate(resolve))
        return reply.code(418).header('x-handled', 'yes').send({ sorry: error.code })
      })
      app.get('/', async (request) => {
        sessionOf(request)['n'] = 1
        return 'page'
      })
    })
    const answer = await browser.get('/')
    expect([answer.status, answer.json]).toEqual([418, { sorry: 'store' }])
    expect(answer.headers['x-handled']).toBe('yes')
  })

  test('ends a redirect too', async () => {
    const { browser } = await failing((app) => {
      app.get('/', async (request, reply) => {
        sessionOf(request)['n'] = 1
        return reply.redirect('/next')
      })
    })
    const answer = await browser.get('/')
    expect([answer.status, answer.headers.location]).toEqual([503, undefined])
  })

  test("after the handler's own error is answered once, and ends", async () => {
    const { browser } = await failing((app) => {
      app.get('/', async (request) => {
        sessionOf(request)['n'] = 1
        throw new Error('broken')
      })
    })
    const answer = await browser.get('/')
    expect(answer.status).toBe(500)
    expect(answer.json).toMatchObject({ code: 'store' })
  })

  test.each<[string, (app: FastifyInstance) => void]>([
    [
      'a hijacked reply',
      (app) => {
        app.get('/', (request, reply) => {
          sessionOf(request)['n'] = 1
          reply.hijack()
          reply.raw.end('hijacked')
        })
      },
    ],
    [
      'a stream that has more to say',
      (app) => {
        app.get('/', async (request, reply) => {
          sessionOf(request)['n'] = 1
          let ticks = 0
          return reply.send(
            new Readable({
              read() {
                if (ticks++ < 1000) setImmediate(() => this.push('more '))
                else this.push(null)
              },
            }),
          )
        })
      },
    ],
  ])('of %s is answered plainly, and logged', async (_, routes) => {
    const lines: string[] = []
    const stream = { write: (line: string) => void lines.push(line) }
    const { browser } = await failing(routes, { stream })
    const answer = await browser.get('/')
    expect([answer.status, answer.text, answer.setCookies]).toEqual([
      503,
      'Service Unavailable',
      [],
    ])
    const logged = lines.map((line) => JSON.parse(line) as { level: number; msg: string })
    expect(logged.filter(({ level }) => level >= 50).map(({ msg }) => msg)).toEqual([
      'the session could not be committed',
    ])
  })

  test('with what is no Error is answered plainly, and never sent as a page', async () => {
    const { browser } = await startFastify(
      (app) => {
        app.get('/begin', async (request) => void (sessionOf(request)['n'] = 1))
        app.get('/meanwhile', async (request) => void (sessionOf(request)['n'] = 2))
        app.get('/', async (request) => {
          sessionOf(request)['n'] = 3
          await browser.copy().get('/meanwhile')
          return 'page'
        })
      },
      {
        merge: {
          n: () => {
            // oxlint-disable-next-line typescript/only-throw-error -- as some code does
            throw 'a word'
          },
        },
      },
    )
    await browser.get('/begin')
    const answer = await browser.get('/')
    expect([answer.status, answer.text]).toEqual([500, 'Internal Server Error'])
  })

  test("of one set leaves the other's cookie, beside those of the error handler", async () => {
    const store = new LatchStore(memoryStore())
    const shop = createSessions<Data>({ secret: SECRET, cookie: { name: 'shop' } })
    const admin = createSessions<Data>({ secret: SECRET, store, cookie: { name: 'admin' } })
    store.failNext('create', down)
    const app = fastify()
    app.register(session, { sessions: shop })
    app.register(session, { sessions: admin, property: 'adminSession' })
    app.setErrorHandler((_error, _request, reply) => {
      reply.header('set-cookie', 'failed=yes').code(503).send('sorry')
    })
    app.get('/', async (request, reply) => {
      sessionOf(request)['n'] = 1
      sessionOf(request, 'adminSession')['m'] = 1
      reply.header('set-cookie', 'page=yes')
      return 'page'
    })
    const answer = await (await browserOf(app)).get('/')
    const names = answer.setCookies.map((cookie) => cookie.split('=')[0])
    expect([answer.status, answer.text, names]).toEqual([503, 'sorry', ['shop', 'failed']])
  })
})

test('a store that cannot be read is an error before the handler runs', async () => {
  let ran = 0
  const { browser, store } = await startFastify((app) => {
    app.get('/', async (request) => {
      ran++
      sessionOf(request)['n'] = 1
    })
  })
  await browser.get('/')
  store.failNext('read', down)
  const answer = await browser.get('/')
  expect([answer.status, answer.json, ran]).toEqual([503, expect.objectContaining(unavailable), 1])
  expect(answer.setCookies).toEqual([])
})

describe('cookieOnException', () => {
  const notFound = Object.assign(new Error('no such page'), { statusCode: 404 })

  async function withOption(cookieOnException: boolean) {
    const { browser } = await startFastify(
      (app) => {
        app.addHook('onRequest', async (request) => void (sessionOf(request)['seen'] = true))
        app.get('/threw', async () => {
          throw notFound
        })
        app.get('/sent-error', (_request, reply) => void reply.send(notFound))
        app.get('/hook-threw', { preHandler: async () => Promise.reject(notFound) }, () => 'page')
        app.get('/status-500', async (_request, reply) => reply.code(500).send('broken'))
        app.get('/status-404', async (_request, reply) => reply.code(404).send('none'))
        app.get('/look', async (request) => dataIn(sessionOf(request)))
      },
      { cookieOnException },
    )
    return browser
  }

  test.each([
    ['/threw', 404, 0],
    ['/sent-error', 404, 0],
    ['/hook-threw', 404, 0],
    ['/status-500', 500, 0],
    ['/status-404', 404, 1],
    ['/nowhere', 404, 1],
  ])('false: %s, status %i, sets %i cookies', async (path, status, cookies) => {
    const answer = await (await withOption(false)).get(path)
    expect([answer.status, answer.setCookies.length]).toEqual([status, cookies])
  })

  test.each(['/threw', '/sent-error', '/hook-threw', '/status-500'])(
    'true, the default: %s sets a cookie',
    async (path) => {
      const browser = await withOption(true)
      expect((await browser.get(path)).setCookies).toHaveLength(1)
      expect((await browser.get('/look')).json).toEqual({ seen: true })
    },
  )
})
