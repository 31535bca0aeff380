import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { setCookie } from 'hono/cookie'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, test } from 'vitest'
import { type HonoAdapterOptions, type SessionVariables, session } from '../../src/adapters/hono.ts'
import { OptionError, type SessionError, StoreError, UsageError } from '../../src/errors.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, SECRET } from '../support/app.ts'
import { serveHono } from '../support/hono-app.ts'
import { LatchStore } from '../support/latch-store.ts'

type Env = { Variables: SessionVariables<Data> }
type Page = (c: Context<Env>) => Response | Promise<Response>

interface Given {
  readonly sessions?: Partial<SessionOptions<Data>>
  readonly options?: HonoAdapterOptions
  readonly onError?: (error: Error, c: Context<Env>) => Response
}

/** One page behind the session, for every path. What reaches app.onError is among `errors`. */
async function serve(page: Page, { sessions: given, options, onError }: Given = {}) {
  const store = new LatchStore(memoryStore())
  const sessions = createSessions<Data>({ secret: SECRET, store, ...given })
  const errors: unknown[] = []
  const app = new Hono<Env>()
  app.use(session(sessions, options))
  app.all('*', page)
  app.onError((error, c) => {
    errors.push(error)
    return onError?.(error, c) ?? c.text('trouble', 500)
  })
  const served = await serveHono(app)
  return { app, errors, store, sessions, browser: served.browser() }
}

const write: Page = (c) => {
  c.var.session['n'] = Number(c.var.session['n'] ?? 0) + 1
  return c.text(String(c.var.session['n']))
}

describe('the session of a context', () => {
  test('is c.get(), c.var, and what from() finds by c.req.raw', async () => {
    const { browser, sessions } = await serve((c) => {
      const opened = c.get('session')
      opened['n'] = Number(opened['n'] ?? 0) + 1
      const same = [c.var.session, sessions.from(c.req.raw)].every((one) => one === opened)
      return c.json({ n: opened['n'], same })
    })
    expect((await browser.get('/')).json).toEqual({ n: 1, same: true })
    expect((await browser.get('/')).json).toEqual({ n: 2, same: true })
  })

  test('stays on the context when a middleware replaces the request', async () => {
    const store = new LatchStore(memoryStore())
    const app = new Hono<Env>()
    app.use(session(createSessions<Data>({ secret: SECRET, store })))
    app.use(bodyLimit({ maxSize: 1000 }))
    app.post('/', async (c) => {
      c.get('session')['body'] = await c.req.json()
      return c.json(c.get('session'))
    })
    const browser = (await serveHono(app)).browser()
    const answer = await browser.post('/', { name: 'ada' })
    expect([answer.json, answer.setCookies.length]).toEqual([{ body: { name: 'ada' } }, 1])
  })

  test('is made by the options of createSessions as well', async () => {
    const app = new Hono()
    app.use(session({ secret: SECRET, cookie: { name: 'mine' } }))
    app.get('/', (c) => c.text((c as unknown as Context<Env>).get('session').getCsrfToken()))
    const { setCookies } = await (await serveHono(app)).browser().get('/')
    expect(setCookies).toEqual([expect.stringMatching(/^mine=/)])
  })

  test('does not live longer by polling', async () => {
    let nowMs = Date.now()
    const { browser } = await serve(write, {
      sessions: { store: memoryStore({ now: () => nowMs }), timeout: 60, touchInterval: 0 },
      options: { countAsActivity: (c) => c.req.path !== '/poll' },
    })
    await browser.get('/')
    nowMs += 40_000
    const copy = browser.copy()
    expect((await copy.get('/poll')).text).toBe('2')
    nowMs += 40_000
    expect((await copy.get('/poll')).text).toBe('1')
  })
})

