import { once } from 'node:events'
import {
  createServer,
  get,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server as SocketServer } from 'socket.io'
import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { withSession } from '../../src/adapters/node.ts'
import type { Session } from '../../src/session/members.ts'
import { createSessions } from '../../src/sessions.ts'
import { ensureBuilt } from '../docs/programs.ts'
import { type Example, startExample } from '../examples/start.ts'
import { SECRET } from '../support/app.ts'
import { Browser } from '../support/browser-jar.ts'

beforeAll(ensureBuilt, 60_000)

async function signedIn(port: number): Promise<Browser> {
  const browser = new Browser(port)
  await browser.get('/sign-in?name=ada', { method: 'POST' })
  expect((await browser.get('/')).text).toBe('Hello, ada.')
  return browser
}

async function signOut(browser: Browser): Promise<number> {
  const at = performance.now()
  await browser.get('/sign-out', { method: 'POST' })
  return at
}

describe('examples/ws', () => {
  let example: Example
  beforeAll(async () => {
    example = await startExample('ws')
  }, 30_000)
  afterAll(async () => example[Symbol.asyncDispose]())

  function connect(browser: Browser): WebSocket {
    const headers = { cookie: browser.cookieHeader }
    const socket = new WebSocket(`ws://127.0.0.1:${example.port}`, { headers })
    socket.on('error', () => {})
    onTestFinished(() => socket.terminate())
    return socket
  }

  test('THREATS T22: closes every socket of a session within a second of the sign-out, and no other', async () => {
    const [ada, other] = [await signedIn(example.port), await signedIn(example.port)]
    const [one, two, stays] = [connect(ada), connect(ada), connect(other)]
    for (const socket of [one, two, stays]) {
      expect(String((await once(socket, 'message'))[0])).toBe('Hello, ada.')
    }
    const closed = [once(one, 'close'), once(two, 'close')]
    const signedOutAt = await signOut(ada)
    for (const [code, reason] of await Promise.all(closed)) {
      expect([code, String(reason)]).toEqual([4401, 'signed out'])
    }
    expect(performance.now() - signedOutAt).toBeLessThan(1000)
    stays.ping()
    await once(stays, 'pong')
    const [refusal] = (await once(connect(ada), 'unexpected-response')) as unknown[]
    expect(refusal).toBeDefined()
  })

  test.each([
    ['no cookie', async (browser: Browser) => browser.cookies.clear()],
    [
      'a forged cookie',
      async ({ cookies }: Browser) => cookies.forEach((_, name) => cookies.set(name, 'a.b.0.c')),
    ],
    ['the cookie of before a sign-out', async (browser: Browser) => signOut(browser.copy())],
  ])('refuses with %s', async (_, spoil) => {
    const browser = await signedIn(example.port)
    await spoil(browser)
    const [, response] = (await once(connect(browser), 'unexpected-response')) as [
      unknown,
      IncomingMessage,
    ]
    expect(response.statusCode).toBe(401)
  })
})

describe('examples/socket.io', () => {
  let example: Example
  beforeAll(async () => {
    example = await startExample('socket.io')
  }, 30_000)
  afterAll(async () => example[Symbol.asyncDispose]())

  function connect(browser: Browser, transport: string): Socket {
    const socket = io(`http://127.0.0.1:${example.port}`, {
      extraHeaders: { cookie: browser.cookieHeader },
      transports: [transport],
      forceNew: true,
      reconnection: false,
    })
    onTestFinished(() => void socket.disconnect())
    return socket
  }

  test.each(['websocket', 'polling'])('over %s closes on the sign-out', async (transport) => {
    const [ada, other] = [await signedIn(example.port), await signedIn(example.port)]
    const [socket, stays] = [connect(ada, transport), connect(other, transport)]
    const greetings = [socket, stays].map((each) => heard(each, 'greeting'))
    expect(await Promise.all(greetings)).toEqual(['Hello, ada.', 'Hello, ada.'])
    const gone = heard(socket, 'disconnect')
    const signedOutAt = await signOut(ada)
    expect(['io server disconnect', 'transport close']).toContain(await gone)
    expect(performance.now() - signedOutAt).toBeLessThan(1000)
    expect(stays.connected).toBe(true)
    expect(await heard(connect(ada, transport), 'connect_error')).toMatchObject({
      message: 'Sign in first.',
    })
  })
})

async function heard(socket: Socket, event: string): Promise<unknown> {
  return new Promise((resolve) => {
    socket.once(event, resolve)
  })
}

interface Data {
  name: string
}

async function listening(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return { server, port: (server.address() as AddressInfo).port }
}

/** What the examples do over HTTP, for servers of these tests. */
function signInOrOut(session: Session<Data>, url = ''): string {
  if (url.startsWith('/sign-in')) {
    session.rotate()
    session.name = 'ada'
  } else if (url === '/sign-out') session.invalidate()
  return `Hello, ${session.name}.`
}

test('socket.io: engine middleware that opens the session, which is there at the connection', async () => {
  const sessions = createSessions<Data>({ secret: SECRET })
  onTestFinished(() => sessions.close())
  const { server, port } = await listening(
    withSession(sessions, ({ session, url }, response) => {
      response.end(signInOrOut(session, url))
    }),
  )
  const sockets = new SocketServer(server)
  sockets.engine.use((request: IncomingMessage, _: unknown, next: (error?: unknown) => void) => {
    sessions.open(request.headers.cookie, request).then(() => next(), next)
  })
  sockets.on('connection', (socket) => {
    const { id, name } = sessions.from(socket.request)
    socket.on(
      'disconnect',
      sessions.watch(id, () => socket.disconnect(true)),
    )
    socket.emit('greeting', `Hello, ${name}.`)
  })
  const browser = await signedIn(port)
  const extraHeaders = { cookie: browser.cookieHeader }
  const socket = io(`http://127.0.0.1:${port}`, {
    extraHeaders,
    forceNew: true,
    reconnection: false,
  })
  onTestFinished(() => void socket.disconnect())
  expect(await heard(socket, 'greeting')).toBe('Hello, ada.')
  const gone = heard(socket, 'disconnect')
  await signOut(browser)
  await gone
})

test('server-sent events: the stream ends with its session', async () => {
  const sessions = createSessions<Data>({ secret: SECRET })
  onTestFinished(() => sessions.close())
  function stream(id: string, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(`data: hello\n\n`)
    response.on(
      'close',
      sessions.watch(id, ({ reason }) => response.end(`data: ${reason}\n\n`)),
    )
  }
  const { port } = await listening(
    withSession(
      sessions,
      ({ session, url }, response) => {
        if (url === '/events') stream(session.id, response)
        else response.end(signInOrOut(session, url))
      },
      { countAsActivity: ({ url }) => url !== '/events' },
    ),
  )
  const browser = await signedIn(port)
  const headers = { cookie: browser.cookieHeader }
  const [response] = (await once(
    get({ port, host: '127.0.0.1', path: '/events', headers }),
    'response',
  )) as [IncomingMessage]
  let text = ''
  response.setEncoding('utf8').on('data', (part: string) => (text += part))
  await expect.poll(() => text).toBe('data: hello\n\n')
  const ended = once(response, 'end')
  const signedOutAt = await signOut(browser)
  await ended
  expect(performance.now() - signedOutAt).toBeLessThan(1000)
  expect(text).toBe('data: hello\n\ndata: ended\n\n')
})
