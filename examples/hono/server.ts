import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { createSessions } from 'sojourn'
import { session } from 'sojourn/hono'
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

const app = new Hono()
  .use(session(sessions))
  .get('/', (c) => {
    const { session } = c.var
    if (session.principal === null) return c.text('Hello, nobody.')
    session.visits = (session.visits ?? 0) + 1
    return c.text(`Hello, ${session.principal}. Visit ${session.visits}.`)
  })
  .post('/sign-in', async (c) => {
    await c.var.session.signIn(c.req.query('name') || 'somebody')
    return c.redirect('/', 303)
  })
  .post('/sign-out', async (c) => {
    await c.var.session.signOut()
    return c.redirect('/', 303)
  })

serve({ fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1' }, ({ port }) => {
  console.log(`http://localhost:${port}`)
})
