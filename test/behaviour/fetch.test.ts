import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type FetchAdapterOptions, withSession } from '../../src/adapters/fetch.ts'
import { DataError, OptionError, StoreError, UsageError } from '../../src/errors.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import type { Session } from '../../src/session/members.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, SECRET } from '../support/app.ts'
import { type NodeEnv, serveFetch } from '../support/fetch-app.ts'
import { LatchStore } from '../support/latch-store.ts'

type Handler = (
  request: Request,
  session: Session<Data>,
  env: NodeEnv,
) => Response | Promise<Response>

interface Given {
  readonly options?: FetchAdapterOptions<Request, [NodeEnv]>
  readonly sessions?: Partial<SessionOptions<Data>>
}

async function serve(handler: Handler, given: Given = {}) {
  const store = new LatchStore(memoryStore())
  const sessions = createSessions<Data>({ secret: SECRET, store, ...given.sessions })
  const app = await serveFetch(withSession(sessions, handler, given.options))
  return { app, browser: app.browser(), sessions, store }
}

const write: Handler = (_request, session) => {
  session['n'] = 1
  return new Response('written')
}

function pathOf(request: Request): string {
  return new URL(request.url).pathname
}

function printed() {
  const print = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => print.mockRestore())
  return print
}

describe('withSession', () => {
  test('gives the handler the session, and what the server hands over after it', async () => {
    const { browser, sessions } = await serve((request, session, env) => {
      const visits = Number(session['visits'] ?? 0) + 1
      session['visits'] = visits
      const same = sessions.from(request) === session
      return Response.json({ visits, same, method: env.incoming.method })
    })
    expect((await browser.get('/')).json).toEqual({ visits: 1, same: true, method: 'GET' })
    expect((await browser.get('/')).json).toEqual({ visits: 2, same: true, method: 'GET' })
  })

  test('takes polling that does not count as activity', async () => {
    let nowMs = Date.now()
    const { browser } = await serve(
      (request, session) => {
        if (pathOf(request) === '/begin') session['user'] = 'ada'
        return Response.json(session['user'] ?? null)
      },
      {
        sessions: { store: memoryStore({ now: () => nowMs }), timeout: 60, touchInterval: 0 },
        options: { countAsActivity: (request) => pathOf(request) !== '/poll' },
      },
    )
    await browser.get('/begin')
    nowMs += 40_000
    expect((await browser.get('/poll')).json).toBe('ada')
    nowMs += 40_000
    expect((await browser.get('/poll')).json).toBe(null)
  })

  test('sets a Secure cookie, unless it is told that the request is local', async () => {
    const secure = await (await serve(write)).browser.get('/')
    expect(secure.setCookies).toEqual([expect.stringMatching(/^__Host-sid=.*; Secure/)])
    const options: Given['options'] = {
      local: (_request, { incoming }) => incoming.headers['x-dev'] === 'yes',
    }
    const { browser } = await serve(write, { options })
    const local = await browser.get('/', { headers: { 'x-dev': 'yes' } })
    expect(local.setCookies).toEqual([expect.stringMatching(/^sid=(?!.*Secure)/)])
    expect((await browser.get('/')).setCookies[0]).toMatch(/^__Host-sid=/)
  })

  test('refuses what it cannot use, at construction', () => {
    const sessions = createSessions<Data>({ secret: SECRET })
    expect(() => withSession({} as typeof sessions, write)).toThrow(UsageError)
    expect(() => withSession(sessions, undefined as unknown as () => Response)).toThrow(OptionError)
    expect(() => withSession(sessions, write, { locale: 1 } as object)).toThrow(
      /did you mean local/,
    )
    expect(() => withSession(sessions, write, { local: true } as object)).toThrow(/a function/)
  })
})

describe('the response', () => {
  const upstream = 'data:text/plain,from%20elsewhere'

  test.each<[string, () => Promise<Response>, number, string]>([
    ['a redirect', async () => Response.redirect('http://localhost/next', 307), 307, ''],
    ['one of fetch()', async () => fetch(upstream), 200, 'from elsewhere'],
    ['204', async () => new Response(null, { status: 204, headers: { 'x-mine': '1' } }), 204, ''],
  ])('%s gets the cookie and keeps the rest', async (_what, make, status, text) => {
    const made = await make()
    const { browser } = await serve(async (request, session) => {
      session['n'] = 1
      return pathOf(request) === '/set' ? make() : new Response(String(session['n']))
    })
    const answer = await browser.get('/set')
    expect([answer.status, answer.text, answer.setCookies.length]).toEqual([status, text, 1])
    for (const [name, value] of made.headers) expect(answer.headers[name]).toBe(value)
    expect((await browser.get('/')).text).toBe('1')
  })

  test.each([
    [undefined, 'no-store', 'private'],
    ['public, max-age=600', 'no-store', 'public, max-age=600'],
    ['private, no-store', 'private, no-store', 'private, no-store'],
    ['Private, NO-STORE', 'Private, NO-STORE', 'Private, NO-STORE'],
    ['community="no-store"', 'no-store', 'community="no-store", private'],
  ])('with our cookie, Cache-Control %s becomes %s, later %s', async (said, sent, later) => {
    const { browser } = await serve((_request, session) => {
      session['n'] = Math.random()
      return new Response('', { headers: said === undefined ? {} : { 'Cache-Control': said } })
    })
    expect((await browser.get('/')).headers['cache-control']).toBe(sent)
    expect((await browser.get('/')).headers['cache-control']).toBe(later)
  })

  test.each([
    [undefined, 'Cookie'],
    ['Accept, Origin', 'Accept, Origin, Cookie'],
    ['accept, COOKIE', 'accept, COOKIE'],
    ['*', '*'],
  ])('Vary %s becomes %s, for visitors too', async (said, sent) => {
    const { browser } = await serve(
      () => new Response('', { headers: said === undefined ? {} : { Vary: said } }),
    )
    const { headers, setCookies } = await browser.get('/')
    expect([headers.vary, headers['cache-control'], setCookies]).toEqual([sent, undefined, []])
  })

  test('one that upgrades is handed on as it is, with the cookie where it can have one', async () => {
    const sessions = createSessions<Data>({ secret: SECRET })
    const upgrade = { status: 101, headers: new Headers(), webSocket: {} } as unknown as Response
    const failed = Response.error()
    for (const made of [upgrade, failed]) {
      const answer = await withSession(sessions, (_request, session) => {
        session['n'] = 1
        return made
      })(new Request('http://localhost/'))
      expect(answer).toBe(made)
    }
    expect(upgrade.headers.getSetCookie()).toHaveLength(1)
  })
})

