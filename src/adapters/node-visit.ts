import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { UsageError } from '../errors.ts'
import { reportLateChanges } from '../lifecycle/late-changes.ts'
import { type Visit, visitOf } from '../session/visit.ts'
import type { Corridor } from '../sessions.ts'
import {
  type FirstByte,
  type HeadersToAdd,
  type NodeResponse,
  holdFirstByte,
} from './node-response.ts'

export type NodeRequest = IncomingMessage | Http2ServerRequest

export interface AdapterOptions<P extends string = string, R = NodeRequest> {
  /** The name of the session on the request. Default `session`. */
  readonly property?: P
  /** Whether a request prolongs its session; `false` for polling. Default: every request does. */
  readonly countAsActivity?: (request: R) => boolean
}

export function always(): boolean {
  return true
}

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
    if (!complete) this.#response.once('close', () => reportLateChanges(visit))
    const result = this.#corridor.commit(visit, visit.failed || status >= 500)
    return result instanceof Promise
      ? result.then(({ setCookie }) => ({ setCookie, varies: visit.looked }))
      : { setCookie: result.setCookie, varies: visit.looked }
  }
}

/**
 * Puts the session on the request, and its commit before the first byte of the response.
 *
 * @throws {UsageError} when the property, or the cookie name, is already in use on this request.
 */
export function mount(
  corridor: Corridor,
  visit: Visit,
  request: NodeRequest,
  response: NodeResponse,
  property: string,
  failed: FirstByte['failed'],
): void {
  refuseSecondUse(visit, request, property)
  visit.property = property
  Object.defineProperty(request, property, accessorOf(property))
  holdFirstByte(response, new SessionCommit(corridor, visit, response, failed))
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
    get(this: NodeRequest) {
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

function refuseSecondUse(visit: Visit, request: NodeRequest, property: string): void {
  if (property in request) {
    throw new UsageError(
      `request.${property} is already in use: is a session adapter mounted twice? A second set ` +
        `of sessions needs another property: { property: 'adminSession' }`,
    )
  }
  const { name } = visit.cookie
  for (let other = visit.earlier; other !== undefined; other = other.earlier) {
    if (other.property === undefined || other.cookie.name !== name) continue
    throw new UsageError(
      `two sets of sessions use the cookie name ${name} on one response; give one of them ` +
        'another cookie.name',
    )
  }
}
