import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { UsageError } from '../errors.ts'
import type { CommitResult } from '../lifecycle/result.ts'
import { reportLateChanges, watchComplete } from '../lifecycle/late-changes.ts'
import { visitOf } from '../session/request-visits.ts'
import type { Visit } from '../session/visit.ts'
import type { Corridor } from '../corridor.ts'
import {
  type FirstByte,
  type HeadersToAdd,
  type NodeResponse,
  holdFirstByte,
} from './node-response.ts'
import { headersFor } from './response-headers.ts'
import { refuseSharedCookie } from './two-sets.ts'

export type NodeRequest = IncomingMessage | Http2ServerRequest

/** What stands before the first byte of a response: the commit of its session. */
class SessionCommit implements FirstByte {
  readonly #corridor: Corridor
  readonly #visit: Visit
  readonly #response: NodeResponse
  readonly failed: FirstByte['failed']

  constructor(
    corridor: Corridor,
    visit: Visit,
    response: NodeResponse,
    failed: FirstByte['failed'],
  ) {
    this.#corridor = corridor
    this.#visit = visit
    this.#response = response
    this.failed = failed
  }

  commit(status: number, complete: boolean): HeadersToAdd | Promise<HeadersToAdd> {
    const visit = this.#visit
    const failed = visit.failed || status >= 500
    const result = this.#corridor.commit(visit, failed)
    return result instanceof Promise
      ? result.then((late) => this.#answer(late, failed, complete))
      : this.#answer(result, failed, complete)
  }

  #answer(result: CommitResult, failed: boolean, complete: boolean): HeadersToAdd {
    const visit = this.#visit
    const drops = failed && !visit.lifecycle.policy.cookieOnException
    if (!drops) watchForLateChanges(visit, this.#response, complete)
    return headersFor(result, visit, complete)
  }
}

/**
 * Looks once for changes that no commit saved: when the response is over, or, where that is by the
 * next tick, after what its handler did in the same turn of the event loop.
 */
function watchForLateChanges(visit: Visit, response: NodeResponse, complete: boolean): void {
  // engine.io's stand-in for the response to an upgrade has no events.
  if (!('once' in response)) return
  if (complete) watchComplete(visit)
  // Frameworks that send by `writeHead` and `end` do both in one tick.
  else process.nextTick(watchStream, visit, response)
}

function watchStream(visit: Visit, response: NodeResponse): void {
  const over = response.writableEnded || ('closed' in response && response.closed)
  if (over) watchComplete(visit)
  else response.once('close', () => reportLateChanges(visit))
}

/**
 * Puts the session on the request, and its commit before the first byte of the response. Where that
 * has left already, nothing can be committed: changes need save(), and are reported without it.
 *
 * @throws {UsageError} when the property, or the cookie name, is already in use on this request.
 */
export function mount(
  corridor: Corridor,
  visit: Visit,
  request: object,
  response: NodeResponse,
  property: string,
  failed: FirstByte['failed'],
): void {
  refuseSecondUse(visit, request, property)
  // Once more: another open() of the same sessions may have come while this one waited.
  visit.admit(request)
  visit.property = property
  Object.defineProperty(request, property, accessorOf(property))
  if (response.headersSent) {
    visit.finished = true
    watchForLateChanges(visit, response, false)
  } else {
    holdFirstByte(response, new SessionCommit(corridor, visit, response, failed))
  }
}

const accessors = new Map<string, PropertyDescriptor>()

/** One for all requests: objects with accessors of their own cost many times more. */
function accessorOf(property: string): PropertyDescriptor {
  let accessor = accessors.get(property)
  if (accessor === undefined) {
    accessor = makeAccessor(property)
    accessors.set(property, accessor)
  }
  return accessor
}

function makeAccessor(property: string): PropertyDescriptor {
  const shows = (visit: Visit) => visit.property === property
  return {
    get(this: object) {
      const visit = visitOf(this, shows)
      if (visit === undefined) return undefined
      visit.looked = true
      return visit.session
    },
    set() {
      throw new UsageError(
        `request.${property} cannot be replaced; end the session with invalidate(), or empty it ` +
          'with clear()',
      )
    },
    enumerable: true,
    configurable: true,
  }
}

function refuseSecondUse(visit: Visit, request: object, property: string): void {
  if (property in request) {
    throw new UsageError(
      `request.${property} is already in use: is a session adapter mounted twice, or beside another ` +
        'session package? Mount one; a second set of sessions needs another property: ' +
        "{ property: 'adminSession' }",
    )
  }
  refuseSharedCookie(visit)
}
