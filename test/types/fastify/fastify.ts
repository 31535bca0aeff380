import fastify, { type FastifyRequest } from 'fastify'
import { createSessions } from 'sojourn'
import { type FastifySession, crossOriginGuard, session } from 'sojourn/fastify'

declare module 'sojourn' {
  interface SessionData {
    userId: string
    cart: string[]
  }
}

interface AdminData {
  level: number
}

// A property of one's own is typed in one's own words.
declare module 'fastify' {
  interface FastifyRequest {
    readonly adminSession: FastifySession<AdminData>
  }
}

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
function same<A, B>(..._proof: Same<A, B> extends true ? [] : ['types differ']): void {}

const secret = 'only-for-the-type-checker-0123456789'
const sessions = createSessions({ secret })
const admin = createSessions<AdminData>({ secret, cookie: { name: 'admin' } })

const app = fastify()
app.addHook('onRequest', crossOriginGuard({ allow: ['https://pay.example'] }))
app.post('/pay', { onRequest: crossOriginGuard() }, async () => 'paid')
app.register(session, { sessions })
app.register(session, { sessions: createSessions({ secret }), prefix: '/shop' })
app.register(session, {
  sessions: admin,
  property: 'adminSession',
  countAsActivity: (request) => request.routeOptions.url !== '/poll',
})
// @ts-expect-error -- sessions are required
app.register(session)
// @ts-expect-error -- options of createSessions are not those of the plugin
app.register(session, { secret })
// @ts-expect-error -- no such option
app.register(session, { sessions, propery: 'shop' })
// @ts-expect-error -- sessions are what createSessions returns
app.register(session, { sessions: { secret } })

app.get('/', async (request, reply) => {
  same<typeof request.session, FastifySession>()
  same<typeof request.session.userId, string | undefined>()
  same<typeof request.session.timeout, number>()
  // @ts-expect-error -- no such key
  void request.session.other
  // @ts-expect-error -- a session cannot be replaced
  request.session = await sessions.open()

  const cart = request.session.get('cart')
  same<typeof cart, string[] | undefined>()
  request.session.set('userId', 'ada')
  request.session.set('userId', undefined)
  // @ts-expect-error -- a user id is a string
  request.session.set('userId', 3)
  // @ts-expect-error -- no such key
  request.session.get('other')
  await request.session.regenerate()
  await request.session.regenerate(['cart'])
  // @ts-expect-error -- no such key
  await request.session.regenerate(['other'])

  // Spreading a session gives its data, not its members.
  const copy = { ...request.session }
  same<typeof copy.cart, string[] | undefined>()
  // @ts-expect-error -- regenerate is a member
  void copy.regenerate

  same<typeof request.adminSession.level, number | undefined>()
  const found = admin.from(request)
  same<typeof found.level, number | undefined>()
  reply.header('x-user', sessions.from(request.raw).userId)
  return null
})

// Hooks, and the requests of HTTP/2 servers and of typed routes, know the session too.
app.addHook('onSend', async (request) => void request.session.userId)
function userOf(request: FastifyRequest<{ Params: { id: string } }>): string | undefined {
  return request.params.id === '' ? undefined : request.session.userId
}
app.get('/:id', async (request: FastifyRequest<{ Params: { id: string } }>) => userOf(request))
const overHttp2 = fastify({ http2: true })
overHttp2.register(session, { sessions })
overHttp2.get('/', async (request) => request.session.userId)
