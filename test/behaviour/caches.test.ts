import { describe, expect, test } from 'vitest'
import { createSessions } from '../../src/sessions.ts'
import { type Data, type Framework, type Page, SECRET, startApp } from '../support/app.ts'

const FRAMEWORKS: readonly Framework[] = ['express 5', 'express 4', 'node']

async function begin(page: Page, framework: Framework = 'express 5') {
  const sessions = createSessions<Data>({ secret: SECRET })
  const app = await startApp(
    sessions,
    { begin: ({ session }) => void (session['n'] = 1), page },
    framework,
  )
  const browser = app.browser()
  await browser.post('/begin')
  return { app, browser }
}

describe.each(FRAMEWORKS)('what caches are told, %s', (framework) => {
  const LOOKS: readonly [how: string, page: Page][] = [
    ['reads a key', ({ session }) => session['n']],
    ['tests for a key', ({ session }) => 'n' in session],
    ['lists the keys', ({ session }) => Object.keys(session)],
    ['reads the id', ({ session }) => session.id],
    ['peeks at flash messages', ({ session }) => session.peekFlash()],
  ]

  test.each(LOOKS)('a page that %s varies by Cookie, for visitors too', async (_, page) => {
    const { app, browser } = await begin(page, framework)
    const visitor = await app.browser().get('/page')
    const user = await browser.get('/page')
    for (const { headers } of [visitor, user]) expect(headers.vary).toMatch(/\bcookie\b/i)
    expect(visitor.headers['cache-control']).toBeUndefined()
    expect(user.headers['cache-control']).toBe('private')
  })

  test('a page that looks at the session after writeHead() is private', async () => {
    const { app, browser } = await begin((turn) => {
      turn.response.writeHead(200)
      turn.response.end(`n is ${String(turn.session['n'])}`)
    }, framework)
    const { headers, text } = await browser.get('/page')
    expect([text, headers['cache-control']]).toEqual(['n is 1', 'private'])
    expect((await app.browser().get('/page')).headers['cache-control']).toBeUndefined()
  })

  test('a body whose length is known before anybody looks may be shared', async () => {
    const { browser } = await begin(({ response }) => {
      response.writeHead(200, { 'Content-Length': 4 })
      response.write('same')
      response.end()
    }, framework)
    const { headers, text } = await browser.get('/page')
    expect([text, headers.vary, headers['cache-control']]).toEqual(['same', undefined, undefined])
  })

  test('a page that does not look at the session does not', async () => {
    const { browser } = await begin(() => 'same for all', framework)
    const { headers } = await browser.get('/page')
    expect([headers.vary, headers['cache-control']]).toEqual([undefined, undefined])
  })

  test.each([
    [undefined, /^no-store$/],
    ['public, max-age=600', /\bno-store\b/],
    ['no-store', /^no-store$/],
    ['private, no-store', /^private, no-store$/],
  ])('with our cookie, Cache-Control %s becomes %s', async (said, sent) => {
    const { app } = await begin(({ session, response }) => {
      session['n'] = 2
      if (said !== undefined) response.setHeader('Cache-Control', said)
    }, framework)
    const { headers, setCookies } = await app.browser().post('/page')
    expect(setCookies).toHaveLength(1)
    expect(headers['cache-control']).toMatch(sent)
    expect(headers['cache-control']).not.toContain('public')
  })

  test('removing our cookie is not stored either', async () => {
    const { browser } = await begin(({ session }) => session.invalidate(), framework)
    expect((await browser.post('/page')).headers['cache-control']).toBe('no-store')
  })

  test('what the application varies by stays', async () => {
    const { browser } = await begin(({ session, response }) => {
      response.setHeader('Vary', 'Accept-Language')
      return session['n']
    }, framework)
    const { headers } = await browser.get('/page')
    expect(headers.vary).toMatch(/accept-language/i)
    expect(headers.vary).toMatch(/\bcookie\b/i)
  })
})
