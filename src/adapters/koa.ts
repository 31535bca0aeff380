import type { Context, Middleware } from 'koa'
import { crossOriginGuard as checkOf } from '../guard/cross-origin.ts'
import type { CrossOriginGuardOptions, SessionData, SessionOptions } from '../index.ts'
import type { NoReservedKeys, Session } from '../session/members.ts'
import type { CreateObject, Visit } from '../session/visit.ts'
import type { Sessions } from '../sessions.ts'
import { corridorFrom } from '../corridor.ts'
import { type AdapterOptions, resolveAdapterOptions } from './adapter-options.ts'
import { type ExpressMembers, ExpressSessionObject } from './express-session.ts'
import { mount } from './node-visit.ts'
import { together } from './together.ts'

/** What passport and other packages know from express-session is there beside our own members. */
export type KoaSession<D extends object = SessionData> = Session<D> & ExpressMembers

declare module 'koa' {
  // Not DefaultContext: an application with a context type of its own has none of that.
  interface ExtendableContext {
    /** Cannot be assigned: `invalidate()` ends the session, `clear()` empties it. */
    readonly session: KoaSession
  }
}

const create: CreateObject = (state) => new ExpressSessionObject(state)

/**
 * Koa middleware that gives each context its session, as `ctx.session`. Works with Koa 3 and 2,
 * over HTTP/1 and HTTP/2. Takes what createSessions() made, or its options.
 *
 *     app.use(session({ secret, store: redisStore({ url }) }))
 *
 * A request failed (option `cookieOnException`) if an error came back through this middleware,
 * whatever its status, or the status is 500 or more. When the commit fails, the response that was
 * made is dropped and `ctx.onerror` answers, which tells the application by its event 'error'.
 */
export function session<D extends object = SessionData>(
  sessions: Sessions<D> | (NoInfer<SessionOptions<D>> & NoReservedKeys<D>),
  options: AdapterOptions<string, Context> = {},
): Middleware {
  const corridor = corridorFrom(sessions)
  const { property, openOptions } = resolveAdapterOptions(options)

  return function sessionMiddleware(ctx, next) {
    function enter(visit: Visit): Promise<unknown> {
      // What packages hold in their hands, and may ask `sessions.from()` with.
      visit.admit(ctx.request).admit(ctx.req)
      mount(corridor, visit, ctx, ctx.res, property, fail)
      return next().catch((error: unknown) => {
        visit.failed = true
        throw error
      })
    }
    function fail(error: unknown): void {
      ctx.onerror(error as Error)
    }
    const { cookie } = ctx.req.headers
    return together(corridor.open(cookie, ctx, openOptions(ctx), create)).then(enter)
  }
}

/**
 * Koa middleware that refuses what pages of other origins send (CSRF), for visitors too: see
 * `crossOriginGuard()` of `sojourn`. A refusal is a CrossOriginError, status 403. Mount it first.
 *
 *     app.use(crossOriginGuard({ allow: ['https://pay.example'] }))
 *
 * @throws {OptionError} for an origin that no browser would send.
 */
export function crossOriginGuard(options?: CrossOriginGuardOptions): Middleware {
  const check = checkOf(options)
  return async function crossOriginMiddleware(ctx, next) {
    check(ctx)
    await next()
  }
}
