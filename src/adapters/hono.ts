import type { ServerResponse } from 'node:http'
import type { Context, MiddlewareHandler } from 'hono'
import { isSecure } from '../cookie/secure.ts'
import { UsageError } from '../errors.ts'
import { crossOriginGuard as checkOf } from '../guard/cross-origin.ts'
import type { CrossOriginGuardOptions, SessionData, SessionOptions } from '../index.ts'
import { reportLateChanges } from '../lifecycle/late-changes.ts'
import { requireFunction } from '../options/check.ts'
import type { ResolvedCookie } from '../options/resolve-cookie.ts'
import type { NoReservedKeys, Session } from '../session/members.ts'
import type { Visit } from '../session/visit.ts'
import type { Sessions } from '../sessions.ts'
import { corridorFrom, createSession } from '../corridor.ts'
import { type AdapterOptions, resolveAdapterOptions, withWhence } from './adapter-options.ts'
import {
  addHeadersOfFailure,
  cancelBody,
  plainResponse,
  sessionCookiesOn,
  showAs,
  withHeaders,
} from './fetch-response.ts'
import { headersFor } from './response-headers.ts'
import { together } from './together.ts'

/** The variables of a context with a session: `new Hono<{ Variables: SessionVariables }>()`. */
export type SessionVariables<D extends object = SessionData, P extends string = 'session'> = {
  [K in P]: Session<D>
}

export interface HonoAdapterOptions<P extends string = 'session'> extends AdapterOptions<
  P,
  Context
> {
  /**
   * Whether a request comes over plain http from this machine's own browser, for `cookie.secure`
   * `'auto'`. Default: found out from the Node request that @hono/node-server hands over; on other
   * servers none does, and every cookie is Secure.
   */
  readonly local?: (c: Context) => boolean
}

/**
 * Hono middleware that gives each context its session, as `c.get('session')` and `c.var.session`.
 * Takes what createSessions() made, or its options.
 *
 *     const app = new Hono().use(session(sessions)).get('/', (c) => c.text(c.var.session.id))
 *
 * When the commit fails, the response the handler had made is dropped and `app.onError` gets the
 * error. Surprise: Hono's own error handler answers every error with 500; a StoreError becomes
 * 503 where yours reads its `status`.
 */
export function session<D extends object = SessionData, P extends string = 'session'>(
  sessions: Sessions<D> | (NoInfer<SessionOptions<D>> & NoReservedKeys<D>),
  options: HonoAdapterOptions<P> = {},
): MiddlewareHandler<{ Variables: SessionVariables<D, P> }> {
  const corridor = corridorFrom(sessions)
  const resolved = resolveAdapterOptions(options, 'local')
  const { property } = resolved
  const local = requireFunction('local', options.local ?? isLocal)
  const openOptions = withWhence(resolved.openOptions, local, corridor)

  return async function sessionMiddleware(c: Context, next) {
    refuseSecondUse(c, property)
    const cookies = c.req.header('cookie')
    const opened = corridor.open(cookies, c.req.raw, openOptions(c), createSession)
    const visit = await together(opened)
    showAs(visit, property)
    c.set(property, visit.session)
    try {
      await next()
    } catch (error) {
      // Hono has answered every Error by now; whatever else was thrown goes on without a response.
      await Promise.allSettled([(async () => corridor.commit(visit, true))()])
      throw error
    }
    try {
      const result = corridor.commit(visit, c.error !== undefined || c.res.status >= 500)
      const asked = result instanceof Promise ? await result : result
      replaceResponse(c, withHeaders(c.res, headersFor(asked, visit)))
    } catch (error) {
      void cancelBody(c.res)
      dropResponse(c, sessionCookiesOn(c.res, visit.request as object))
      throw error
    }
    watchForLateChanges(c, visit)
  }
}

/** What @hono/node-server hands over beside the request. */
interface NodeBindings {
  readonly incoming?: object
  readonly outgoing?: ServerResponse
}

function bindingsOf(c: Context): NodeBindings {
  return (c.env ?? {}) as NodeBindings
}

const AUTO = { secure: 'auto' } as ResolvedCookie

function isLocal(c: Context): boolean {
  const { incoming } = bindingsOf(c)
  return incoming !== undefined && !isSecure(AUTO, incoming, undefined)
}

function refuseSecondUse(c: Context, property: string): void {
  if (c.get(property) === undefined) return
  throw new UsageError(
    `c.get('${property}') is already in use: is a session adapter mounted twice? A second set of ` +
      "sessions needs another property: { property: 'adminSession' }",
  )
}

function replaceResponse(c: Context, response: Response): void {
  if (response === c.res) return
  // Hono puts the headers of a response that is there over those of the new one, cookies too.
  c.res = undefined
  c.res = response
}

/** Nothing of the handler's response may reach the error response, neither status nor headers. */
function dropResponse(c: Context, cookies: readonly string[]): void {
  unsetResponse(c)
  const prepared = [...c.res.headers.keys()]
  unsetResponse(c)
  for (const name of prepared) c.header(name, undefined)
  c.status(500)
  addHeadersOfFailure(c.res, cookies)
}

function unsetResponse(c: Context): void {
  c.res = undefined
  // Hono takes a response that was set to undefined for final, and c.header() fails on it.
  c.finalized = false
}

/** A response that has not ended by the next tick is a stream, or waits for one. */
function watchForLateChanges(c: Context, visit: Visit): void {
  const { outgoing } = bindingsOf(c)
  if (outgoing === undefined) return
  process.nextTick(() => {
    if (!outgoing.writableEnded) outgoing.once('close', () => reportLateChanges(visit))
  })
}

/**
 * Hono middleware that refuses what pages of other origins send (CSRF), for visitors too: see
 * `crossOriginGuard()` of `sojourn`. A refusal is a CrossOriginError, status 403, for `app.onError`;
 * Hono's own error handler answers it plainly. Mount it first.
 *
 *     app.use(crossOriginGuard({ allow: ['https://pay.example'] }))
 *
 * @throws {OptionError} for an origin that no browser would send.
 */
export function crossOriginGuard(options?: CrossOriginGuardOptions): MiddlewareHandler {
  const check = checkOf(options)
  return async function crossOriginMiddleware(c, next) {
    try {
      check(c.req.raw)
    } catch (error) {
      // Hono's own error handler answers 500 to every error that has no answer of its own.
      throw Object.assign(error as Error, { getResponse: () => plainResponse(error) })
    }
    await next()
  }
}
