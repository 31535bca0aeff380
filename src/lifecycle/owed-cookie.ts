import { warnIfPlainHttp } from '../cookie/secure.ts'
import { setCookie } from '../cookie/write.ts'
import type { Policy } from '../options/resolve.ts'
import type { SessionRecord } from '../record/record.ts'
import type { Base } from '../session/base.ts'
import type { SessionState } from '../session/state.ts'
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
  const { visit, base, family, standing } = state
  if (base === undefined || edition === undefined || standing === 'gone') return
  const { name, secure } = visit.cookie
  const value = seal.write(name, { id: base.record.id, family, edition })
  const maxAge = lifeOf(policy.cookie.maxAge, base)
  visit.owedCookie = setCookie({ name, value, secure, maxAge }, policy.cookie.attributes)
  if (secure) warnIfPlainHttp(visit.request)
}

/** Only a cookie that outlives the browser has a life to prolong. */
export function hasLife({ policy }: Engine, { base }: SessionState): boolean {
  return base !== undefined && lifeOf(policy.cookie.maxAge, base) !== undefined
}

function lifeOf(maxAge: number | null, { record }: Base): number | undefined {
  const timeout = record.timeoutMs / 1000
  if (maxAge !== null) return Math.max(maxAge, timeout)
  return record.persistent ? timeout : undefined
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
 * The edition a renewed cookie carries, or `undefined` when none may leave now. Whoever presented
 * an older edition gets the current one, and a current one its successor when that is due.
 *
 * A cookie of edition n that arrives after its successor throws the browser back, so for a grace
 * before the successor is handed out there is none (PROTOCOL.md rule 7). One that must leave is
 * the successor from then on, and the others keep out of its way for a grace more.
 */
export function editionToHand(
  policy: Policy,
  record: SessionRecord,
  { presented, must, now }: { presented: number; must: boolean; now: number },
): number | undefined {
  const { edition } = record
  const { renewalTimeoutMs, renewalGraceMs } = policy
  if (presented < edition || renewalTimeoutMs === null) return edition
  const left = record.promotedAt + renewalTimeoutMs - now
  if (left <= (must ? renewalGraceMs : 0)) return edition + 1
  return must || left > 2 * renewalGraceMs ? edition : undefined
}
