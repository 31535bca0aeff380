import { crossOriginGuard as checkOf } from '../guard/cross-origin.ts'
import type { CrossOriginGuardOptions, SessionData } from '../index.ts'
import { type OnUnavailable, OPEN_OPTIONS, type OpenOptions } from '../lifecycle/open.ts'
import { requireFunction, requireOptions } from '../options/check.ts'
import type { Session } from '../session/members.ts'
import { failEveryVisitOf } from '../session/request-visits.ts'
import type { Visit } from '../session/visit.ts'
import type { CommitOptions, Sessions } from '../sessions.ts'
import { type Corridor, corridorOf, createSession } from '../corridor.ts'
import { perRequest, requireFunctions, withWhence } from './adapter-options.ts'
import {
  cancelBody,
  plainResponse,
  requireResponse,
  sessionCookiesOn,
  showAs,
  withHeaders,
  withHeadersOfFailure,
} from './fetch-response.ts'
import { headersFor } from './response-headers.ts'
import { together } from './together.ts'

export interface FetchAdapterOptions<Req = Request, Rest extends unknown[] = unknown[]> {
  /** Whether a request prolongs its session; `false` for polling. Default: every request does. */
  readonly countAsActivity?: (request: Req, ...rest: Rest) => boolean
  /**
   * What becomes of a request whose session cannot be read. `'fail'`: a StoreError, status 503.
   * `'visitor'`, for pages that everybody may see: a session that reads empty and throws a
   * StoreError where something would change it; `session.isAvailable` is `false`. `'read-only'`:
   * the same with what the near cache last knew of the session. The cookie is left alone in any
   * case. Default: every request fails.
   */
  readonly onUnavailable?: (request: Req, ...rest: Rest) => OnUnavailable
  /** Whether a request asks Redis, past the near cache of `redisStore`. Default: none has to. */
  readonly fresh?: (request: Req, ...rest: Rest) => boolean
  /**
   * Whether a request comes over plain http from this machine's own browser, for `cookie.secure`
   * `'auto'`: a fetch-style request cannot tell. Default: none does, every cookie is Secure.
   * In production `'auto'` is Secure whatever this says.
   */
  readonly local?: (request: Req, ...rest: Rest) => boolean
  /**
   * Told of every error: the handler's own, and the store's. A response it gives is the answer; to
   * an error of the handler, with the session's cookie.
   *
   * Default: an error of the handler is thrown on to the server once the session is committed; any
   * other is printed with `console.error` and answered plainly, a store's with 503.
   */
  readonly onError?: (error: unknown, request: Req) => MaybeResponse | Promise<MaybeResponse>
}

const ASKED = ['countAsActivity', 'onUnavailable', 'fresh', 'local', 'onError'] as const

// oxlint-disable-next-line typescript/no-invalid-void-type -- what a function without a return gives
type MaybeResponse = Response | undefined | void

/**
 * Gives a fetch-style handler (Request in, Response out) a session. It is committed before the
 * response is handed to the server.
 *
 *     Bun.serve({ fetch: withSession(sessions, (request, session) => new Response(session.name)) })
 *
 * What a server hands over beside the request (env, params, a context) follows the session.
 */
export function withSession<
  D extends object = SessionData,
  Req extends Request = Request,
  Rest extends unknown[] = [],
