import fastify from 'fastify'
import { createSessions } from 'sojourn'
import { type FastifySession, session } from 'sojourn/fastify'

interface Shop {
  cart: string[]
}

// An application may say itself what request.session is: its word goes before ours.
declare module 'fastify' {
  interface FastifyRequest {
    readonly session: FastifySession<Shop>
  }
}

const app = fastify()
const sessions = createSessions<Shop>({ secret: 'only-for-the-type-checker-0123456789' })
app.register(session, { sessions })
app.get('/', async (request) => {
  const cart: string[] | undefined = request.session.cart ?? request.session.get('cart')
  // @ts-expect-error -- no such key
  void request.session.userId
  await request.session.update((draft) => void draft.cart?.push('tea'))
  return cart
})
