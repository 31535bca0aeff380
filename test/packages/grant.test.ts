import type { Request, Response } from 'express'
import grantModule from 'grant'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { sessionOf } from '../support/app.ts'
import type { Browser } from '../support/browser-jar.ts'
import { type Serve, describeOnExpress, ours } from './serve.ts'

/** Its types name a default export, which Node's import of CommonJS does not know. */
const grant = grantModule as unknown as typeof grantModule.default

/** An OAuth 2 provider that lets everybody in; its token says with which code it was got. */
async function startProvider(): Promise<string> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://provider')
    if (pathname === '/authorize') {
      const back = new URL(searchParams.get('redirect_uri') ?? '')
      back.searchParams.set('code', `code-for-${searchParams.get('state')}`)
      back.searchParams.set('state', searchParams.get('state') ?? '')
      response.writeHead(302, { location: back.href }).end()
      return
    }
    void readForm(request).then((form) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ access_token: `token-for-${form.get('code')}` }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function readForm(request: AsyncIterable<unknown>): Promise<URLSearchParams> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return new URLSearchParams(text)
}

async function serveGrant(serve: Serve) {
  const provider = await startProvider()
  return serve((app) => {
    app.use(
      grant.express({
        defaults: { origin: 'http://localhost', transport: 'session', state: true },
        fake: {
          oauth: 2,
          key: 'key',
          secret: 'secret',
          pkce: true,
          authorize_url: `${provider}/authorize`,
          access_url: `${provider}/token`,
          callback: '/hello',
        },
      }),
    )
    app.get('/hello', (request: Request, response: Response) => {
      response.json((sessionOf(request)['grant'] as { response?: unknown }).response)
    })
  })
}

/** Goes to the provider and comes back with where it sends the browser. */
async function authorize(browser: Browser): Promise<string> {
  const leaving = await browser.get('/connect/fake')
  expect([leaving.status, ours(leaving).length]).toEqual([302, 1])
  const there = await fetch(leaving.headers.location ?? '', { redirect: 'manual' })
  const { pathname, search } = new URL(there.headers.get('location') ?? '')
  return pathname + search
}

describeOnExpress('grant', (serve) => {
  test('authorize, callback, and the response is in the session', async () => {
    const { app, stored } = await serveGrant(serve)
    const browser = app.browser()
    const back = await authorize(browser)
    const state = new URLSearchParams(back.split('?')[1]).get('state')
    expect(await stored()).toEqual([{ grant: expect.objectContaining({ state }) as unknown }])
    const returned = await browser.get(back)
    expect([returned.status, returned.headers.location]).toEqual([302, '/hello'])
    expect(returned.setCookies).toEqual([])
    expect((await browser.get('/hello')).json).toMatchObject({
      access_token: `token-for-code-for-${state}`,
    })
  })

  test('visitors who come at once each get their own response', async () => {
    const { app } = await serveGrant(serve)
    const tokens = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const browser = app.browser()
        const back = await authorize(browser)
        await browser.get(back)
        const { access_token } = (await browser.get('/hello')).json as { access_token: string }
        return access_token.endsWith(new URLSearchParams(back.split('?')[1]).get('state') ?? '-')
      }),
    )
    expect(tokens).toEqual(Array<boolean>(8).fill(true))
  })

  test("a callback with another visitor's state is refused", async () => {
    const { app } = await serveGrant(serve)
    const [ada, ben] = [app.browser(), app.browser()]
    await authorize(ada)
    await ada.get(await authorize(ben))
    expect((await ada.get('/hello')).json).toMatchObject({ error: 'Grant: OAuth2 state mismatch' })
  })

  test('nobody is sent to the provider while the state cannot be stored', async () => {
    const { app, store } = await serveGrant(serve)
    // grant saves (it looks whether save takes a callback), does not look at the error, and redirects, which commits once more.
    store.failNext('create', new Error('out of order'))
    store.failNext('create', new Error('out of order'))
    const answer = await app.browser().get('/connect/fake')
    expect([answer.status, answer.headers.location, answer.setCookies]).toEqual([
      503,
      undefined,
      [],
    ])
    expect(store.calls.create).toBe(2)
  })
})
