import { UsageError } from './errors.ts'
import { type SessionOrId, type SessionsOf, revoke, sessionsOf } from './lifecycle/accounts.ts'
import { commit, save } from './lifecycle/commit.ts'
import type { CommitResult } from './lifecycle/result.ts'
import { createEngine } from './lifecycle/engine.ts'
import type { Revocation } from './lifecycle/listing.ts'
import { type OpenOptions, openVisit } from './lifecycle/open.ts'
import { reload } from './lifecycle/reload.ts'
import { signIn, signOut } from './lifecycle/sign-in.ts'
import { update } from './lifecycle/update.ts'
import { type WatchListener, type WatchOptions, Watches } from './lifecycle/watch.ts'
import { describePolicy } from './options/describe-policy.ts'
import type { SessionData, SessionOptions } from './options/options.ts'
import { resolveOptions } from './options/resolve.ts'
import type { NoReservedKeys, Session } from './session/members.ts'
import { SessionObject, stateOf } from './session/session.ts'
import { type CreateObject, type Lifecycle, type Visit, visitOf } from './session/visit.ts'
import { memoryStore } from './store/memory.ts'

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
   * @throws {StoreError} when the store failed or was late: the session is unknown, not absent.
   */
  open(cookieHeader?: string | null, request?: object, options?: OpenOptions): Promise<Session<D>>
  /**
   * Ends the request: writes what changed and answers how that ended, with the Set-Cookie value to
   * send, if any. Send nothing of the response before it has answered.
   *
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
   * Ends a session, whoever's it is, for somebody else than its visitor. Whoever sends its cookie
   * afterwards is told the reason by `session.ended`, for as long as option `reasonKept` says.
   *
   * @returns whether it lived.
   */
  revoke(session: SessionOrId, revocation: Revocation & OutsideOptions): Promise<boolean>
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
      const header = cookieHeader ?? undefined
      return asSession<D>(await corridor.open(header, request, openOptions, createSession))
    },
    async commit(session, { failed = false } = {}) {
      return corridor.commit(visitBehind(session), failed)
    },
    from: (request) => asSession<D>(corridor.from(request)),
    watch: (id, listener, watchOptions) => corridor.watch(id, listener, watchOptions),
    of: (principal, { request } = {}) => corridor.of(principal, request),
    revoke: (session, { request, ...revocation }) => corridor.revoke(session, request, revocation),
    describePolicy: () => corridor.describePolicy(),
    close: () => corridor.close(),
  }
  corridors.set(sessions, corridor)
  return Object.freeze(sessions)
}

/** What the adapters use: the same corridor, without a promise where there is nothing to await. */
export interface Corridor {
  open(
    cookieHeader: string | undefined,
    request: object | undefined,
    options: OpenOptions,
    create: CreateObject,
  ): Visit | Promise<Visit>
  commit(visit: Visit, failed: boolean): CommitResult | Promise<CommitResult>
  from(request: object): Visit
  watch(id: string, listener: WatchListener, options?: WatchOptions): () => void
  of(principal: string, request: unknown): SessionsOf
  revoke(session: SessionOrId, request: unknown, revocation: Revocation): Promise<boolean>
  describePolicy(): string
  close(): Promise<void>
}

const corridors = new WeakMap<object, Corridor>()

/** @throws {UsageError} when `sessions` was not made by createSessions. */
export function corridorOf(sessions: object): Corridor {
  const corridor = corridors.get(sessions)
  if (corridor !== undefined) return corridor
  throw new UsageError('expected what createSessions() or sessionsFromSettings() returns')
}

/** For adapters that take options in place of sessions. */
export function corridorFrom<D extends object>(
  sessions: Sessions<D> | SessionOptions<D>,
): Corridor {
  return corridors.get(sessions) ?? createCorridor(sessions as SessionOptions<D>)
}

function createCorridor<D extends object>(options: SessionOptions<D>): Corridor {
  const policy = resolveOptions(options)
  const engine = createEngine(policy, policy.store ?? memoryStore())
  const watches = new Watches(engine)
  const lifecycle: Lifecycle = {
    policy,
    csrf: engine.csrf,
    save: (visit) => save(engine, visit),
    update: (visit, change) => update(engine, visit, change),
    reload: (visit) => reload(engine, visit),
    signIn: (visit, principal, signInOptions) => signIn(engine, visit, principal, signInOptions),
    signOut,
  }
  return {
    open: (cookieHeader, request, openOptions, create) =>
      openVisit(engine, lifecycle, cookieHeader, request, openOptions, create),
    commit: (visit, failed) => commit(engine, visit, failed),
    from(request) {
      const visit = visitOf(request, (candidate) => candidate.lifecycle === lifecycle)
      if (visit !== undefined) return visit
      throw new UsageError(
        'no session was opened for this request: mount the adapter before what uses it; for an ' +
          'upgrade request, open one with sessions.open(request.headers.cookie, request)',
      )
    },
    watch: (id, listener, watchOptions) => watches.watch(id, listener, watchOptions),
    of: (principal, request) => sessionsOf(engine, principal, request),
    revoke: (session, request, revocation) => revoke(engine, session, request, revocation),
    describePolicy: () => describePolicy(policy),
    async close() {
      await Promise.all([watches.close(), engine.store.close?.()])
    },
  }
}

export const createSession: CreateObject = (state) => new SessionObject(state)

function visitBehind(session: object): Visit {
  if (session instanceof SessionObject) return stateOf(session).visit
  throw new UsageError('expected a session that open() of these sessions returned')
}

function asSession<D extends object>(visit: Visit): Session<D> {
  visit.looked = true
  return visit.session as unknown as Session<D>
}
