import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Server as SocketServer } from 'socket.io'
import { io, type Socket } from 'socket.io-client'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { CrossOriginError } from '../../src/errors.ts'
import { crossOriginGuard } from '../../src/guard/cross-origin.ts'
import { type Listening, serve } from '../support/raw-http.ts'

const EVIL = 'https://evil.example'

/** Sockets that a test opens are closed before it: what is registered last comes first. */
async function listen(): Promise<Listening> {
  const listening = await serve((_request, response) => void response.end())
  onTestFinished(() => listening[Symbol.asyncDispose]())
  return listening
}

function heard(socket: Socket, event: string): Promise<unknown> {
  return new Promise((resolve) => {
    socket.once(event, resolve)
  })
}

test('THREATS T6: in allowRequest of socket.io, refuses a WebSocket of another origin', async () => {
  const check = crossOriginGuard()
  const listening = await listen()
  const sockets = new SocketServer(listening.server, {
    allowRequest(request, answer) {
      try {
        check(request)
        answer(null, true)
      } catch {
        answer(null, false)
      }
    },
  })
  sockets.on('connection', (socket) => void socket.emit('greeting', 'Hello.'))
  const url = `http://127.0.0.1:${listening.port}`
  const options = { transports: ['websocket'], forceNew: true, reconnection: false }
  const [own, evil] = [url, EVIL].map((origin) => io(url, { ...options, extraHeaders: { origin } }))
  onTestFinished(() => void [own, evil].map((socket) => socket?.disconnect()))
  const seen = [heard(own as Socket, 'greeting'), heard(evil as Socket, 'connect_error')]
  expect(await Promise.all(seen)).toEqual(['Hello.', expect.any(Error)])
})

test('THREATS T6: on the upgrade of ws, refuses one with 403 and no socket is opened', async () => {
  const check = crossOriginGuard()
  const listening = await listen()
  const { port, server } = listening
  const webSockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    try {
      check(request)
    } catch (error) {
      const { status } = error as CrossOriginError
      socket.end(`HTTP/1.1 ${status} Refused\r\n\r\n`)
      return
    }
    webSockets.handleUpgrade(request, socket, head, (webSocket) => webSocket.send('Hello.'))
  })
  function connect(headers: { origin?: string; 'sec-fetch-site'?: string }): WebSocket {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { headers })
    socket.on('error', () => {})
    onTestFinished(() => socket.terminate())
    return socket
  }
  for (const headers of [
    {},
    { origin: `http://127.0.0.1:${port}` },
    { origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' },
  ]) {
    expect(String((await once(connect(headers), 'message'))[0])).toBe('Hello.')
  }
  for (const headers of [
    { origin: EVIL },
    { origin: 'null' },
    { origin: EVIL, 'sec-fetch-site': 'cross-site' },
    { origin: `http://blog.127.0.0.1:${port}`, 'sec-fetch-site': 'same-site' },
  ]) {
    const [, response] = (await once(connect(headers), 'unexpected-response')) as [
      unknown,
      IncomingMessage,
    ]
    expect(response.statusCode).toBe(403)
  }
})
