import { ID } from '../cookie/credential.ts'
import { UsageError } from '../errors.ts'
import { requireOptions, show } from '../options/check.ts'
import type { SessionRecord } from '../record/record.ts'
import { type Engine, ask, askingFor, storeTime } from './engine.ts'
import { revokeEverything } from './epochs.ts'
import {
  type Member,
  type Revocation,
  end,
  endListed,
  listKey,
  parseMember,
  survey,
} from './listing.ts'
import { type SessionSummary, summaryOf } from './summary.ts'

/** One session of somebody, as a page of "your devices" shows it. */
export interface ListedSession extends SessionSummary {
  readonly principal: string
  readonly signedInAt: Date
  /** It is the session that was given to list(). */
  readonly current: boolean
}

/** A session, or its id. */
export type SessionOrId = string | { readonly id: string }

/** The sessions of one principal. */
export interface SessionsOf {
  /** Those that live, the latest sign-in first. */
  list(options?: { readonly current?: SessionOrId }): Promise<ListedSession[]>
  /**
   * Ends one of them; its next request is told the reason by `session.ended`.
   *
   * @returns whether it lived, and was one of them.
   */
  revoke(session: SessionOrId, revocation: Revocation): Promise<boolean>
  /** Ends all but one. @returns the ids of those that lived. */
  revokeOthers(current: SessionOrId, revocation: Revocation): Promise<string[]>
  /** Ends all, the one of this request included. @returns the ids of those that lived. */
  revokeAll(revocation: Revocation): Promise<string[]>
}

const LONGEST_REASON = 200

export function sessionsOf(engine: Engine, principal: string, request: unknown): SessionsOf {
  if (typeof principal !== 'string' || principal === '' || !principal.isWellFormed()) {
    throw new UsageError(`of() takes a principal, a well-formed string, not ${show(principal)}`)
  }
  const asking = askingFor(engine, request)

  async function members(): Promise<Member[]> {
    await storeTime(engine, asking)
    const key = listKey(engine, principal)
    const texts = await ask(engine, asking, 'listed', async (store) => {
      if (store.listed !== undefined) return store.listed(key)
      throw new UsageError('this store keeps no lists: it has no listed()')
    })
    return texts.map(parseMember)
  }

  return {
    async list(options = {}) {
      const { current } = requireOptions('list', options, ['current'])
      const { live } = await survey(engine, asking, principal, await members())
      const sorted = live.toSorted((one, other) => signedInAt(other) - signedInAt(one))
      return sorted.map((record) => listed(record, principal, current && idOf(current)))
    },
    async revoke(session, revocation) {
      const id = idOf(session)
      const its = (await members()).filter((member) => member.id === id)
      return (await endListed(engine, asking, principal, its, checked(revocation))).length > 0
    },
    async revokeOthers(current, revocation) {
      const id = idOf(current)
      const others = (await members()).filter((member) => member.id !== id)
      return endListed(engine, asking, principal, others, checked(revocation))
    },
    async revokeAll(revocation) {
      return endListed(engine, asking, principal, await members(), checked(revocation))
    },
  }
}

/** Ends any session by its id. */
export async function revoke(
  engine: Engine,
  session: SessionOrId,
  request: unknown,
  revocation: Revocation,
): Promise<boolean> {
  const asking = askingFor(engine, request)
  await storeTime(engine, asking)
  const whose = { principal: undefined, evenAbsent: false }
  return end(engine, asking, idOf(session), whose, checked(revocation))
}

/** Ends every session, with option `epoch`. */
export function revokeAllOf(
  engine: Engine,
  request: unknown,
  revocation: Revocation,
): Promise<void> {
  return revokeEverything(engine, askingFor(engine, request), checked(revocation))
}

function idOf(session: unknown): string {
  const id =
    typeof session === 'object' && session !== null ? (session as { id: unknown }).id : session
  if (typeof id === 'string' && ID.test(id)) return id
  throw new UsageError(`expected a session or its id, not ${show(session)}`)
}

function checked(revocation: Revocation): Revocation {
  const given: Partial<Revocation> = revocation ?? {}
  const { reason } = requireOptions('revocation', given, ['reason', 'by'])
  const fits = typeof reason === 'string' && reason !== '' && reason.isWellFormed()
  if (fits && reason.length <= LONGEST_REASON) return revocation
  throw new UsageError(`a revocation needs a reason of 1 to ${LONGEST_REASON} characters`)
}

function signedInAt({ signedIn, createdAt }: SessionRecord): number {
  return signedIn?.at ?? createdAt
}

function listed(
  record: SessionRecord,
  principal: string,
  current: string | undefined,
): ListedSession {
  const signedIn = new Date(signedInAt(record))
  const isCurrent = record.id === current
  return { ...summaryOf(record), principal, signedInAt: signedIn, current: isCurrent }
}
