import { session } from 'sojourn/fastify'
import { createSessions } from 'sojourn'
import fastify from 'fastify'
import fastifySession from '@fastify/session'

declare module 'sojourn' {
  interface SessionData {
    userId: string
  }
}

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
function same<A, B>(..._proof: Same<A, B> extends true ? [] : ['types differ']): void {}

const secret = 'only-for-the-type-checker-0123456789'
const sessions = createSessions({ secret })

const app = fastify()
app.register(fastifySession, { secret })
app.register(session, { sessions, property: 'account' })
app.get('/', async (request) => {
  // What is typed: ours by from(), under any property; theirs by request.session.
  const account = sessions.from(request)
  same<typeof account.userId, string | undefined>()
  account.adjustTimeoutForSession(60)
  await account.save()
  same<typeof request.session, fastifySession.FastifySessionObject>()
  // @ts-expect-error -- what cannot be typed: request.session as ours
  void request.session.userId
  return request.session.sessionId
})