describe("the cookie's Secure", () => {
  test('is left out for the own browser of a developer', async () => {
    const { browser } = await serve(write)
    const { setCookies } = await browser.get('/', { headers: { host: 'localhost:3000' } })
    expect(setCookies).toEqual([expect.stringMatching(/^sid=(?!.*Secure)/)])
  })

  test.each([
    ['by another name', { host: 'shop.example' }],
    ['through a proxy', { host: 'localhost', 'x-forwarded-for': '10.0.0.1' }],
  ])('stands when the request comes %s', async (_how, headers) => {
    const { browser } = await serve(write)
    const { setCookies } = await browser.get('/', { headers })
    expect(setCookies).toEqual([expect.stringMatching(/^__Host-sid=.*; Secure/)])
  })

  test('stands on servers that tell nothing, unless option local says otherwise', async () => {
    const { app } = await serve(write)
    const quiet = await app.request('/')
    expect(quiet.headers.getSetCookie()[0]).toMatch(/^__Host-sid=.*; Secure/)
    const told = await serve(write, {
      options: { local: (c) => c.req.header('x-dev') === 'yes' },
    })
    const answer = await told.app.request('/', { headers: { 'x-dev': 'yes' } })
    expect(answer.headers.getSetCookie()[0]).toMatch(/^sid=(?!.*Secure)/)
  })
})

describe('a response', () => {
  test('of another server gets the cookie, and keeps its own headers and cookies', async () => {
    const upstream = new Hono().get('/', (c) => {
      setCookie(c, 'theirs', '1')
      return c.text('from elsewhere', 201, { Vary: 'Accept', 'X-Theirs': 'yes' })
    })
    const { port } = await serveHono(upstream)
    const { browser } = await serve((c) => {
      c.var.session['n'] = 1
      return fetch(`http://127.0.0.1:${port}/`)
    })
    const { status, text, headers, setCookies } = await browser.get('/')
    expect([status, text, headers['x-theirs']]).toEqual([201, 'from elsewhere', 'yes'])
    expect(headers.vary).toBe('Accept, Cookie')
    expect(setCookies).toEqual(['theirs=1; Path=/', expect.stringMatching(/sid=/)])
  })

  test('whose headers a middleware made is given ours beside them', async () => {
    const sessions = createSessions<Data>({ secret: SECRET })
    const app = new Hono<Env>()
    app.use(async (c, next) => {
      c.res.headers.set('Vary', 'Origin')
      c.res.headers.append('Set-Cookie', 'outer=1')
      await next()
    })
    app.use(session(sessions))
    app.get('/', write)
    app.get('/fetched', async (c) => {
      c.var.session['n'] = 1
      return fetch('data:,elsewhere')
    })
    const served = await serveHono(app)
    for (const path of ['/', '/fetched']) {
      const answer = await served.browser().get(path)
      expect(answer.setCookies).toEqual(['outer=1', expect.stringMatching(/sid=/)])
      expect(answer.headers.vary).toBe('Origin, Cookie')
    }
  })

  test('of a page that is not there is committed as any other', async () => {
    const app = new Hono<Env>()
    app.use(session(createSessions<Data>({ secret: SECRET })))
    app.use(async (c, next) => {
      c.var.session['n'] = 1
      await next()
    })
    const answer = await (await serveHono(app)).browser().get('/')
    expect([answer.status, answer.setCookies.length]).toEqual([404, 1])
  })
})

function fail(thrown: unknown): Page {
  return (c) => {
    c.var.session['n'] = 1
    throw thrown
  }
}

