import { once } from 'node:events'
import { createRequire } from 'node:module'
import { type IncomingHttpHeaders, connect } from 'node:http2'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import cookie from '@fastify/cookie'
import fastify, {
  type FastifyInstance,
  type FastifyPluginCallback,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { describe, expect, onTestFinished, test } from 'vitest'
import { session } from '../../src/adapters/fastify.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, SECRET, dataIn } from '../support/app.ts'
import { browserOf, sessionOf, startFastify } from '../support/fastify-app.ts'
import { collect } from '../support/events.ts'
import { LatchStore } from '../support/latch-store.ts'

// Not imported: its types would be those of request.session in every test.
const fastifySession = createRequire(import.meta.url)('@fastify/session') as FastifyPluginCallback<{
  secret: string
}>

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown

/** The session gets `n`, whatever the reply is; `/look` shows it. */
async function changing(reply: Handler, rest: (app: FastifyInstance) => void = () => {}) {
  return startFastify((app) => {
    app.get('/page', (request, reply_) => {
      sessionOf(request)['n'] = 1
      return reply(request, reply_)
    })
    app.get('/look', async (request) => dataIn(sessionOf(request)))
    rest(app)
  })
}

describe('however a handler replies, the session is saved', () => {
  test.each<[string, Handler, string]>([
    ['an async return', async () => ({ ok: true }), '{"ok":true}'],
    ['a returned value', () => 'text', 'text'],
    ['reply.send()', (_request, reply) => void reply.send('sent'), 'sent'],
    [
      'reply.send() later',
      (_request, reply) => void setImmediate(() => void reply.send('late')),
      'late',
    ],
    ['a buffer', async () => Buffer.from('bytes'), 'bytes'],
    ['a Response', async () => new Response('fetched'), 'fetched'],
    ['nothing', async (_request, reply) => reply.code(204).send(), ''],
    ['a stream', async () => Readable.from(['a ', 'stream']), 'a stream'],
    ['an empty stream', async () => Readable.from([]), ''],
    ['a web stream', async () => new Blob(['a web ', 'stream']).stream(), 'a web stream'],
    ['the raw response', async (_request, reply) => void reply.raw.end('raw'), 'raw'],
    ['a redirect', async (_request, reply) => reply.redirect('/next'), ''],
    [
      'a hijacked reply',
      (_request, reply) => {
        reply.hijack()
        reply.raw.writeHead(200, { 'content-type': 'text/plain' })
        reply.raw.end('hijacked')
      },
      'hijacked',
    ],
    [
      'trailers',
      async (_request, reply) => {
        reply.trailer('etag', (_reply, _payload, done) => done(null, 'custom'))
        return 'body'
      },
      'body',
    ],
  ])('%s', async (_, handler, text) => {
    const { browser } = await changing(handler)
    const answer = await browser.get('/page')
    expect([answer.text, answer.setCookies.length]).toEqual([text, 1])
    expect((await browser.get('/look')).json).toEqual({ n: 1 })
  })

  test('and so it is when a hook replies in place of the handler', async () => {
    const { browser } = await startFastify((app) => {
      app.addHook('onRequest', async (request, reply) => {
        sessionOf(request)['refused'] = true
        if (request.url === '/page') return reply.code(401).send('sign in first')
        return undefined
      })
      app.get('/page', async () => 'secret')
      app.get('/look', async (request) => dataIn(sessionOf(request)))
    })
    const answer = await browser.get('/page')
    expect([answer.status, answer.text, answer.setCookies.length]).toEqual([
      401,
      'sign in first',
      1,
    ])
    expect((await browser.get('/look')).json).toEqual({ refused: true })
  })

  test('with what onSend hooks changed, whether added before or after the plugin', async () => {
    const sessions = createSessions<Data>({ secret: SECRET })
    const app = fastify()
    app.addHook('onSend', async (request) => void (sessionOf(request)['before'] = true))
    app.register(session, { sessions })
    app.addHook('onSend', async (request) => void (sessionOf(request)['after'] = true))
    app.get('/', async (request) => dataIn(sessionOf(request)))
    const browser = await browserOf(app)
    await browser.get('/')
    expect((await browser.get('/')).json).toEqual({ before: true, after: true })
  })

  test('and a page nobody has has a session too', async () => {
    const { browser } = await changing(
      () => 'page',
      (app) => {
        app.setNotFoundHandler(async (request, reply) => {
          const session = sessionOf(request)
          session['missed'] = request.url
          return reply.code(404).send('no such page')
        })
      },
    )
    const answer = await browser.get('/nowhere')
    expect([answer.status, answer.setCookies.length]).toEqual([404, 1])
    expect((await browser.get('/look')).json).toEqual({ missed: '/nowhere' })
  })
})

describe('the session of a request', () => {
  test('is found by the Fastify request and by the raw one, regenerate() included', async () => {
    const { browser } = await startFastify((app, sessions) => {
      app.get('/', async (request) => {
        const before = sessionOf(request)
        await before.regenerate()
        const found = [sessions.from(request), sessions.from(request.raw), sessionOf(request.raw)]
        return found.map((one) => one !== before && one === sessionOf(request))
      })
    })
    expect((await browser.get('/')).json).toEqual([true, true, true])
  })

  test('cannot be replaced', async () => {
    const { browser } = await startFastify((app) => {
      app.get('/', async (request) => Object.assign(request, { session: {} }))
    })
    const answer = await browser.get('/')
    expect(answer.json).toMatchObject({ statusCode: 500, code: 'usage' })
    expect(answer.text).toContain('request.session cannot be replaced')
  })

  test('is opened for the Fastify request: events and countAsActivity see that', async () => {
    const seen: unknown[] = []
    const events = collect()
    let nowMs = Date.now()
    const store = memoryStore({ now: () => nowMs })
    const sessions = createSessions<Data>({ secret: SECRET, store, timeout: 60, touchInterval: 0 })
    const app = fastify()
    app.register(session, {
      sessions,
      countAsActivity: (request) => request.routeOptions.url !== '/poll',
    })
    app.get('/begin', async (request) => {
      seen.push(request)
      sessionOf(request)['n'] = 1
    })
    app.get('/poll', async (request) => dataIn(sessionOf(request)))
    const browser = await browserOf(app)
    await browser.get('/begin')
    expect(events.of('created').map(({ request }) => request === seen[0])).toEqual([true])
    nowMs += 40_000
    expect((await browser.get('/poll')).json).toEqual({ n: 1 })
    nowMs += 40_000
    expect((await browser.get('/poll')).json).toEqual({})
  })

  test('is there under inject()', async () => {
    const { app } = await changing(() => 'page')
    const { cookies } = await app.inject('/page')
    const sid = cookies.find(({ name }) => name === 'sid')?.value ?? ''
    const looked = await app.inject({ url: '/look', cookies: { sid } })
    expect(looked.json()).toEqual({ n: 1 })
  })
})

test('over HTTP/2 a body larger than its window is held, and sent whole', async () => {
  const store = new LatchStore(memoryStore())
  const app = fastify({ http2: true })
  app.register(session, { sessions: createSessions<Data>({ secret: SECRET, store }) })
  app.get('/', async (request) => {
    sessionOf(request)['n'] = 1
    return 'x'.repeat(300_000)
  })
  onTestFinished(() => app.close())
  const client = connect(await app.listen({ host: '127.0.0.1', port: 0 }))
  onTestFinished(() => client.close())
  const creating = store.holdBefore('create')
  const stream = client.request({ ':path': '/' })
  const responded = once(stream, 'response') as Promise<[IncomingHttpHeaders]>
  await creating.reached
  creating.release()
  const [headers] = await responded
  expect(headers['set-cookie']).toHaveLength(1)
  expect(await text(stream)).toHaveLength(300_000)
})

const page = async (request: FastifyRequest) => ('session' in request ? 'session' : 'none')

describe('registering', () => {
  const sessions = createSessions<Data>({ secret: SECRET, cookie: { name: 'shop' } })
  const admin = createSessions<Data>({ secret: SECRET, cookie: { name: 'admin' } })

  test('on an instance reaches its children, and neither parents nor siblings', async () => {
    const app = fastify()
    app.get('/outside', page)
    app.register(async (child) => {
      child.register(session, { sessions })
      child.get('/child', page)
      child.register(async (grandchild) => void grandchild.get('/grandchild', page))
    })
    app.register(async (sibling) => void sibling.get('/sibling', page))
    const browser = await browserOf(app)
    const paths = ['/outside', '/sibling', '/child', '/grandchild']
    const answers = await Promise.all(paths.map((path) => browser.get(path)))
    expect(answers.map(({ text }) => text)).toEqual(['none', 'none', 'session', 'session'])
  })

  test('two sets gives each its property, cookie and data', async () => {
    const app = fastify()
    app.register(session, { sessions })
    app.register(session, { sessions: admin, property: 'adminSession', prefix: '/ignored' })
    app.get('/', async (request) => {
      const [shop, staff] = [sessions.from(request), sessionOf(request, 'adminSession')]
      const seen = [dataIn(shop), dataIn(staff)]
      Object.assign(shop, { cart: 'tea' })
      staff.set('level', 3)
      return seen
    })
    const browser = await browserOf(app)
    const { setCookies } = await browser.get('/')
    expect(setCookies.map((cookie) => cookie.split('=')[0])).toEqual(['shop', 'admin'])
    expect((await browser.get('/')).json).toEqual([{ cart: 'tea' }, { level: 3 }])
  })

  test.each<[string, (app: FastifyInstance) => unknown]>([
    ['on one instance', (app) => app.register(session, { sessions: admin })],
    ['on a child', (app) => app.register(async (child) => child.register(session, { sessions }))],
    ['what is no session', (app) => app.register(session, { sessions, property: 'body' })],
  ])('one property twice, %s, is an error at start', async (_, register) => {
    const app = fastify()
    app.register(session, { sessions })
    register(app)
    await expect(app.ready()).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(
        /^request\.\w+ is already in use: .* property: 'adminSession'/,
      ),
    })
  })

  test('after @fastify/session, under one property, is an error at start', async () => {
    const app = fastify()
    app.register(cookie)
    app.register(fastifySession, { secret: SECRET })
    app.register(session, { sessions })
    await expect(app.ready()).rejects.toMatchObject({ code: 'usage' })
  })

  test('one cookie name twice is an error of the request that says what to do', async () => {
    const app = fastify()
    app.register(session, { sessions })
    app.register(session, { sessions, property: 'again' })
    app.get('/', async () => 'page')
    const answer = await (await browserOf(app)).get('/')
    expect([answer.status, answer.text]).toEqual([500, expect.stringContaining('name shop')])
  })

  test.each([
    [{ secret: SECRET }, 'usage', /createSessions\(\)/],
    [{ sessions, propery: 'shop' }, 'option', /propery/],
  ])('with %j is an error at start', async (options, code, message) => {
    const app = fastify()
    app.register(session, options as never)
    await expect(app.ready()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    })
  })

  test('makes it known as the plugin sojourn, which others can depend on', async () => {
    const app = fastify()
    const dependent = Object.assign(async () => {}, {
      [Symbol.for('plugin-meta')]: { name: 'dependent', dependencies: ['sojourn'] },
    })
    app.register(session, { sessions })
    app.register(dependent)
    await app.ready()
    expect([app.hasPlugin('sojourn'), app.pluginName]).toEqual([true, 'fastify -> sojourn'])
  })
})
