import type { IncomingMessage, ServerResponse } from 'node:http'
import { requireFunction } from '../options/check.ts'
import { crossOriginGuard as checkOf } from '../guard/cross-origin.ts'
import type { CrossOriginGuardOptions, SessionData } from '../index.ts'
import type { Session } from '../session/members.ts'
import { failEveryVisitOf } from '../session/request-visits.ts'
import type { Visit } from '../session/visit.ts'
import type { Sessions } from '../sessions.ts'
import { corridorOf, createSession } from '../corridor.ts'
import { type AdapterOptions, resolveAdapterOptions } from './adapter-options.ts'
import { type NodeRequest, mount } from './node-visit.ts'
import { type NodeResponse, plainErrorResponse } from './node-response.ts'
import { together } from './together.ts'

export interface NodeAdapterOptions<P extends string = 'session'> extends AdapterOptions<
  P,
  NodeRequest
> {
  /**
   * Told of every error: the listener's own, and the store's. Most became an error response; one
   * that came after the response had begun did not. Default: prints it with `console.error`.
   */
  readonly onError?: (error: unknown, request: NodeRequest) => void
}

/**
 * Gives a request listener of node:http, node:https or node:http2 a session on each request. The
 * session is committed before the first byte of the response leaves.
 *
 *     http.createServer(withSession(sessions, (request, response) => { request.session … }))
 *
 * A listener that throws, or whose promise rejects, is answered with status 500.
 */
export function withSession<
  D extends object = SessionData,
  P extends string = 'session',
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- http or http2, by the listener
  Req extends NodeRequest = IncomingMessage,
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  Res extends NodeResponse = ServerResponse,
>(
  sessions: Sessions<D>,
  listener: (request: Req & { readonly [K in P]: Session<D> }, response: Res) => unknown,
  options: NodeAdapterOptions<P> = {},
): (request: NodeRequest, response: NodeResponse) => void {
  const corridor = corridorOf(sessions)
  requireFunction('listener', listener)
  const { property, openOptions } = resolveAdapterOptions(options, 'onError')
  const onError = requireFunction('onError', options.onError ?? printError)

  return function serve(request, response) {
    function fail(error: unknown): void {
      onError(error, request)
      plainErrorResponse(response, error)
    }
    function failed(error: unknown): void {
      failEveryVisitOf(request)
      fail(error)
    }
    function enter(visit: Visit): unknown {
      mount(corridor, visit, request, response, property, fail)
      return listener(request as Req & { readonly [K in P]: Session<D> }, response as Res)
    }
    try {
      const { cookie } = request.headers
      const opened = corridor.open(cookie, request, openOptions(request), createSession)
      together(opened).then(enter).catch(failed)
    } catch (error) {
      failed(error)
    }
  }
}

function printError(error: unknown): void {
  console.error(error)
}

/**
 * Puts a guard before a request listener, which never sees what pages of other origins send (CSRF):
 * see `crossOriginGuard()` of `sojourn`. A refusal is answered plainly with status 403.
 *
 *     http.createServer(crossOriginGuard(withSession(sessions, listener)))
 *
 * @throws {OptionError} for an origin that no browser would send.
 */
export function crossOriginGuard<Req extends NodeRequest, Res extends NodeResponse>(
  listener: (request: Req, response: Res) => unknown,
  options?: CrossOriginGuardOptions,
): (request: Req, response: Res) => unknown {
  requireFunction('listener', listener)
  const check = checkOf(options)
  return function guarded(request, response) {
    try {
      check(request)
    } catch (error) {
      return plainErrorResponse(response, error)
    }
    return listener(request, response)
  }
}
