import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import type { Session } from 'sojourn'
import { session } from 'sojourn/hono'
import type { Account } from '../account.ts'
import { type Headers, byHand, nothing } from '../keepers/by-hand.ts'
import { useHonoSession } from '../keepers/hono-session.ts'
import { useHonoSessions } from '../keepers/hono-sessions.ts'
import { useRemixSession } from '../keepers/remix-session.ts'
import { safeByHand } from '../keepers/safe-by-hand.ts'
import { sojournSessions, workOfSojourn } from '../keepers/sojourn.ts'
import { type Keeper, SAFE } from '../subjects.ts'
import { type Work, routesOf } from '../work.ts'

const headers: Headers<Context> = {
  cookie: (c) => c.req.header('cookie'),
  set: (c, name, value) => c.header(name, value),
}

const USE: Partial<Record<Keeper, (app: Hono, redisUrl: string) => Promise<Work<Context>>>> = {
  '@hono/session': useHonoSession,
  'hono-sessions': useHonoSessions,
  '@remix-run/session': useRemixSession,
}

export async function honoServer(keeper: Keeper, redisUrl: string): Promise<Server> {
  const app = new Hono()
  for (const [path, handler] of routesOf(await workIn(app, keeper, redisUrl))) {
    app.get(path, async (c) => c.json(await handler(c)))
  }
  return createAdaptorServer({ fetch: app.fetch }) as Server
}

async function workIn(app: Hono, keeper: Keeper, redisUrl: string): Promise<Work<Context>> {
  if (keeper === 'nothing') return nothing(headers)
  if (keeper === 'limit') return byHand(headers, redisUrl)
  if (keeper === SAFE) {
    app.use(async (c, next) => {
      headers.cookie(c)
      await next()
      // No middleware is told who looks at a variable, so that every response depends on the cookie.
      c.res.headers.set('Vary', 'Cookie')
    })
    return safeByHand(headers, redisUrl)
  }
  const use = USE[keeper]
  if (use !== undefined) return use(app, redisUrl)
  app.use(session(sojournSessions(keeper, redisUrl)))
  return workOfSojourn((c) => c.get('session') as Session<Account>)
}
