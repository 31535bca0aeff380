import { warnIfPlainHttp } from '../cookie/secure.ts'
import { setCookie } from '../cookie/write.ts'
import type { Policy } from '../options/resolve.ts'
import { type SessionRecord, copyRecord } from '../record/record.ts'
import type { SessionState } from '../session/state.ts'
import type { Visit } from '../session/visit.ts'
import type { Engine } from './engine.ts'

/**
 * The browser has to get this session's cookie, at the end of the request; unless the session is
 * no longer this request's (PROTOCOL.md rule 10).
 */
export function oweCookie(
  { policy, seal }: Engine,
  state: SessionState,
  edition: number | undefined = state.base?.record.edition,
): void {
  const { visit, base, storedFamily: family, standing } = state
  if (base === undefined || edition === undefined || standing === 'gone') return
  const { secure } = visit.cookie
  const name = nameFor(visit, base.record.principal)
  const value = seal.write(name, { id: base.record.id, family, edition })
  const maxAge = lifeOf(policy, base.record)
  visit.owedCookie = setCookie({ name, value, secure, maxAge }, policy.cookie.attributes)
  visit.renewal = 'no'
  if (secure) warnIfPlainHttp(visit.request)
}

/** A signed-in session has a cookie of its own name, which no visitor's response can displace. */
function nameFor({ cookie }: Visit, principal: string | null): string {
  return principal === null ? cookie.name : cookie.signedInName
}

/** A cookie that outlives the browser has its life prolonged, now that its session has. */
export function prolong({ policy }: Engine, { visit, base }: SessionState): void {
  if (visit.renewal !== 'no' || base === undefined) return
  if (lifeOf(policy, base.record) !== undefined) visit.renewal = 'may'
}

/** In seconds; `undefined`: until the browser closes. */
function lifeOf({ cookie }: Policy, record: SessionRecord): number | undefined {
  const timeout = record.timeoutMs / 1000
  if (cookie.maxAge !== null) return Math.max(cookie.maxAge, timeout)
  return record.persistent ? timeout : undefined
}

/** The browser would forget the cookie while its session goes on, or keep it when it is closed. */
export function mustTell(policy: Policy, before: SessionRecord, after: SessionRecord): boolean {
  const known = lifeOf(policy, before)
  const life = lifeOf(policy, after)
  if (known === undefined || life === undefined) return known !== life
  return life > known
}

/** Whether the cookie of this edition is to be replaced by its successor. */
export function isRenewalDue(
  { renewalTimeoutMs }: Policy,
  { promotedAt }: SessionRecord,
  now: number,
): boolean {
  return renewalTimeoutMs !== null && now - promotedAt >= renewalTimeoutMs
}

/**
 * A cookie of this edition that must leave shortly before its renewal puts that off, to a grace from
 * now: arriving after its successor, it would throw the browser back (PROTOCOL.md rule 7). What went
 * before this edition stays as good or dead as it is, since a renewal takes two graces at least.
 */
export function renewedLater(policy: Policy, record: SessionRecord, now: number): SessionRecord {
  const { renewalTimeoutMs, renewalGraceMs } = policy
  if (renewalTimeoutMs === null || isRenewalDue(policy, record, now)) return record
  const promotedAt = Math.max(record.promotedAt, now - renewalTimeoutMs + renewalGraceMs)
  if (promotedAt === record.promotedAt) return record
  return Object.assign(copyRecord(record), { promotedAt })
}

/**
 * The edition a renewed cookie carries, or `undefined` when none may leave now: one that only might
 * leave keeps a grace away from its successor. Whoever presented an older edition has to get on.
 */
export function editionToHand(
  policy: Policy,
  { edition, promotedAt }: SessionRecord,
  { presented, must, now }: { presented: number; must: boolean; now: number },
): number | undefined {
  const { renewalTimeoutMs, renewalGraceMs } = policy
  if (renewalTimeoutMs === null) return edition
  const left = promotedAt + renewalTimeoutMs - now
  if (left <= 0) return edition + 1
  return must || presented < edition || left > renewalGraceMs ? edition : undefined
}
