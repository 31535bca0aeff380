import { type Corridor, createCorridor, createSession, lendCorridor } from './corridor.ts'
import { UsageError } from './errors.ts'
import type { SessionOrId, SessionsOf } from './lifecycle/accounts.ts'
import type { Revocation } from './lifecycle/listing.ts'
import { type OpenOptions, OPEN_OPTIONS } from './lifecycle/open.ts'
import type { CommitResult } from './lifecycle/result.ts'
import type { Scanned } from './lifecycle/scan.ts'
import type { ScannedSession } from './lifecycle/summary.ts'
import { requireOptions } from './options/check.ts'
import type { WatchListener, WatchOptions } from './lifecycle/watch.ts'
import type { SessionData, SessionOptions } from './options/options.ts'
import type { NoReservedKeys, Session } from './session/members.ts'
import { SessionObject, stateOf } from './session/session.ts'
import type { Visit } from './session/visit.ts'

export interface CommitOptions {
  /** The request failed: see option `cookieOnException`. Default `false`. */
  readonly failed?: boolean
}

/** Work outside of a request. */
export interface OutsideOptions {
  /** Says which client to use, where the store chooses one per request. */
  readonly request?: object
}

/** One set of sessions: one cookie, one store, one policy. Made by {@link createSessions}. */
export interface Sessions<D extends object = SessionData> {
  /**
   * Opens the session a Cookie header names. A missing, bad, forged or expired cookie gives a new
   * session that is not stored; it costs no store access unless the cookie's signature is ours.
   *
   * @param request hand over what identifies the request: `from(request)` finds the session by it,
   *   a client per request is chosen by it, and the Secure rule looks at it.
   * @throws {UsageError} for an option that it does not have, as every call here.
   * @throws {StoreError} when the store failed or was late: the session is unknown, not absent.
   */
  open(cookieHeader?: string | null, request?: object, options?: OpenOptions): Promise<Session<D>>
  /**
   * Ends the request: writes what changed and answers how that ended, with the Set-Cookie values to
   * send, none, one or two. Send nothing of the response before it has answered.
   *
   * @throws {UsageError} for a session that other sessions opened.
   * @throws {StoreError | DataError} when nothing could be written: answer with an error response.
   */
  commit(session: Session<D>, options?: CommitOptions): Promise<CommitResult>
  /**
   * The session opened for a request.
   *
   * @throws {UsageError} when none was.
   */
  from(request: object): Session<D>
  /**
   * Tells once, within about a second, that a session has ended: invalidated by any node, or
   * expired. One that has no record when the watch begins, a visitor's for example, is told too;
   * never within this call. What rotates or changes a session does not end it. While the store is
   * unreachable nothing is told. Nobody is told by close(), which ends the watch.
   *
   * @returns ends the watch; it can be called at any time, and again.
   * @throws {UsageError} when the client is chosen per request and no `request` is given, or after
   *   close().
   */
  watch(id: string, listener: WatchListener, options?: WatchOptions): () => void
  /**
   * The sessions of one principal: lists them and ends them.
   *
   * @throws {UsageError} when the client is chosen per request and no `request` is given.
   */
  of(principal: string, options?: OutsideOptions): SessionsOf
  /**
   * All sessions that live, of visitors too, step by step, for an operator: every key of the store
   * is looked at. One that lives all the time is given, once as a rule, rarely twice; one that
   * begins, changes or ends meanwhile is given or not. What a newer version wrote is not. The
   * store's deadline is for a step, not for the whole.
   *
   * @throws {UsageError} when the client is chosen per request and no `request` is given; at the
   *   first session, when the store cannot be scanned.
   * @throws {StoreError} when a step failed or was late. What was given so far is not everything.
   */
  scan(options?: OutsideOptions): AsyncIterable<ScannedSession>
  /**
   * Ends a session, whoever's it is, for somebody else than its visitor. Whoever sends its cookie
   * afterwards is told the reason by `session.ended`, for as long as option `reasonKept` says.
   *
   * @returns whether it lived.
   */
  revoke(session: SessionOrId, revocation: Revocation & OutsideOptions): Promise<boolean>
  /**
   * Ends every session there is, of everybody, within a second on every server (ASVS 7.4.5). Needs
   * option `epoch`.
   *
   * @throws {UsageError} without it.
   */
  revokeEverything(revocation: Revocation & OutsideOptions): Promise<void>
  /**
   * The rules in force, one sentence a line, for the documents an operator has to keep: timeouts,
   * rotation, cookie, storage, and where a preset's recommendations are not followed.
   */
  describePolicy(): string
  /** Ends watches, and connections the store made itself; never a client it was given. */
  close(): Promise<void>
}

/**
 * Makes a set of sessions.
 *
 * @throws {OptionError} naming the option, the rule and the value.
 */
export function createSessions<D extends object = SessionData>(
  options: NoInfer<SessionOptions<D>> & NoReservedKeys<D>,
): Sessions<D> {
  const corridor = createCorridor(options)
  const sessions: Sessions<D> = {
    async open(cookieHeader, request, openOptions = {}) {
      requireOptions('open', openOptions, OPEN_OPTIONS)
      const header = cookieHeader ?? undefined
      return asSession<D>(await corridor.open(header, request, openOptions, createSession))
    },
    async commit(session, commitOptions = {}) {
      const { failed = false } = requireOptions('commit', commitOptions, ['failed'])
      return corridor.commit(visitBehind(corridor, session), failed)
    },
    from: (request) => asSession<D>(corridor.from(request)),
    watch: (id, listener, watchOptions) => corridor.watch(id, listener, watchOptions),
    of: (principal, options = {}) => corridor.of(principal, requestIn('of', options)),
    scan: (options = {}) => each(corridor.operatorFor(requestIn('scan', options)).scan()),
    async revoke(session, options) {
      const { request, ...revocation } = { ...options }
      return corridor.revoke(session, request, revocation)
    },
    async revokeEverything(options) {
      const { request, ...revocation } = { ...options }
      return corridor.revokeEverything(request, revocation)
    },
    describePolicy: () => corridor.describePolicy(),
    close: () => corridor.close(),
  }
  lendCorridor(sessions, corridor)
  return Object.freeze(sessions)
}

function requestIn(call: string, options: OutsideOptions): object | undefined {
  return requireOptions(call, options, ['request']).request
}

async function* each(steps: AsyncIterable<Scanned>): AsyncGenerator<ScannedSession> {
  for await (const { sessions } of steps) yield* sessions
}

function visitBehind(corridor: Corridor, session: object): Visit {
  if (session instanceof SessionObject) {
    const { visit } = stateOf(session)
    if (corridor.opened(visit)) return visit
  }
  throw new UsageError('expected a session that open() of these sessions returned')
}

function asSession<D extends object>(visit: Visit): Session<D> {
  visit.looked = true
  return visit.session as unknown as Session<D>
}
