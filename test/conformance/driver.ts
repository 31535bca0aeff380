import type { CrossOriginGuardOptions } from '../../src/guard/cross-origin.ts'
import type { OnUnavailable } from '../../src/lifecycle/open.ts'
import type { Session } from '../../src/session/members.ts'
import type { Sessions } from '../../src/sessions.ts'

export type Data = Record<string, unknown>

/** One request as the suite's handlers see it, whatever the framework. */
export interface Turn {
  readonly session: Session<Data>
  /** The framework's own request: what `sessions.from()` is asked with. */
  readonly request: object
  readonly path: string
}

/**
 * What a handler answers. The driver sends it in its framework's own style: a redirect by the
 * framework's redirect, cookies by its own cookie or header call, an iterable as its stream.
 */
export interface Reply {
  /** Default 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Whole Set-Cookie values of the application's own. */
  readonly cookies?: readonly string[]
  /** Redirects there; `status` is 302. */
  readonly redirect?: string
  readonly body?: string | AsyncIterable<Uint8Array>
}

/** Pages under /public are for everybody: drivers hand this to their adapter for each path. */
export function policyOf(path: string): OnUnavailable {
  return path.startsWith('/public') ? 'visitor' : 'fail'
}

/** May throw: the driver lets the error reach its framework, as an application would. */
export type Handle = (turn: Turn) => Promise<Reply>

export interface Served {
  readonly port: number
  close(): Promise<void>
}

/** One adapter under its framework. A new adapter costs one of these and one line of test. */
export interface Driver {
  /** `Express 5`, `Koa 3`. */
  readonly name: string
  /** Fetch-style adapters say `Vary: Cookie` on every response. */
  readonly alwaysVaries?: true
  /** It is the application's framework that answers for a failed commit. */
  readonly failsOutOfSight?: true
  /** What its server speaks: HTTP/1.1, unless it says HTTP/2 without TLS. */
  readonly protocol?: 'h2c'
  /** Listens on 127.0.0.1, any free port, and hands every request, any method and path, over. */
  serve(
    sessions: Sessions<Data>,
    handle: Handle,
    /** Behind the adapter's crossOriginGuard(), as its page says to mount it. */
    guard?: CrossOriginGuardOptions,
  ): Promise<Served>
}
