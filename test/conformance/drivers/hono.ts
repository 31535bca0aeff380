import { ReadableStream } from 'node:stream/web'
import { createAdaptorServer } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { crossOriginGuard, session } from '../../../src/adapters/hono.ts'
import { type Driver, type Reply, policyOf } from '../driver.ts'
import { listening } from '../listening.ts'

export const driver: Driver = {
  name: 'Hono 4',
  alwaysVaries: true,
  serve(sessions, handle, guard) {
    const app = new Hono()
    if (guard === undefined) app.onError((_error, c) => c.text('trouble', 500))
    else app.use(crossOriginGuard(guard))
    app
      .use(session(sessions, { onUnavailable: (c) => policyOf(c.req.path) }))
      .all('*', async (c) =>
        send(c, await handle({ session: c.get('session'), request: c.req.raw, path: c.req.path })),
      )
    return listening(createAdaptorServer(app))
  },
}

function send(c: Context, reply: Reply): Response {
  const { redirect, status = 200, headers = {}, cookies = [], body = null } = reply
  for (const [name, value] of Object.entries(headers)) c.header(name, value)
  for (const cookie of cookies) c.header('Set-Cookie', cookie, { append: true })
  if (redirect !== undefined) return c.redirect(redirect)
  if (typeof body === 'string') return c.text(body, status as ContentfulStatusCode)
  const stream = body === null ? null : (ReadableStream.from(body) as globalThis.ReadableStream)
  return c.newResponse(stream, status as ContentfulStatusCode)
}
