import { expect, test } from 'vitest'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET, startApp } from '../support/app.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import { barrier } from '../support/latch-store.ts'

describeOnBothStores('CSRF tokens', (makeStore) => {
  async function begin() {
    const store = makeStore()
    const meet = barrier(2)
    const app = await startApp(createSessions<Data>({ secret: SECRET, store }), {
      token: ({ session }) => session.getCsrfToken(),
      'token-twice': async ({ session }) => {
        const first = session.getCsrfToken()
        await session.save()
        session['n'] = 1
        return [first, session.getCsrfToken()]
      },
      'tokens-of-one-request': ({ session }) => {
        const tokens = [session.getCsrfToken(), session.newCsrfToken(), session.getCsrfToken()]
        session.rotate()
        tokens.push(session.getCsrfToken())
        session.clear()
        return [...tokens, session.getCsrfToken()]
      },
      'token-and-verify': ({ session }) => {
        const token = session.getCsrfToken()
        return [token, session.verifyCsrfToken(token)]
      },
      renew: ({ session }) => session.newCsrfToken(),
      'token-together': async ({ session }) => {
        await meet()
        return session.getCsrfToken()
      },
      verify: ({ session, request }) => session.verifyCsrfToken(request.query['token']),
      write: ({ session }) => void (session['n'] = 1),
      rotate: ({ session }) => session.rotate(),
      'rotate-and-token': ({ session }) => {
        session.rotate()
        return session.getCsrfToken()
      },
      clear: ({ session }) => session.clear(),
      odd: ({ session }) => {
        const odd = [
          undefined,
          null,
          7,
          {},
          [],
          '',
          'x',
          '\ud800',
          'x'.repeat(1_000_000),
          Symbol('x'),
        ]
        return odd.map((candidate) => session.verifyCsrfToken(candidate))
      },
    })
    const browser = app.browser()
    const verify = async (token: unknown, by = browser) =>
      (await by.get(`/verify?token=${String(token)}`)).json
    return { store, app, browser, verify }
  }

  test('the first makes a session of a visitor; looking again stores nothing', async () => {
    const { browser, store, verify } = await begin()
    const first = await browser.get('/token')
    expect(first.setCookies).toHaveLength(1)
    const again = await browser.get('/token')
    expect(again.setCookies).toEqual([])
    expect(await verify(first.json)).toBe(true)
    expect(store.calls).toMatchObject({ create: 1, replace: 0 })
  })

  test('THREATS T6: each response has another text, all of them hold (BREACH)', async () => {
    const { browser, verify } = await begin()
    const answers = [await browser.get('/token'), await browser.get('/token')]
    const [first, second] = answers.map(({ json }) => json)
    expect(first).not.toBe(second)
    expect([await verify(first), await verify(second), await verify(first)]).toEqual([
      true,
      true,
      true,
    ])
  })

  test('within one request the text is the same until the token is another', async () => {
    const { browser, verify } = await begin()
    for (const visitor of [browser, browser]) {
      const [first, again] = (await visitor.get('/token-twice')).json as string[]
      expect(again).toBe(first)
    }
    const tokens = (await browser.post('/tokens-of-one-request')).json as string[]
    const [, renewed, renewedAgain, , last] = tokens
    expect(renewedAgain).toBe(renewed)
    expect(new Set(tokens).size).toBe(4)
    for (const token of tokens) expect(await verify(token)).toBe(token === last)
  })

  test('a token of a visitor holds once the session is stored, not before', async () => {
    const { browser, verify } = await begin()
    const [token, before] = (await browser.get('/token-and-verify')).json as [string, boolean]
    expect([before, await verify(token)]).toEqual([false, true])
    expect((await browser.get('/token-and-verify')).json).toEqual([expect.any(String), true])
  })

  test('verifying for a visitor stores nothing and is false', async () => {
    const { browser, store, verify } = await begin()
    expect(await verify('x')).toBe(false)
    expect(browser.cookies.size).toBe(0)
    expect(store.totalCalls).toBe(0)
  })

  test('two first calls in parallel do not void each other', async () => {
    const { browser, verify } = await begin()
    await browser.post('/write')
    const answers = await Promise.all([
      browser.get('/token-together'),
      browser.get('/token-together'),
    ])
    for (const { json } of answers) expect(await verify(json)).toBe(true)
  })

  test("THREATS 24: another session's token is refused", async () => {
    const { app, browser, verify } = await begin()
    const other = app.browser()
    const token = (await browser.get('/token')).json
    await other.get('/token')
    expect(await verify(token, other)).toBe(false)
  })

  test.each(['/renew', '/rotate', '/clear'])('THREATS 24: %s voids it', async (page) => {
    const { browser, verify } = await begin()
    const token = (await browser.get('/token')).json
    await browser.post(page)
    expect(await verify(token)).toBe(false)
    expect(await verify((await browser.get('/token')).json)).toBe(true)
  })

  test('one that is given out after rotate() or by newCsrfToken() holds', async () => {
    const { browser, verify } = await begin()
    await browser.get('/token')
    for (const page of ['/rotate-and-token', '/renew']) {
      expect(await verify((await browser.post(page)).json)).toBe(true)
    }
  })

  test('whatever is verified, nothing throws', async () => {
    const { browser } = await begin()
    await browser.get('/token')
    expect((await browser.get('/odd')).json).toEqual(Array.from({ length: 10 }, () => false))
  })
})
