import express, { type Express } from 'express'
import expressSession from 'express-session'
import { once } from 'node:events'
import { createServer, request as ask } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { session } from '../../src/adapters/express.ts'
import { withSession } from '../../src/adapters/node.ts'
import { UsageError } from '../../src/errors.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET, errorPage, listen, sessionOf } from '../support/app.ts'
import type { Browser } from '../support/browser-jar.ts'

const shop = createSessions<Data>({ secret: SECRET, cookie: { name: 'shop' } })
const other = createSessions<Data>({ secret: SECRET, cookie: { name: 'other' } })

async function browse(mount: (app: Express) => void): Promise<Browser> {
  const app = express()
  mount(app)
  app.use(errorPage([]))
  return (await listen(app)).browser()
}

async function errorOf(mount: (app: Express) => void): Promise<string> {
  const answer = await (await browse(mount)).get('/')
  expect(answer.status).toBe(500)
  expect(answer.setCookies).toEqual([])
  return (answer.json as Error).message
}

const expressSessionHere = expressSession({
  secret: SECRET,
  resave: false,
  saveUninitialized: false,
})

describe('what is mounted so that it cannot work is an error that says what to do', () => {
  test.each([
    ['one set of sessions twice', [session(shop), session(shop)]],
    ['two sets with one property', [session(shop), session(other)]],
    ['express-session before it', [expressSessionHere, session(shop)]],
  ])('%s', async (_what, middleware) => {
    const message = await errorOf((app) => app.use(...middleware))
    expect(message).toMatch(/^request\.session is already in use/)
    expect(message).toContain("another property: { property: 'adminSession' }")
  })

  test('two sets with one cookie name on a response', async () => {
    const again = createSessions<Data>({ secret: SECRET, cookie: { name: 'shop' } })
    const message = await errorOf((app) => {
      app.use(session(shop), session(again, { property: 'again' }))
    })
    expect(message).toMatch(/the cookie name shop on one response; give one .* another cookie.name/)
  })

  test('a property that every request has', async () => {
    const message = await errorOf((app) => app.use(session(shop, { property: 'url' })))
    expect(message).toMatch(/^request\.url is already in use/)
  })

  test('on node:http, where the error goes to onError', async () => {
    const errors: unknown[] = []
    const twice = withSession(
      shop,
      withSession(shop, () => undefined, { onError: (error) => void errors.push(error) }),
    )
    const answer = await (await listen(twice)).browser().get('/')
    expect([answer.status, answer.text]).toEqual([500, 'Internal Server Error'])
    expect(String(errors[0])).toMatch(/UsageError: request\.session is already in use/)
  })

  test('express-session after it steps aside', async () => {
    const browser = await browse((app) => {
      app.use(session(shop), expressSessionHere)
      app.get('/', (request, response) => {
        sessionOf(request)['n'] = 1
        response.end()
      })
    })
    const { setCookies } = await browser.get('/')
    expect(setCookies).toEqual([expect.stringMatching(/^shop=/)])
  })
})

describe('options that are none fail where the adapter is made', () => {
  test.each([
    [{ secret: SECRET, cokie: {} }, 'cokie: is not an option; did you mean cookie?'],
    [{ secret: SECRET, resave: false }, 'resave: is not an option; known are secret, store, '],
    [undefined, 'options: must be an object, not undefined'],
    [{}, 'secret: '],
  ])('session(%j)', (options, problem) => {
    expect(() => session(options as never)).toThrow(problem)
  })

  test.each([
    [{ propery: 'shop' }, 'propery: is not an option; did you mean property?'],
    [{ secret: SECRET }, 'secret: is not an option; known are property, countAsActivity'],
    [{ property: '' }, 'property: must name a property of the request, not ""'],
    [{ property: 3 }, 'property: must name a property of the request, not 3'],
    [{ countAsActivity: true }, 'countAsActivity: must be a function, not true'],
  ])('session(sessions, %j)', (options, problem) => {
    expect(() => session(shop, options as never)).toThrow(problem)
  })
})

describe('what is no sessions, and no session of any', () => {
  test.each([[{}], [{ secret: SECRET }]])('withSession(%j)', (none) => {
    expect(() => withSession(none as never, () => undefined)).toThrow(UsageError)
  })

  test.each([[{}], [{ id: 'x' }], [shop]])('sessions.commit(%j)', async (none) => {
    await expect(shop.commit(none as never)).rejects.toThrow(UsageError)
  })
})

describe('sessions.from()', () => {
  test.each([[{}], [undefined], [null]])('of %j is a UsageError', (request) => {
    expect(() => shop.from(request as never)).toThrow(/no session was opened for this request/)
  })

  test('of a request that the other set opened is a UsageError', async () => {
    const message = await errorOf((app) => {
      app.use(session(shop))
      app.get('/', (request, response) => response.json(other.from(request)))
    })
    expect(message).toMatch(/no session was opened for this request/)
  })

  test('of an upgrade request, which no middleware sees, says how to open one', async () => {
    const errors: unknown[] = []
    const server = createServer(withSession(shop, (_request, response) => void response.end()))
    server.on('upgrade', (request, socket) => {
      try {
        shop.from(request)
      } catch (error) {
        errors.push(error)
      }
      socket.destroy()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const upgrade = ask({ port, headers: { connection: 'Upgrade', upgrade: 'websocket' } })
    upgrade.end()
    await once(upgrade, 'error')
    expect(String(errors[0])).toMatch(/sessions\.open\(request\.headers\.cookie, request\)/)
  })
})

test.each([[null], [{}], [undefined]])('request.session = %j is an error', async (value) => {
  const message = await errorOf((app) => {
    app.use(session(shop))
    app.get('/', (request) => {
      Object.assign(request, { session: value })
    })
  })
  expect(message).toMatch(/cannot be replaced; end the session with invalidate\(\)/)
})
