import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import { RedisStore } from 'connect-redis'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { type Account, KEYS, answerOf } from '../account.ts'
import { type Work, workOnObjects } from '../work.ts'
import { SECRET, connect } from './peers.ts'

/**
 * @fastify/session as its README sets it up, over plain http, with connect-redis: it takes the
 * stores of express-session.
 */
export async function useFastifySession(
  app: FastifyInstance,
  redisUrl: string,
): Promise<Work<FastifyReply>> {
  const store = new RedisStore({ client: await connect(redisUrl), prefix: 'myapp:' })
  await app.register(fastifyCookie)
  await app.register(fastifySession, { secret: SECRET, cookie: { secure: false }, store })
  return {
    ...workOnObjects<FastifyReply>({
      sessionOf,
      regenerate: ({ request }) => request.session.regenerate(),
      end: ({ request }) => request.session.destroy(),
    }),
    async rotate(reply) {
      await reply.request.session.regenerate(KEYS)
      return answerOf(sessionOf(reply))
    },
  }
}

function sessionOf({ request }: FastifyReply): Partial<Account> {
  return request.session as Partial<Account>
}
