import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { UsageError } from '../errors.ts'
import type { CommitResult } from '../lifecycle/commit.ts'
import { reportLateChanges } from '../lifecycle/late-changes.ts'
import type { SessionObject } from '../session/session.ts'
import type { Visit } from '../session/visit.ts'
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

/** One request's session between its opening and the first byte of its response. */
export class NodeVisit implements FirstByte {
  readonly #corridor: Corridor
  readonly #visit: Visit
  readonly #response: NodeResponse
  readonly #onCommitError: FirstByte['failed']
  #looked = false
  #failed = false

  constructor(
    corridor: Corridor,
    visit: Visit,
    response: NodeResponse,
    onCommitError: FirstByte['failed'],
  ) {
    this.#corridor = corridor
    this.#visit = visit
    this.#response = response
    this.#onCommitError = onCommitError
  }

  get session(): SessionObject {
    this.#looked = true
    return this.#visit.session
  }

  /** The handler threw. */
  noteFailure(): void {
    this.#failed = true
  }

  commit(status: number, complete: boolean): HeadersToAdd | Promise<HeadersToAdd> {
    if (!complete) this.#response.once('close', () => reportLateChanges(this.#visit))
    const result = this.#corridor.commit(this.#visit, this.#failed || status >= 500)
    return result instanceof Promise
      ? result.then((answer) => this.#headers(answer))
      : this.#headers(result)
  }

  failed(error: unknown, complete: boolean): void {
    this.#onCommitError(error, complete)
  }

  #headers({ setCookie }: CommitResult): HeadersToAdd {
    return { setCookie, varies: this.#looked }
  }
}

const cookieNames = new WeakMap<NodeResponse, Set<string>>()

/**
 * Puts the session on the request and itself before the first byte of the response.
 *
 * @throws {UsageError} when the property, or a cookie name, is already in use on this request.
 */
export function mount(
  request: NodeRequest,
  response: NodeResponse,
  property: string,
  names: readonly string[],
  visit: NodeVisit,
): void {
  refuseSecondUse(request, response, property, names)
  Object.defineProperty(request, property, {
    get: () => visit.session,
    set: () => {
      throw new UsageError(
        `request.${property} cannot be replaced; end the session with invalidate(), or empty it ` +
          'with clear()',
      )
    },
    enumerable: true,
    configurable: true,
  })
  holdFirstByte(response, visit)
}

function refuseSecondUse(
  request: NodeRequest,
  response: NodeResponse,
  property: string,
  names: readonly string[],
): void {
  if (property in request) {
    throw new UsageError(
      `request.${property} is already in use: is a session adapter mounted twice? A second set ` +
        `of sessions needs another property: { property: 'adminSession' }`,
    )
  }
  const used = cookieNames.get(response)
  const twice = names.find((name) => used?.has(name))
  if (twice !== undefined) {
    throw new UsageError(
      `two sets of sessions use the cookie name ${twice} on one response; give one of them ` +
        'another cookie.name',
    )
  }
  if (used === undefined) cookieNames.set(response, new Set(names))
  else for (const name of names) used.add(name)
}
