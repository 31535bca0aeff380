import type { AddressInfo } from 'node:net'
import { Router } from '@koa/router'
import Koa from 'koa'
import { session } from 'sojourn/koa'
import { redisStore } from 'sojourn/redis'

declare module 'sojourn' {
  interface SessionData {
    name?: string
    visits?: number
  }
}

const { PORT = 3000, REDIS_URL, SESSION_SECRET } = process.env
const secret = SESSION_SECRET ?? crypto.randomUUID() // another at every start, where none is given
const store = REDIS_URL ? redisStore({ url: REDIS_URL }) : undefined

const router = new Router()
router.get('/', (ctx) => {
  const { session } = ctx
  if (session.name !== undefined) session.visits = (session.visits ?? 0) + 1
  ctx.body = session.name ? `Hello, ${session.name}. Visit ${session.visits}.` : 'Hello, nobody.'
})
router.post('/sign-in', (ctx) => {
  ctx.session.rotate()
  ctx.session.name = String(ctx.query['name'] ?? 'somebody')
  ctx.status = 303
  ctx.redirect('/')
})
router.post('/sign-out', (ctx) => {
  ctx.session.invalidate()
  ctx.status = 303
  ctx.redirect('/')
})

const app = new Koa().use(session({ secret, store })).use(router.routes())
const server = app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`http://localhost:${(server.address() as AddressInfo).port}`)
})
