import { type Server, createServer } from 'node:http'
import Koa, { type Context } from 'koa'
import { session } from 'sojourn/koa'
import { type Headers, byHand, nothing } from '../keepers/by-hand.ts'
import { useKoaSession } from '../keepers/koa-session.ts'
import { safeByHand } from '../keepers/safe-by-hand.ts'
import { sojournSessions, workOfSojourn } from '../keepers/sojourn.ts'
import { type Keeper, SAFE } from '../subjects.ts'
import { type Work, routesOf } from '../work.ts'

const headers: Headers<Context> = {
  cookie: (ctx) => ctx.headers.cookie,
  set: (ctx, name, value) => ctx.set(name, value),
}

export async function koaServer(keeper: Keeper, redisUrl: string): Promise<Server> {
  const app = new Koa()
  const routes = routesOf(await workIn(app, keeper, redisUrl))
  app.use(async (ctx) => {
    const handler = routes.get(ctx.path)
    if (handler !== undefined) ctx.body = await handler(ctx)
  })
  const answer = app.callback()
  return createServer((request, response) => void answer(request, response))
}

async function workIn(app: Koa, keeper: Keeper, redisUrl: string): Promise<Work<Context>> {
  if (keeper === 'nothing') return nothing(headers)
  if (keeper === 'limit') return byHand(headers, redisUrl)
  if (keeper === SAFE) {
    app.use((ctx, next) => {
      headers.cookie(ctx)
      return next()
    })
    return safeByHand(headers, redisUrl)
  }
  if (keeper === 'koa-session') return useKoaSession(app, redisUrl)
  const sessions = sojournSessions(keeper, redisUrl)
  app.use(session(sessions))
  return workOfSojourn((ctx) => sessions.from(ctx))
}