describe('a handler that throws', () => {
  const thrown = new Error('the handler fails')
  const fail: Handler = (_request, session) => {
    session['n'] = 1
    throw thrown
  }

  test('is left to the server, once the session is committed', async () => {
    const { app, browser, store } = await serve(fail)
    const answer = await browser.get('/')
    expect([answer.status, answer.text, answer.setCookies]).toEqual([500, 'the server answers', []])
    expect(app.errors).toEqual([thrown])
    expect(await store.records()).toHaveLength(1)
  })

  test('is answered by onError, with the cookie', async () => {
    const told: unknown[] = []
    const onError = async (error: unknown, request: Request) => {
      told.push(error, pathOf(request))
      return new Response('sorry', { status: 500 })
    }
    const { app, browser } = await serve(fail, { options: { onError } })
    const answer = await browser.get('/page')
    expect([answer.status, answer.text, answer.setCookies.length]).toEqual([500, 'sorry', 1])
    expect([told, app.errors]).toEqual([[thrown, '/page'], []])
  })

  test.each([undefined, null])('or answers %s is answered by onError too', async (nothing) => {
    const told: unknown[] = []
    const onError = (error: unknown) => {
      told.push(error)
      return new Response('sorry', { status: 500 })
    }
    const { app, browser } = await serve(() => nothing as never, { options: { onError } })
    const answer = await browser.get('/')
    expect([answer.status, answer.text, app.errors]).toEqual([500, 'sorry', []])
    expect(told).toEqual([new UsageError('the handler returned no Response')])
  })

  test('is left to the server when onError gives no response', async () => {
    const told: unknown[] = []
    const { app, browser } = await serve(fail, {
      options: { onError: (error) => void told.push(error) },
    })
    expect((await browser.get('/')).text).toBe('the server answers')
    expect([told, app.errors]).toEqual([[thrown], [thrown]])
  })

  test('is committed also when onError throws, which is left to the server then', async () => {
    const worse = new Error('onError fails')
    const onError = () => Promise.reject(worse)
    const { app, browser, store } = await serve(fail, { options: { onError } })
    await browser.get('/')
    expect(app.errors).toEqual([worse])
    expect(await store.records()).toHaveLength(1)
  })

  test('counts as failed whatever the status of its answer', async () => {
    const { browser, store } = await serve(fail, {
      sessions: { cookieOnException: false },
      options: { onError: () => new Response('sorry', { status: 404 }) },
    })
    const answer = await browser.get('/')
    expect([answer.status, answer.setCookies]).toEqual([404, []])
    expect(store.calls.create).toBe(0)
  })

  test('is what the server hears of when the commit fails as well', async () => {
    const print = printed()
    const { app, browser, store } = await serve(fail)
    store.failNext('create', new Error('out of order'))
    await browser.get('/')
    expect(app.errors).toEqual([thrown])
    expect(print.mock.calls).toEqual([[expect.any(StoreError)]])
  })
})

const redirect: Handler = (_request, session) => {
  session['n'] = 1
  const headers = { Location: '/half-made', 'Set-Cookie': 'theme=dark' }
  return new Response('half-made', { status: 302, headers })
}

describe('a store that fails', () => {
  test.each<['create' | 'read', string]>([
    ['create', 'at the commit'],
    ['read', 'before the handler'],
  ])('%s: the answer is 503, and the error is printed', async (operation) => {
    const print = printed()
    let handled = 0
    const { browser, store } = await serve((...given) => {
      handled++
      return redirect(...given)
    })
    if (operation === 'read') await browser.get('/')
    const before = handled
    store.failNext(operation, new Error('out of order'))
    const answer = await browser.get('/')
    expect([answer.status, answer.text]).toEqual([503, 'Service Unavailable'])
    expect([answer.setCookies, answer.headers.location]).toEqual([[], undefined])
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(print.mock.calls).toEqual([[expect.any(StoreError)]])
    expect(handled - before).toBe(operation === 'read' ? 0 : 1)
  })

  test('is for onError to answer, which nothing is printed for then', async () => {
    const print = printed()
    const { browser, store } = await serve(redirect, {
      options: {
        onError: (error) => new Response(String(error instanceof StoreError), { status: 502 }),
      },
    })
    store.failNext('create', new Error('out of order'))
    const answer = await browser.get('/')
    expect([answer.status, answer.text, answer.setCookies]).toEqual([502, 'true', []])
    expect(print).not.toHaveBeenCalled()
  })

  test('data that cannot be stored are an answer of 500', async () => {
    const print = printed()
    const { browser } = await serve((_request, session) => {
      session['socket'] = () => undefined
      return new Response('half-made')
    })
    const answer = await browser.get('/')
    expect([answer.status, answer.text]).toEqual([500, 'Internal Server Error'])
    expect(print.mock.calls).toEqual([[expect.any(DataError)]])
  })
})
