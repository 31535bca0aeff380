import { Hono } from 'hono'
import { hc } from 'hono/client'
import { createFactory, createMiddleware } from 'hono/factory'
import { createSessions } from 'sojourn'
import type { Session } from 'sojourn'
import { type SessionVariables, crossOriginGuard, session } from 'sojourn/hono'

declare module 'sojourn' {
  interface SessionData {
    userId: string
  }
}

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
function same<A, B>(..._proof: Same<A, B> extends true ? [] : ['types differ']): void {}

interface Admin {
  level: number
}

const secret = 'only-for-the-type-checker-0123456789'
const sessions = createSessions({ secret })
const admin = createSessions<Admin>({ secret })

// A chain knows the session, by either way to it, and passes what it knows on to an RPC client.
const app = new Hono()
  .use(session(sessions))
  .get('/me', (c) => {
    same<typeof c.var.session, Session>()
    const got = c.get('session')
    same<typeof got, Session>()
    // @ts-expect-error -- no such key
    void c.var.session.level
    return c.json({ userId: c.get('session').userId ?? null })
  })
  .use('/admin/*', session(admin, { property: 'adminSession' }))
  .post('/admin/:id', (c) => {
    same<typeof c.var.adminSession, Session<Admin>>()
    same<typeof c.var.session, Session>()
    const id = c.req.param('id')
    same<typeof id, string>()
    return c.json({ level: c.get('adminSession').level ?? 0, id }, 201)
  })

const client = hc<typeof app>('http://localhost/')
const me = await (await client.me.$get()).json()
same<typeof me, { userId: string | null }>()
const made = await client.admin[':id'].$post({ param: { id: '1' } })
same<typeof made.status, 201>()
same<Awaited<ReturnType<typeof made.json>>, { level: number; id: string }>()
// @ts-expect-error -- no such route
void client.you

// Before a single route.
const single = new Hono().get('/', session(admin), (c) => c.json({ level: c.var.session.level }))
const level = await (await hc<typeof single>('http://localhost/').index.$get()).json()
same<typeof level.level, number | undefined>()

// An app that is not one chain names its variables, as does what is made apart from it.
const named = new Hono<{ Variables: SessionVariables<Admin> }>()
named.use(session(admin))
named.get('/', (c) => c.text(String(c.get('session').level)))
const factory = createFactory<{ Variables: SessionVariables<Admin, 'adminSession'> }>()
factory.createMiddleware(async (c, next) => {
  same<typeof c.var.adminSession, Session<Admin>>()
  await next()
})
const guard = createMiddleware<{ Variables: SessionVariables }>(async (c, next) => {
  if (c.var.session.userId === undefined) return c.text('Who are you?', 401)
  await next()
})
new Hono().use(session(sessions), guard).get('/', (c) => c.text(c.var.session.userId ?? ''))

// Options of createSessions in place of sessions; what this mount is about comes second.
new Hono().use(
  session({ secret }, { countAsActivity: (c) => c.req.path !== '/poll', local: () => true }),
)
// @ts-expect-error -- no such option
session(sessions, { propery: 'x' })

// The guard adds nothing to what a chain knows, and takes nothing away.
new Hono()
  .use(crossOriginGuard({ allow: ['https://pay.example'] }))
  .use(session(sessions))
  .get('/', (c) => {
    same<typeof c.var.session, Session>()
    return c.text('')
  })
// @ts-expect-error -- no such option
crossOriginGuard({ allowed: [] })
