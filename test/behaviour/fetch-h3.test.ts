import { H3, HTTPError, type H3Event, toNodeHandler, toResponse } from 'h3'
import { expect, test } from 'vitest'
import { openSession } from '../../src/adapters/fetch.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, SECRET, listen } from '../support/app.ts'
import { LatchStore } from '../support/latch-store.ts'

/** One page of h3 behind the middleware of docs/frameworks/fetch.md; it writes to the session. */
async function serve(page: (event: H3Event) => unknown) {
  const store = new LatchStore(memoryStore())
  const sessions = createSessions<Data>({ secret: SECRET, store, cookie: { name: 'ours' } })
  const app = new H3({ silent: true })
  app.use(async (event, next) => {
    const { commit } = await openSession(sessions, event.req)
    return commit(await toResponse(Promise.resolve().then(next), event, app.config))
  })
  app.get('/page', (event) => {
    const session = sessions.from(event.req)
    session['n'] = Number(session['n'] ?? 0) + 1
    event.res.headers.append('Set-Cookie', `page=${String(session['n'])}`)
    event.res.errHeaders.append('Set-Cookie', 'trouble=1')
    return page(event)
  })
  const handler = toNodeHandler(app)
  const served = await listen((request, response) => void handler(request, response))
  return { browser: served.browser(), store }
}

const OURS = expect.stringMatching(/^ours=/) as string

test.each<[string, (event: H3Event) => unknown, number, string]>([
  ['a string', () => 'hello', 200, 'page=1'],
  ['a status of its own', (event) => ((event.res.status = 404), 'hello'), 404, 'page=1'],
  ['a Response', () => new Response('hello', { status: 201 }), 201, 'page=1'],
  ['a Response for an error', () => new Response('hello', { status: 404 }), 404, 'trouble=1'],
  [
    'an error, now',
    () => {
      throw new HTTPError({ status: 403 })
    },
    403,
    'trouble=1',
  ],
  ['an error, later', () => Promise.reject(new Error('it fails')), 500, 'trouble=1'],
  ['nothing there', () => Symbol.for('h3.notFound'), 404, 'trouble=1'],
])('%s has our cookie beside those of the page', async (_what, page, status, theirs) => {
  const { browser } = await serve(page)
  const answer = await browser.get('/page')
  expect([answer.status, answer.setCookies]).toEqual([status, [theirs, OURS]])
  expect(answer.headers.vary).toBe('Cookie')
  await browser.get('/page')
  expect((await browser.get('/page')).setCookies).not.toContainEqual(OURS)
})

test('a store that fails is an answer of 503 without a cookie of the page', async () => {
  const { browser, store } = await serve(() => 'half-made')
  store.failNext('create', new Error('out of order'))
  const answer = await browser.get('/page')
  expect([answer.status, answer.setCookies]).toEqual([503, []])
  expect(answer.text).not.toContain('half-made')
})
