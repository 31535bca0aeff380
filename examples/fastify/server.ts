import fastify from 'fastify'
import type { AddressInfo } from 'node:net'
import { createSessions } from 'sojourn'
import { session } from 'sojourn/fastify'
import { redisStore } from 'sojourn/redis'

declare module 'sojourn' {
  interface SessionData {
    visits?: number
  }
}

const { PORT = 3000, REDIS_URL, SESSION_SECRET } = process.env
const secret = SESSION_SECRET ?? crypto.randomUUID() // another at every start, where none is given
const store = REDIS_URL ? redisStore({ url: REDIS_URL }) : undefined
const sessions = createSessions({ secret, store })

const app = fastify()
app.register(session, { sessions })
app.addHook('onClose', () => sessions.close())

app.get('/', async ({ session }) => {
  if (session.principal === null) return 'Hello, nobody.'
  session.visits = (session.visits ?? 0) + 1
  return `Hello, ${session.principal}. Visit ${session.visits}.`
})
app.post<{ Querystring: { name: unknown } }>('/sign-in', async ({ session, query }, reply) => {
  if (typeof query.name !== 'string' || query.name === '') return reply.code(400).send()
  await session.signIn(query.name)
  return reply.redirect('/', 303)
})
app.post('/sign-out', async ({ session }, reply) => {
  await session.signOut()
  return reply.redirect('/', 303)
})

await app.listen({ host: '127.0.0.1', port: Number(PORT) })
console.log(`http://localhost:${(app.server.address() as AddressInfo).port}`)
