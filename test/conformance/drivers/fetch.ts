import { ReadableStream } from 'node:stream/web'
import { createAdaptorServer } from '@hono/node-server'
import { crossOriginGuard, withSession } from '../../../src/adapters/fetch.ts'
import { type Driver, type Reply, policyOf } from '../driver.ts'
import { listening } from '../listening.ts'

export const driver: Driver = {
  name: 'fetch',
  alwaysVaries: true,
  serve(sessions, handle, guard) {
    const handler = withSession(
      sessions,
      async (request: Request, session) => {
        const { pathname: path } = new URL(request.url)
        return responseOf(await handle({ session, request, path }))
      },
      {
        onError: () => new Response('trouble', { status: 500 }),
        onUnavailable: ({ url }) => policyOf(new URL(url).pathname),
      },
    )
    const fetch = guard === undefined ? handler : crossOriginGuard(handler, guard)
    return listening(createAdaptorServer({ fetch, overrideGlobalObjects: false }))
  },
}

/** A reply as a fetch-style application makes it. */
export function responseOf(reply: Reply): Response {
  const { redirect, status = redirect === undefined ? 200 : 302, cookies = [], body } = reply
  const headers = new Headers(reply.headers)
  for (const cookie of cookies) headers.append('Set-Cookie', cookie)
  if (redirect !== undefined) headers.set('Location', redirect)
  return new Response(typeof body === 'object' ? ReadableStream.from(body) : body, {
    status,
    headers,
  })
}
