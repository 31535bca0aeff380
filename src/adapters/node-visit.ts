import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { UsageError } from '../errors.ts'
import { reportLateChanges } from '../lifecycle/late-changes.ts'
import { stateOf } from '../session/session.ts'
import type { SessionState } from '../session/state.ts'
import { type Visit, visitOf } from '../session/visit.ts'
import type { Corridor } from '../sessions.ts'
import {
  type FirstByte,
  type HeadersToAdd,
  type NodeResponse,
  holdFirstByte,
} from './node-response.ts'
import { headersFor } from './response-headers.ts'

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
    const drops = failed && !visit.lifecycle.policy.cookieOnException
    if (!drops) watchForLateChanges(visit, this.#response, complete)
    const result = this.#corridor.commit(visit, failed)
    return result instanceof Promise
      ? result.then((late) => headersFor(late, visit, complete))
      : headersFor(result, visit, complete)
  }
}

/**
 * Reports changes that no commit saved. After a response that was complete at once, only new
 * top-level values are looked for: encoding the data once more would cost every request a quarter
 * of its commit. Frameworks that send by `writeHead` and `end` do both in one tick.
 */
function watchForLateChanges(visit: Visit, response: NodeResponse, complete: boolean): void {
  // engine.io's stand-in for the response to an upgrade has no events.
  if (!('once' in response)) return
  const known = visit.looked ? { ...visit.session } : undefined
  let streams = !complete
  if (streams) process.nextTick(() => (streams = !response.writableEnded))
  function look(): void {
    // What a commit that failed did not save is not late.
    if (!visit.finished || !visit.looked) return
    if (streams || known === undefined || differs(visit, known)) reportLateChanges(visit)
  }
  if ('closed' in response && response.closed) setImmediate(look)
  else response.once('close', look)
}

function isWished({ wishes, flash }: SessionState): boolean {
  return flash.changed || Object.keys(wishes).length > 0
}

function differs(visit: Visit, known: object): boolean {
  const state = stateOf(visit.session)
  if (visit.removals.length > 0 || (!state.isIdle && isWished(state))) return true
  const now: Readonly<Record<string, unknown>> = { ...visit.session }
  const then = known as typeof now
  for (const key in now) if (!Object.is(now[key], then[key])) return true
  for (const key in then) if (!(key in now)) return true
  return false
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
  const { name } = visit.cookie
  for (let other = visit.earlier; other !== undefined; other = other.earlier) {
    if (other.property === undefined || other.cookie.name !== name) continue
    throw new UsageError(
      `two sets of sessions use the cookie name ${name} on one response; give one of them ` +
        'another cookie.name',
    )
  }
}
