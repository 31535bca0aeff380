import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer, upgradeWebSocket } from '@hono/node-server'
import { Hono } from 'hono'
import { hc } from 'hono/client'
import { streamText } from 'hono/streaming'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { session } from '../../src/adapters/hono.ts'
import { createSessions } from '../../src/sessions.ts'
import { SECRET } from '../support/app.ts'
import { collect } from '../support/events.ts'
import { serveHono } from '../support/hono-app.ts'
import { signal } from '../support/latch-store.ts'

interface Counting {
  lines: number
}

const sessions = createSessions<Counting>({ secret: SECRET, cookie: { name: 'ours' } })

/** A stream that changes the session when its first line has arrived. */
async function serveStream(end: 'save' | 'leave') {
  const arrived = signal()
  const over = signal()
  const app = new Hono()
    .use(async (c, next) => {
      const { outgoing } = c.env as { outgoing: NodeJS.EventEmitter }
      outgoing.once('close', () => setImmediate(over.give))
      await next()
    })
    .use(session(sessions))
    .get('/begin', (c) => {
      c.var.session.lines = 0
      return c.text('begun')
    })
    .get('/look', (c) => c.json(c.var.session))
    .get('/', (c) =>
      streamText(c, async (out) => {
        await out.writeln('one')
        await arrived.given
        c.var.session.lines = 2
        if (end === 'save') await c.var.session.save()
        await out.writeln('two')
      }),
    )
  const { port, ...served } = await serveHono(app)
  const browser = served.browser()
  await browser.get('/begin')
  return { url: `http://127.0.0.1:${port}/`, browser, arrived, over }
}

describe('a stream on Hono', () => {
  test.each<['save' | 'leave', unknown[], number]>([
    ['leave', ['late_changes'], 0],
    ['save', [], 2],
  ])(
    'whose session is changed after the first line, end %s: %j is reported',
    async (end, reports, lines) => {
      const { url, browser, arrived, over } = await serveStream(end)
      const events = collect()
      const answer = await fetch(url, { headers: { cookie: browser.cookieHeader } })
      let text = ''
      for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
        text += Buffer.from(chunk).toString()
        arrived.give()
      }
      expect(text).toBe('one\ntwo\n')
      await over.given
      expect(events.of('gone').map(({ reason }) => reason)).toEqual(reports)
      expect((await browser.get('/look')).json).toEqual({ lines })
    },
  )
})

test('an RPC client follows a chain with the session in it', async () => {
  const app = new Hono()
    .use(session(sessions))
    .post('/lines', (c) => {
      c.var.session.lines = (c.var.session.lines ?? 0) + 1
      return c.json({ lines: c.var.session.lines })
    })
    .get('/lines', (c) => c.json({ lines: c.get('session').lines ?? 0 }))
  const { port } = await serveHono(app)
  const client = hc<typeof app>(`http://127.0.0.1:${port}`)
  const posted = await client.lines.$post()
  expect(await posted.json()).toEqual({ lines: 1 })
  const cookie = posted.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const again = await client.lines.$post({}, { headers: { cookie } })
  expect((await again.json()).lines).toBe(2)
  const got = await client.lines.$get({}, { headers: { cookie } })
  expect((await got.json()).lines).toBe(2)
})

test('an upgrade to a WebSocket has the session', async () => {
  const app = new Hono()
    .use(session(sessions))
    .get('/begin', (c) => {
      c.var.session.lines = 7
      return c.text('begun')
    })
    .get(
      '/socket',
      upgradeWebSocket((c) => {
        const { lines } = sessions.from(c.req.raw)
        return { onOpen: (_event, socket) => socket.send(String(lines)) }
      }),
    )
  const webSockets = new WebSocketServer({ noServer: true })
  const server = createAdaptorServer({ fetch: app.fetch, websocket: { server: webSockets } })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const at = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const begun = await fetch(`http://${at}/begin`)
  const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const socket = new WebSocket(`ws://${at}/socket`, { headers: { cookie } })
  const [message] = (await once(socket, 'message')) as [Buffer]
  expect(String(message)).toBe('7')
  socket.terminate()
})
