import type { ErrorRequestHandler, Request, RequestHandler } from 'express'
import { crossOriginGuard as checkOf } from '../guard/cross-origin.ts'
import type { CrossOriginGuardOptions, SessionData, SessionOptions } from '../index.ts'
import type { NoReservedKeys, Session } from '../session/members.ts'
import { failEveryVisitOf } from '../session/request-visits.ts'
import type { CreateObject, Visit } from '../session/visit.ts'
import type { Sessions } from '../sessions.ts'
import { corridorFrom } from '../corridor.ts'
import { type AdapterOptions, resolveAdapterOptions } from './adapter-options.ts'
import { type ExpressMembers, ExpressSessionObject } from './express-session.ts'
import { plainErrorResponse } from './node-response.ts'
import { mount } from './node-visit.ts'
import { shareShape } from './shared-shape.ts'
import { together } from './together.ts'

export type { ExpressMembers }

export type ExpressSession<D extends object = SessionData> = Session<D> & ExpressMembers

/** Beside @types/express-session, which types the same property, both descriptions hold. */
type RequestSession = Express.Request extends { session: infer Theirs }
  ? ExpressSession & Theirs
  : ExpressSession

declare module 'express-serve-static-core' {
  interface Request {
    session: RequestSession
  }
}

const create: CreateObject = (state) => new ExpressSessionObject(state)

/**
 * Express middleware that gives each request its session, as `req.session`. Works with Express 4
 * and 5. Takes what createSessions() made, or its options.
 *
 *     app.use(session({ secret, store: redisStore({ url }) }))
 *
 * When the commit fails, the response the handler had made is dropped and the error goes to the
 * application's error handlers; a response that was being streamed is answered plainly.
 */
export function session<D extends object = SessionData>(
  sessions: Sessions<D> | (NoInfer<SessionOptions<D>> & NoReservedKeys<D>),
  options: AdapterOptions<string, Request> = {},
): RequestHandler {
  const corridor = corridorFrom(sessions)
  const { property, openOptions } = resolveAdapterOptions(options)

  return function sessionMiddleware(request, response, next) {
    shareShape(request)
    shareShape(response)
    function enter(visit: Visit): void {
      try {
        mount(corridor, visit, request, response, property, fail)
      } catch (error) {
        next(error)
        return
      }
      next()
    }
    function fail(error: unknown, complete: boolean): void {
      if (complete) next(error)
      else plainErrorResponse(response, error)
    }
    const { cookie } = request.headers
    together(corridor.open(cookie, request, openOptions(request), create)).then(enter, next)
  }
}

/**
 * Error middleware that lets option `cookieOnException` see every error. Express tells only error
 * middleware of errors, so without it a request counts as failed when its status is 500 or more.
 * Mount it after the routes, ahead of your own error handlers; it passes each error on.
 */
export function noteErrors(): ErrorRequestHandler {
  return (error, request, _response, next) => {
    failEveryVisitOf(request)
    next(error)
  }
}

/**
 * Express middleware that refuses what pages of other origins send (CSRF), for visitors too: see
 * `crossOriginGuard()` of `sojourn`. A refusal is a CrossOriginError, status 403, for your error
 * handlers. Mount it first.
 *
 *     app.use(crossOriginGuard({ allow: ['https://pay.example'] }))
 *
 * @throws {OptionError} for an origin that no browser would send.
 */
export function crossOriginGuard(options?: CrossOriginGuardOptions): RequestHandler {
  const check = checkOf(options)
  return function crossOriginMiddleware(request, _response, next) {
    check(request)
    next()
  }
}
