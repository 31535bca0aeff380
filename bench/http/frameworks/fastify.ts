import type { Server } from 'node:http'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { session } from 'sojourn/fastify'
import { type Headers, byHand, nothing } from '../keepers/by-hand.ts'
import { useFastifySession } from '../keepers/fastify-session.ts'
import { safeByHand } from '../keepers/safe-by-hand.ts'
import { sojournSessions, workOfSojourn } from '../keepers/sojourn.ts'
import { type Keeper, SAFE } from '../subjects.ts'
import { type Work, routesOf } from '../work.ts'

const headers: Headers<FastifyReply> = {
  cookie: ({ request }) => request.headers.cookie,
  set: (reply, name, value) => void reply.header(name, value),
}

export async function fastifyServer(keeper: Keeper, redisUrl: string): Promise<Server> {
  const app = fastify()
  for (const [path, handler] of routesOf(await workIn(app, keeper, redisUrl))) {
    app.get(path, async (_request, reply) => handler(reply))
  }
  await app.ready()
  return app.server
}

async function workIn(
  app: FastifyInstance,
  keeper: Keeper,
  redisUrl: string,
): Promise<Work<FastifyReply>> {
  if (keeper === 'nothing') return nothing(headers)
  if (keeper === 'limit') return byHand(headers, redisUrl)
  if (keeper === SAFE) {
    app.addHook('onRequest', (_request, reply, done) => {
      headers.cookie(reply)
      done()
    })
    return safeByHand(headers, redisUrl)
  }
  if (keeper === '@fastify/session') return useFastifySession(app, redisUrl)
  const sessions = sojournSessions(keeper, redisUrl)
  await app.register(session, { sessions })
  return workOfSojourn(({ request }) => sessions.from(request))
}
