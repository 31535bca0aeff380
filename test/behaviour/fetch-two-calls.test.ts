import { describe, expect, test } from 'vitest'
import { openSession } from '../../src/adapters/fetch.ts'
import { StoreError, UsageError } from '../../src/errors.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, SECRET } from '../support/app.ts'
import { LatchStore } from '../support/latch-store.ts'

function make(options: Partial<SessionOptions<Data>> = {}) {
  const store = new LatchStore(memoryStore())
  return { store, sessions: createSessions<Data>({ secret: SECRET, store, ...options }) }
}

function ask(cookie?: string): Request {
  return new Request('http://localhost/', { headers: cookie === undefined ? {} : { cookie } })
}

function cookieOf(response: Response): string {
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

describe('openSession and commit', () => {
  test('read and write a session across requests', async () => {
    const { sessions } = make()
    const request = ask()
    const first = await openSession(sessions, request)
    expect(sessions.from(request)).toBe(first.session)
    first.session['user'] = 'ada'
    const given = new Response('hello')
    const sent = await first.commit(given)
    expect(sent).toBe(given)
    expect(sent.headers.get('vary')).toBe('Cookie')
    const second = await openSession(sessions, ask(cookieOf(sent)))
    expect(second.session['user']).toBe('ada')
    expect((await second.commit(new Response())).headers.getSetCookie()).toEqual([])
  })

  test('commit answers another response where the headers cannot be changed', async () => {
    const { session, commit } = await openSession(make().sessions, ask())
    session['user'] = 'ada'
    const sent = await commit(Response.redirect('http://localhost/next', 302))
    expect([sent.status, sent.headers.get('location')]).toEqual([302, 'http://localhost/next'])
    expect(sent.headers.getSetCookie()).toHaveLength(1)
  })

  test('a response that is committed twice has the cookie once', async () => {
    const { session, commit } = await openSession(make().sessions, ask())
    session['n'] = 1
    const response = await commit(await commit(new Response('mine')))
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/sid=/)])
  })

  test.each<[string, Response, { failed?: boolean }]>([
    ['that says so', new Response('no such page', { status: 404 }), { failed: true }],
    ['with status 500', new Response('sorry', { status: 500 }), {}],
  ])('an answer to a failed request %s creates nothing', async (_how, response, options) => {
    const { store, sessions } = make({ cookieOnException: false })
    const { session, commit } = await openSession(sessions, ask())
    session['user'] = 'ada'
    const sent = await commit(response, options)
    expect([sent.headers.getSetCookie(), store.calls.create]).toEqual([[], 0])
  })

  test('a store that fails rejects either call', async () => {
    const { store, sessions } = make()
    const { session, commit } = await openSession(sessions, ask())
    session['user'] = 'ada'
    store.failNext('create', new Error('out of order'))
    const given = new Response('half-made')
    await expect(commit(given)).rejects.toBeInstanceOf(StoreError)
    expect([...given.headers.keys()]).toEqual(['content-type'])
    const cookie = cookieOf(await commit(given))
    store.failNext('read', new Error('out of order'))
    await expect(openSession(sessions, ask(cookie))).rejects.toBeInstanceOf(StoreError)
  })

  test('one cookie name twice on a request is an error', async () => {
    const { sessions } = make({ cookie: { name: 'shop' } })
    const request = ask()
    await openSession(sessions, request)
    await expect(openSession(sessions, request)).rejects.toThrow(UsageError)
  })

  test('a change that needs a cookie after the response is an error that says so', async () => {
    const { session, commit } = await openSession(make().sessions, ask())
    await commit(new Response())
    session['user'] = 'ada'
    await expect(session.save()).rejects.toThrow(/after the response has begun/)
  })

  test('what concerns one request is said when it is opened', async () => {
    const { sessions } = make()
    const { session, commit } = await openSession(sessions, ask(), { local: true })
    session['user'] = 'ada'
    expect((await commit(new Response())).headers.getSetCookie()[0]).toMatch(/^sid=(?!.*Secure)/)
  })
})
