import type { AddressInfo } from 'node:net'
import { Router } from '@koa/router'
import Koa from 'koa'
import { session } from 'sojourn/koa'
import { redisStore } from 'sojourn/redis'

declare module 'sojourn' {
  interface SessionData {
    visits?: number
  }
}

const { PORT = 3000, REDIS_URL, SESSION_SECRET } = process.env
const secret = SESSION_SECRET ?? crypto.randomUUID() // another at every start, where none is given
const store = REDIS_URL ? redisStore({ url: REDIS_URL }) : undefined

const router = new Router()
router.get('/', (ctx) => {
  const { session } = ctx
  if (session.principal !== null) session.visits = (session.visits ?? 0) + 1
  const { principal, visits } = session
  ctx.body = principal === null ? 'Hello, nobody.' : `Hello, ${principal}. Visit ${visits}.`
})
router.post('/sign-in', async (ctx) => {
  await ctx.session.signIn(String(ctx.query['name'] || 'somebody'))
  ctx.status = 303
  ctx.redirect('/')
})
router.post('/sign-out', async (ctx) => {
  await ctx.session.signOut()
  ctx.status = 303
  ctx.redirect('/')
})

const app = new Koa().use(session({ secret, store })).use(router.routes())
const server = app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`http://localhost:${(server.address() as AddressInfo).port}`)
})
