import { once } from 'node:events'
import { Server, ServerResponse, createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import express5 from 'express'
import { describe, expect, test } from 'vitest'
import { session } from '../../src/adapters/express.ts'
import { withSession } from '../../src/adapters/node.ts'
import { createSessions } from '../../src/sessions.ts'

type Express = typeof express5

const require = createRequire(import.meta.url)
const express4 = require('express4') as Express

const secret = 'a secret for the tests of the gate 0123'

async function answerOf(
  app: express5.Express | Server,
): Promise<{ text: string; cookies: string[] }> {
  const server = (app instanceof Server ? app : createServer(app)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const response = await fetch(`http://127.0.0.1:${port}/`)
    return { text: await response.text(), cookies: response.headers.getSetCookie() }
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

const write: express5.RequestHandler = (request, response) => {
  Object.assign(request.session, { seen: true })
  response.send('hello')
}

describe.each<[string, Express]>([
  ['Express 4', express4],
  ['Express 5', express5],
])('%s: a gate on the prototype of all its responses', (_name, express) => {
  test('adds no property but its mark to a response', async () => {
    let names: string[] = []
    const app = express()
    app.use(session({ secret }))
    app.get('/', (request, response, next) => {
      names = Object.keys(response)
      write(request, response, next)
    })
    expect((await answerOf(app)).cookies).toHaveLength(1)
    for (const method of ['write', 'end', 'writeHead', 'flushHeaders']) {
      expect(names).not.toContain(method)
    }
  })

  test('leaves an application without sessions as it is', async () => {
    const gated = express()
    gated.use(session({ secret }))
    gated.get('/', write)
    await answerOf(gated)
    const plain = express()
    plain.get('/', (_request, response) => void response.send('plain'))
    expect(await answerOf(plain)).toEqual({ text: 'plain', cookies: [] })
  })

  test('stands above what was laid over a response before it', async () => {
    const ends: unknown[] = []
    const app = express()
    app.use((_request, response, next) => {
      const end = response.end.bind(response) as (...all: unknown[]) => express5.Response
      response.end = function wrapped(...args: unknown[]) {
        ends.push(args[0])
        return end(...args)
      }
      next()
    })
    app.use(session({ secret }))
    app.get('/', write)
    const { text, cookies } = await answerOf(app)
    expect(text).toBe('hello')
    expect(cookies).toHaveLength(1)
    expect(ends).toHaveLength(1)
  })

  test('stands above what the application laid over its own response prototype', async () => {
    const app = express()
    const { end } = Object.getPrototypeOf(Object.getPrototypeOf(app.response)) as {
      end: (...all: unknown[]) => unknown
    }
    let called = 0
    app.response.end = function own(this: express5.Response, ...args: unknown[]) {
      called++
      return end.apply(this, args)
    } as typeof app.response.end
    app.use(session({ secret }))
    app.get('/', write)
    const { text, cookies } = await answerOf(app)
    expect([text, cookies.length, called]).toEqual(['hello', 1, 1])
  })

  test('is passed by what is laid over the response after it', async () => {
    const app = express()
    app.use(session({ secret }))
    app.use((_request, response, next) => {
      const writeHead = response.writeHead.bind(response) as (...all: unknown[]) => typeof response
      response.writeHead = function late(...args: unknown[]) {
        response.setHeader('x-late', 'yes')
        return writeHead(...args)
      }
      next()
    })
    app.get('/', write)
    const { text, cookies } = await answerOf(app)
    expect([text, cookies.length]).toEqual(['hello', 1])
  })

  test('works in an application mounted on another', async () => {
    const inner = express()
    inner.get('/', write)
    const app = express()
    app.use(session({ secret }))
    app.use('/', inner)
    expect((await answerOf(app)).cookies).toHaveLength(1)
  })
})

describe.each(['write', 'end', 'flushHeaders'] as const)(
  'a response class of its own',
  (method) => {
    test(`keeps its ${method}(), and the gate stands above it`, async () => {
      let called = 0
      class Mine extends ServerResponse {}
      const inherited = ServerResponse.prototype[method] as (...all: unknown[]) => unknown
      Object.defineProperty(Mine.prototype, method, {
        writable: true,
        configurable: true,
        value(this: Mine, ...args: unknown[]) {
          called++
          return inherited.apply(this, args)
        },
      })
      const listener = withSession(
        createSessions<{ seen: boolean }>({ secret }),
        (request, response) => {
          request.session.seen = true
          response.flushHeaders()
          response.write('hel')
          response.end('lo')
        },
      )
      const server = createServer({ ServerResponse: Mine as typeof ServerResponse }, listener)
      for (const times of [1, 2]) {
        const { text, cookies } = await answerOf(server)
        expect([text, cookies.length, called]).toEqual(['hello', 1, times])
      }
    })
  },
)
