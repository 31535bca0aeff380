import { UsageError } from './errors.ts'
import {
  type SessionOrId,
  type SessionsOf,
  revoke,
  revokeAllOf,
  sessionsOf,
} from './lifecycle/accounts.ts'
import { commit, save } from './lifecycle/commit.ts'
import { createEngine } from './lifecycle/engine.ts'
import type { Revocation } from './lifecycle/listing.ts'
import { type OpenOptions, openVisit } from './lifecycle/open.ts'
import { type Operator, operatorFor } from './lifecycle/operator.ts'
import { reload } from './lifecycle/reload.ts'
import type { CommitResult } from './lifecycle/result.ts'
import { signIn, signOut } from './lifecycle/sign-in.ts'
import { update } from './lifecycle/update.ts'
import { type WatchListener, type WatchOptions, Watches } from './lifecycle/watch.ts'
import { describePolicy } from './options/describe-policy.ts'
import type { SessionOptions } from './options/options.ts'
import { type Policy, resolveOptions } from './options/resolve.ts'
import { visitOf } from './session/request-visits.ts'
import { SessionObject } from './session/session.ts'
import type { CreateObject, Lifecycle, Visit } from './session/visit.ts'
import { memoryStore } from './store/memory.ts'

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
  /** Whether these sessions opened it. */
  opened(visit: Visit): boolean
  watch(id: string, listener: WatchListener, options?: WatchOptions): () => void
  of(principal: string, request: unknown): SessionsOf
  operatorFor(request: unknown): Operator
  revoke(session: SessionOrId, request: unknown, revocation: Revocation): Promise<boolean>
  revokeEverything(request: unknown, revocation: Revocation): Promise<void>
  readonly policy: Policy
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
export function corridorFrom(sessionsOrOptions: object): Corridor {
  return corridors.get(sessionsOrOptions) ?? createCorridor(sessionsOrOptions as SessionOptions)
}

/** Lets {@link corridorOf} find the corridor behind these sessions. */
export function lendCorridor(sessions: object, corridor: Corridor): void {
  corridors.set(sessions, corridor)
}

export function createCorridor<D extends object>(options: SessionOptions<D>): Corridor {
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
  const opened = (visit: Visit) => visit.lifecycle === lifecycle
  return {
    open: (cookieHeader, request, openOptions, create) =>
      openVisit(engine, lifecycle, cookieHeader, request, openOptions, create),
    commit: (visit, failed) => commit(engine, visit, failed),
    from(request) {
      const visit = visitOf(request, opened)
      if (visit !== undefined) return visit
      throw new UsageError(
        'no session was opened for this request: mount the adapter before what uses it; for an ' +
          'upgrade request, open one with sessions.open(request.headers.cookie, request)',
      )
    },
    opened,
    watch: (id, listener, watchOptions) => watches.watch(id, listener, watchOptions),
    of: (principal, request) => sessionsOf(engine, principal, request),
    operatorFor: (request) => operatorFor(engine, request),
    revoke: (session, request, revocation) => revoke(engine, session, request, revocation),
    revokeEverything: (request, revocation) => revokeAllOf(engine, request, revocation),
    policy,
    describePolicy: () => describePolicy(policy),
    async close() {
      await Promise.all([watches.close(), engine.store.close?.()])
    },
  }
}

export const createSession: CreateObject = (state) => new SessionObject(state)
