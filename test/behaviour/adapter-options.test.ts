import express, { type Express } from 'express'
import { once } from 'node:events'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { session } from '../../src/adapters/express.ts'
import { withSession } from '../../src/adapters/node.ts'
import type { Session } from '../../src/session/members.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { SECRET, listen } from '../support/app.ts'
import type { Browser } from '../support/browser-jar.ts'

interface Shop {
  cart: string
}
interface Admin {
  level: number
}

function countAsActivity({ url }: { url?: string }): boolean {
  return url !== '/poll'
}

async function browserOf(app: Express): Promise<Browser> {
  return (await listen((request, response) => void app(request, response))).browser()
}

describe('countAsActivity of an adapter', () => {
  test('a polling request does not prolong the session, on Express and on node:http', async () => {
    let nowMs = Date.now()
    const store = memoryStore({ now: () => nowMs })
    const sessions = createSessions<Shop>({ secret: SECRET, store, timeout: 60, touchInterval: 0 })
    const app = express()
    app.use(session(sessions, { countAsActivity }))
    app.get('/begin', (request, response) => {
      sessions.from(request).cart = 'tea'
      response.end()
    })
    app.get('/poll', (request, response) => response.json(sessions.from(request).cart ?? null))
    const onExpress = await browserOf(app)
    const onNode = (
      await listen(
        withSession(
          sessions,
          (request, response) => {
            if (request.url === '/begin') request.session.cart = 'tea'
            response.end(JSON.stringify(request.session.cart ?? null))
          },
          { countAsActivity },
        ),
      )
    ).browser()
    for (const browser of [onExpress, onNode]) {
      await browser.get('/begin')
      nowMs += 40_000
      expect((await browser.get('/poll')).text).toBe('"tea"')
      nowMs += 40_000
      expect((await browser.get('/poll')).text).toBe('null')
    }
  })
})

test('withSession serves HTTP/2 as it serves HTTP/1', async () => {
  const sessions = createSessions<Shop>({ secret: SECRET })
  const server = http2.createServer(
    withSession(
      sessions,
      (
        request: http2.Http2ServerRequest & { readonly session: Session<Shop> },
        response: http2.Http2ServerResponse,
      ) => {
        const { cart = 'nothing' } = request.session
        request.session.cart = 'tea'
        response.end(cart)
      },
    ),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  onTestFinished(() => {
    client.close()
    server.close()
  })
  const first = await askHttp2(client)
  expect([first.text, first.setCookies.length]).toEqual(['nothing', 1])
  const second = await askHttp2(client, String(first.setCookies[0]?.split(';')[0]))
  expect([second.text, second.setCookies.length]).toEqual(['tea', 0])
})

async function askHttp2(client: http2.ClientHttp2Session, cookie = '') {
  const stream = client.request({ ':path': '/', cookie })
  const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders]
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return { text, setCookies: headers['set-cookie'] ?? [] }
}

describe('two sets of sessions in one application', () => {
  const shop = createSessions<Shop>({ secret: SECRET, cookie: { name: 'shop' } })
  const admin = createSessions<Admin>({ secret: SECRET, cookie: { name: 'admin' } })

  test('each has its property, its cookie and its data; from() finds each', async () => {
    const app = express()
    app.use(session(shop), session(admin, { property: 'adminSession' }))
    app.get('/set', (request, response) => {
      shop.from(request).cart = 'tea'
      admin.from(request).level = 3
      response.end()
    })
    app.get('/', (request, response) => {
      const { adminSession } = request as unknown as { adminSession: object }
      response.json([request.session, adminSession])
    })
    const browser = await browserOf(app)
    const set = await browser.get('/set')
    expect(set.setCookies.map((cookie) => cookie.split('=')[0])).toEqual(['shop', 'admin'])
    expect(JSON.parse((await browser.get('/')).text)).toEqual([{ cart: 'tea' }, { level: 3 }])
  })

  test.each([
    ['the same property', [session(shop), session(admin)], 'request.session is already in use'],
    [
      'one cookie name',
      [session(shop), session(shop, { property: 'again' })],
      'two sets of sessions use the cookie name shop',
    ],
  ])('%s twice is an error that says what to do', async (_what, middlewares, problem) => {
    const app = express()
    app.use(...middlewares)
    app.use(((error, _request, response, _next) => {
      response.status(500).send(String(error))
    }) as express.ErrorRequestHandler)
    const answer = await (await browserOf(app)).get('/')
    expect(answer.status).toBe(500)
    expect(answer.text).toContain(problem)
  })
})