describe('a handler that throws', () => {
  test.each<[string, Error, number]>([
    ['an Error', new Error('the handler fails'), 500],
    ['an HTTPException', new HTTPException(401, { message: 'who?' }), 401],
  ])('%s is answered by app.onError, with the cookie', async (_what, error, status) => {
    const { browser, errors, store } = await serve(fail(error), {
      onError: (given, c) =>
        given instanceof HTTPException ? given.getResponse() : c.text('sorry', 500),
    })
    const answer = await browser.get('/')
    expect([answer.status, answer.setCookies.length, errors]).toEqual([status, 1, [error]])
    expect(await store.records()).toHaveLength(1)
  })

  test('counts as failed whatever the status of its answer', async () => {
    const { browser, store } = await serve(fail(new HTTPException(401)), {
      sessions: { cookieOnException: false },
      onError: (_error, c) => c.text('who?', 401),
    })
    const answer = await browser.get('/')
    expect([answer.status, answer.setCookies, store.calls.create]).toEqual([401, [], 0])
  })

  test('what is no Error goes on to the server, once the session is committed', async () => {
    const { app, store } = await serve(fail('no error'))
    await expect(Promise.resolve(app.request('/'))).rejects.toBe('no error')
    expect(await store.records()).toHaveLength(1)
  })

  test('what is no Error goes on also when the commit fails', async () => {
    const { app, store } = await serve(fail('no error'))
    store.failNext('create', new Error('out of order'))
    await expect(Promise.resolve(app.request('/'))).rejects.toBe('no error')
  })
})

const halfMade: Page = (c) => {
  c.var.session['n'] = Math.random()
  setCookie(c, 'theme', 'dark')
  c.header('X-Half-Made', 'yes')
  c.status(201)
  return c.redirect('/half-made')
}

describe('a store that fails', () => {
  test('gives app.onError the error, and nothing of the response the page had made', async () => {
    const { browser, errors, store } = await serve(halfMade, {
      onError(error, c) {
        c.header('X-Error', 'yes')
        setCookie(c, 'error', 'seen')
        const { status = 500 } = error as SessionError
        return c.text('back in a moment', status as 503)
      },
    })
    store.failNext('create', new Error('out of order'))
    const { status, text, headers, setCookies } = await browser.get('/')
    expect([status, text, headers['x-error']]).toEqual([503, 'back in a moment', 'yes'])
    expect([headers.location, headers['x-half-made']]).toEqual([undefined, undefined])
    expect(setCookies).toEqual(['error=seen; Path=/'])
    expect(errors).toEqual([expect.any(StoreError)])
    expect((await browser.get('/')).status).toBe(302)
  })

  test('is answered with 500 by an error handler that says no status', async () => {
    const { browser, store } = await serve(halfMade, { onError: (_error, c) => c.text('trouble') })
    store.failNext('create', new Error('out of order'))
    expect((await browser.get('/')).status).toBe(500)
  })

  test('keeps the page from running when the session cannot be read', async () => {
    let pages = 0
    const { browser, errors, store } = await serve((c) => {
      pages++
      return write(c)
    })
    await browser.get('/')
    store.failNext('read', new Error('out of order'))
    expect((await browser.get('/')).text).toBe('trouble')
    expect([pages, errors]).toEqual([1, [expect.any(StoreError)]])
  })
})

describe('bad use', () => {
  test.each<[string, (app: Hono<Env>) => void, RegExp]>([
    [
      'one property twice',
      (app) => app.use(session({ secret: SECRET }), session({ secret: SECRET })),
      /c\.get\('session'\) is already in use.*property: 'adminSession'/,
    ],
    [
      'one cookie name twice',
      (app) => {
        const again = session({ secret: SECRET }, { property: 'again' })
        app.use(session({ secret: SECRET })).use(again)
      },
      /use the cookie name .*sid on one response/,
    ],
  ])('%s is an error that says what to do', async (_what, mount, message) => {
    const errors: Error[] = []
    const app = new Hono<Env>()
    mount(app)
    app.get('/', (c) => c.text('not reached'))
    app.onError((error, c) => {
      errors.push(error)
      return c.text('trouble', 500)
    })
    expect((await (await serveHono(app)).browser().get('/')).text).toBe('trouble')
    expect(errors).toEqual([expect.any(UsageError)])
    expect(errors[0]?.message).toMatch(message)
  })

  test('of options is refused at construction', () => {
    const sessions = createSessions<Data>({ secret: SECRET })
    expect(() => session(sessions, { propery: 'x' } as object)).toThrow(/did you mean property/)
    expect(() => session(sessions, { local: true } as object)).toThrow(OptionError)
    expect(() => session({ secret: 'short' })).toThrow(OptionError)
  })
})