>(
  sessions: Sessions<D>,
  handler: (request: Req, session: Session<D>, ...rest: Rest) => Response | Promise<Response>,
  options: FetchAdapterOptions<Req, Rest> = {},
): (request: Req, ...rest: Rest) => Promise<Response> {
  const corridor = corridorOf(sessions)
  requireFunction('handler', handler)
  const known = requireFunctions(options, ASKED)
  const { local, onError } = known
  const openOptions = withWhence(perRequest(known), local, corridor)

  async function refuse(error: unknown, request: Req): Promise<Response> {
    if (onError === undefined) console.error(error)
    return (await onError?.(error, request)) ?? plainResponse(error)
  }

  return async function serve(request, ...rest) {
    let visit: Visit
    try {
      visit = await enter(corridor, request, openOptions(request, ...rest))
    } catch (error) {
      return refuse(error, request)
    }
    let response: Response
    let rethrow: { readonly error: unknown } | undefined
    try {
      response = requireResponse(await handler(request, shown<D>(visit), ...rest))
    } catch (error) {
      failEveryVisitOf(request)
      let answer: MaybeResponse
      try {
        answer = await onError?.(error, request)
        if (answer === undefined) rethrow = { error }
      } catch (worse) {
        rethrow = { error: worse }
      }
      response = answer ?? plainResponse(error)
    }
    try {
      const left = leave(corridor, visit, response)
      response = left instanceof Promise ? await left : left
    } catch (error) {
      void cancelBody(response)
      const answer = await refuse(error, request)
      response = withHeadersOfFailure(answer, sessionCookiesOn(response, request))
    }
    if (rethrow !== undefined) throw rethrow.error
    return response
  }
}

/** A session in the hands of a framework that owns the handler. */
export interface OpenedSession<D extends object = SessionData> {
  readonly session: Session<D>
  /**
   * Commits the session; answers the response to send: the one given, with what the session adds
   * to its headers, or one like it where they cannot be changed or it may be sent to others too.
   * `failed: true` when it stands for an error; a status of 500 or more says so by itself.
   *
   * @throws {StoreError | DataError} when nothing could be written: answer with an error response.
   */
  readonly commit: (response: Response, options?: CommitOptions) => Promise<Response>
}

/**
 * The two calls of a request, for frameworks that own the handler.
 *
 *     const { session, commit } = await openSession(sessions, request)
 *     return await commit(await next())
 *
 * @throws {StoreError} when the store failed or was late: the session is unknown, not absent.
 * @throws {UsageError} when this request has a session with the same cookie name already.
 */
export async function openSession<D extends object = SessionData>(
  sessions: Sessions<D>,
  request: Request,
  options: OpenOptions = {},
): Promise<OpenedSession<D>> {
  const corridor = corridorOf(sessions)
  requireOptions('openSession', options, OPEN_OPTIONS)
  const visit = await enter(corridor, request, options)
  return {
    session: shown<D>(visit),
    async commit(response, commitOptions = {}) {
      const { failed = false } = requireOptions('commit', commitOptions, ['failed'])
      visit.failed ||= failed
      return leave(corridor, visit, requireResponse(response))
    },
  }
}

async function enter(corridor: Corridor, request: Request, options: OpenOptions): Promise<Visit> {
  const cookies = request.headers.get('cookie') ?? undefined
  const visit = await together(corridor.open(cookies, request, options, createSession))
  showAs(visit, 'session')
  return visit
}

function leave(corridor: Corridor, visit: Visit, response: Response): Response | Promise<Response> {
  const result = corridor.commit(visit, visit.failed || response.status >= 500)
  return result instanceof Promise
    ? result.then((late) => withHeaders(response, headersFor(late, visit)))
    : withHeaders(response, headersFor(result, visit))
}

function shown<D extends object>(visit: Visit): Session<D> {
  return visit.session as unknown as Session<D>
}

/**
 * Puts a guard before a fetch-style handler, which never sees what pages of other origins send
 * (CSRF): see `crossOriginGuard()` of `sojourn`. A refusal is answered plainly with status 403.
 *
 *     Bun.serve({ fetch: crossOriginGuard(withSession(sessions, handler)) })
 *
 * @throws {OptionError} for an origin that no browser would send.
 */
export function crossOriginGuard<Req extends Request, Rest extends unknown[]>(
  handler: (request: Req, ...rest: Rest) => Response | Promise<Response>,
  options?: CrossOriginGuardOptions,
): (request: Req, ...rest: Rest) => Promise<Response> {
  requireFunction('handler', handler)
  const check = checkOf(options)
  return async function guarded(request, ...rest) {
    try {
      check(request)
    } catch (error) {
      return plainResponse(error)
    }
    return handler(request, ...rest)
  }
}
