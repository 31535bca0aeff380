import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { GuardedRequest } from '../guard/cross-origin.ts'
import type { Answer } from './layout.ts'

type NodeRequest = IncomingMessage | Http2ServerRequest
type NodeResponse = ServerResponse | Http2ServerResponse

/** What is used of a context of Koa. */
export interface KoaContext extends GuardedRequest {
  status: number
  body: unknown
  set(headers: { [name: string]: string }): unknown
}

/** What is used of a reply of Fastify. */
export interface FastifyReply {
  code(status: number): unknown
  headers(headers: { [name: string]: string }): unknown
  send(body: string): unknown
}

/** What is used of an instance of Fastify. */
export interface FastifyInstance<Req> {
  removeAllContentTypeParsers(): unknown
  addContentTypeParser(
    type: string,
    parser: (request: Req, body: unknown, done: (error: null) => void) => void,
  ): unknown
  route(options: {
    method: string[]
    url: string
    handler: (request: Req, reply: FastifyReply) => Promise<unknown>
  }): unknown
}

/** The dashboard, as each framework takes it. Answers on one address, whatever its path is. */
export interface Mounts<Req extends object = object> {
  /** Request in, Response out: fetch style, Hono, h3. */
  readonly fetch: (request: Req & Request) => Promise<Response>
  /** A request listener: node:http, http2, Express 4 and 5, Nest. */
  readonly node: (request: Req & NodeRequest, response: NodeResponse) => Promise<void>
  /** Koa middleware, which calls nothing after it. */
  readonly koa: (ctx: Req & KoaContext) => Promise<void>
  /** A Fastify plugin; its address is the `prefix` that `register` is given. */
  readonly fastify: (instance: FastifyInstance<Req & GuardedRequest>) => Promise<void>
}

export function mountsOf<Req extends object>(
  answer: (request: Req & GuardedRequest) => Promise<Answer>,
): Mounts<Req> {
  return Object.freeze<Mounts<Req>>({
    async fetch(request) {
      const { status, headers, body } = await answer(request)
      return new Response(request.method === 'HEAD' ? null : body, { status, headers })
    },
    async node(request, response) {
      const { status, headers, body } = await answer(request)
      if (response.headersSent || response.destroyed) return
      response.statusCode = status
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
      response.setHeader('Content-Length', Buffer.byteLength(body))
      response.end(body)
    },
    async koa(ctx) {
      const { status, headers, body } = await answer(ctx)
      ctx.set(headers)
      ctx.status = status
      ctx.body = body
    },
    async fastify(instance) {
      // A form without fields has a type all the same, which nobody need have a parser for.
      instance.removeAllContentTypeParsers()
      instance.addContentTypeParser('*', (_request, _body, done) => done(null))
      instance.route({
        method: ['GET', 'POST'],
        url: '/',
        async handler(request, reply) {
          const { status, headers, body } = await answer(request)
          reply.code(status)
          reply.headers(headers)
          return reply.send(body)
        },
      })
    },
  })
}
