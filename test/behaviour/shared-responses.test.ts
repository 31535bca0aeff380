import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { withSession } from '../../src/adapters/fetch.ts'
import { type SessionVariables, session } from '../../src/adapters/hono.ts'
import { createSessions } from '../../src/sessions.ts'
import { type App, type Data, SECRET } from '../support/app.ts'
import { serveFetch } from '../support/fetch-app.ts'
import { serveHono } from '../support/hono-app.ts'

/** `/in` writes a session, `/out` ends it, and whatever else is asked leaves it alone. */
function act(path: string, data: { n?: unknown; invalidate(): void }): void {
  if (path === '/in') data.n = 1
  if (path === '/out') data.invalidate()
}

function makeSessions() {
  return createSessions<Data>({ secret: SECRET, clearSiteData: ['cache'] })
}

function fetchApp(response: () => Response): Promise<App> {
  return serveFetch(
    withSession(makeSessions(), (request: Request, data) => {
      act(new URL(request.url).pathname, data)
      return response()
    }),
  )
}

function honoApp(response: () => Response): Promise<App> {
  const app = new Hono<{ Variables: SessionVariables<Data> }>()
  app.use(session(makeSessions()))
  app.all('*', (c) => {
    act(c.req.path, c.var.session)
    return response()
  })
  return serveHono(app)
}

const noContent = () => new Response(null, { status: 204, headers: { 'X-Mine': 'yes' } })
const redirect = () => Response.redirect('http://localhost/next', 302)
const text = () => new Response('the same for all', { headers: { 'X-Mine': 'yes' } })

describe('one response that a handler sends to everybody', () => {
  // @hono/node-server replaces the global Response, and sends a text of its own any number of times.
  test.each([
    ['without a body, fetch style', noContent, fetchApp],
    ['that is a redirect, fetch style', redirect, fetchApp],
    ['without a body, Hono', noContent, honoApp],
    ['that is a redirect, Hono', redirect, honoApp],
    ['that is a text, Hono', text, honoApp],
  ])("THREATS 12: shows nobody another's cookie: one %s", async (_what, make, serve) => {
    let made: Response | undefined
    const app = await serve(() => (made ??= make()))
    const ada = app.browser()
    const sent = [await ada.get('/in'), await ada.get('/out'), await app.browser().get('/in')]
    const other = await app.browser().get('/')
    for (const { headers, status, text: body, setCookies } of sent) {
      expect(setCookies).toHaveLength(1)
      expect(headers['cache-control']).toBe('no-store')
      expect([status, body, headers['x-mine']]).toEqual([
        other.status,
        other.text,
        other.headers['x-mine'],
      ])
    }
    expect(other.setCookies).toEqual([])
    expect(other.headers['clear-site-data']).toBeUndefined()
    expect(other.headers['cache-control']).not.toBe('no-store')
  })
})

test('a stream can be sent once, and stays the response it is', async () => {
  const made = new Response(new ReadableStream())
  const handler = withSession(makeSessions(), (_request, data) => {
    data['n'] = 1
    return made
  })
  const answer = await handler(new Request('http://localhost/'))
  expect(answer).toBe(made)
  expect(answer.headers.getSetCookie()).toHaveLength(1)
})
