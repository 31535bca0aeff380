import { Readable } from 'node:stream'
import type { Server } from 'node:http'
import type { Http2Server } from 'node:http2'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { crossOriginGuard, session } from '../../../src/adapters/fastify.ts'
import type { CrossOriginGuardOptions } from '../../../src/guard/cross-origin.ts'
import type { Session } from '../../../src/session/members.ts'
import type { Sessions } from '../../../src/sessions.ts'
import { type Data, type Driver, type Handle, type Reply, policyOf } from '../driver.ts'
import { listening } from '../listening.ts'

export const driver: Driver = {
  name: 'Fastify 5',
  serve: (...args) => serve(fastify(), ...args),
}

/** The same for HTTP/1 and HTTP/2. */
export async function serve<S extends Server | Http2Server>(
  app: FastifyInstance<S>,
  sessions: Sessions<Data>,
  handle: Handle,
  guard?: CrossOriginGuardOptions,
) {
  if (guard !== undefined) app.addHook('onRequest', crossOriginGuard(guard))
  app.register(session, { sessions, onUnavailable: ({ url }) => policyOf(url) })
  // Bodies are nothing to the suite.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => done(null))
  app.all('*', async (request, reply) => {
    const turn = {
      get session() {
        return request.session as unknown as Session<Data>
      },
      request,
      path: new URL(request.url, 'http://localhost').pathname,
    }
    return send(reply as unknown as FastifyReply, await handle(turn))
  })
  await app.ready()
  return listening(app.server)
}

function send(reply: FastifyReply, answer: Reply): FastifyReply {
  const {
    redirect,
    status = redirect === undefined ? 200 : 302,
    headers = {},
    cookies = [],
    body,
  } = answer
  reply.code(status).headers(headers)
  for (const cookie of cookies) reply.header('Set-Cookie', cookie)
  if (redirect !== undefined) return reply.redirect(redirect)
  return reply.send(typeof body === 'object' ? Readable.from(body) : body)
}
