import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import Koa, { type Context } from 'koa'
import { crossOriginGuard, session } from '../../../src/adapters/koa.ts'
import type { CrossOriginGuardOptions } from '../../../src/guard/cross-origin.ts'
import type { Session } from '../../../src/session/members.ts'
import type { Sessions } from '../../../src/sessions.ts'
import { type Data, type Driver, type Handle, type Reply, policyOf } from '../driver.ts'
import { listening } from '../listening.ts'

export const driver: Driver = koaDriver('Koa 3', Koa)

/** The same for both versions. */
export function koaDriver(name: string, Framework: typeof Koa): Driver {
  return {
    name,
    serve(...args) {
      const listener = koaListener(new Framework(), ...args)
      return listening(createServer((request, response) => void listener(request, response)))
    },
  }
}

/** The same for HTTP/1 and HTTP/2. */
export function koaListener(
  app: Koa,
  sessions: Sessions<Data>,
  handle: Handle,
  guard?: CrossOriginGuardOptions,
): ReturnType<Koa['callback']> {
  app.silent = true
  if (guard !== undefined) app.use(crossOriginGuard(guard))
  app.use(session(sessions, { onUnavailable: ({ path }) => policyOf(path) }))
  app.use(async (ctx) => {
    const turn = {
      get session() {
        return ctx.session as unknown as Session<Data>
      },
      request: ctx,
      path: ctx.path,
    }
    answer(ctx, await handle(turn))
  })
  return app.callback()
}

function answer(ctx: Context, reply: Reply): void {
  const { redirect, status = 200, headers = {}, cookies = [], body = '' } = reply
  if (redirect === undefined) {
    ctx.status = status
    ctx.body = typeof body === 'string' ? body : Readable.from(body)
  } else {
    ctx.redirect(redirect)
  }
  ctx.set(headers)
  for (const cookie of cookies) ctx.append('Set-Cookie', cookie)
}
