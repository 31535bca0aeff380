import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { pipeline } from 'node:stream/promises'
import type { Session } from '../../../src/session/members.ts'
import { crossOriginGuard, withSession } from '../../../src/adapters/node.ts'
import { type Data, type Driver, type Handle, type Reply, policyOf } from '../driver.ts'
import { listening } from '../listening.ts'

type Request = (IncomingMessage | Http2ServerRequest) & { readonly session: Session<Data> }
type Response = ServerResponse | Http2ServerResponse

export const driver: Driver = {
  name: 'node:http',
  serve: (...args) => listening(createServer(guarded(...args))),
}

/** The same for HTTP/1 and HTTP/2. */
export function guarded(...[sessions, handle, guard]: Parameters<Driver['serve']>) {
  const serve = withSession(sessions, listener(handle), {
    onError: () => undefined,
    onUnavailable: ({ url = '' }) => policyOf(url),
  })
  return guard === undefined ? serve : crossOriginGuard(serve, guard)
}

function listener(handle: Handle) {
  return async (request: Request, response: Response): Promise<void> => {
    const reply = await handle({
      get session() {
        return request.session
      },
      request,
      path: new URL(request.url ?? '/', 'http://localhost').pathname,
    })
    await send(response, reply)
  }
}

async function send(response: Response, reply: Reply): Promise<void> {
  const { redirect, status = redirect === undefined ? 200 : 302, headers, cookies, body } = reply
  if (cookies !== undefined) response.setHeader('Set-Cookie', [...cookies])
  const location = redirect === undefined ? {} : { location: redirect }
  response.writeHead(status, { ...headers, ...location })
  if (typeof body === 'object') await pipeline(body, response)
  else response.end(body ?? '')
}
