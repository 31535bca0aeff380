import { warnIfPlainHttp } from '../cookie/secure.ts'
import { setCookie } from '../cookie/write.ts'
import type { Base } from '../session/base.ts'
import type { SessionState } from '../session/state.ts'
import type { Engine } from './engine.ts'

/**
 * The browser has to get this session's cookie, at the end of the request; unless the session is
 * no longer this request's (PROTOCOL.md rule 10).
 */
export function oweCookie({ policy, seal }: Engine, state: SessionState): void {
  const { visit, base, family, standing } = state
  if (base === undefined || standing === 'gone') return
  const { name, secure } = visit.cookie
  const { id, edition } = base.record
  const value = seal.write(name, { id, family, edition })
  const maxAge = lifeOf(policy.cookie.maxAge, base)
  visit.owedCookie = setCookie({ name, value, secure, maxAge }, policy.cookie.attributes)
  if (secure) warnIfPlainHttp(visit.request)
}

/** Only a cookie that outlives the browser has a life to prolong. */
export function oweRefreshedCookie(engine: Engine, state: SessionState): void {
  const { base } = state
  if (base !== undefined && lifeOf(engine.policy.cookie.maxAge, base) !== undefined) {
    oweCookie(engine, state)
  }
}

function lifeOf(maxAge: number | null, { record }: Base): number | undefined {
  const timeout = record.timeoutMs / 1000
  if (maxAge !== null) return Math.max(maxAge, timeout)
  return record.persistent ? timeout : undefined
}
