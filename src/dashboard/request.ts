import { CrossOriginError, UsageError } from '../errors.ts'
import { publish } from '../events.ts'
import { type GuardedRequest, crossOriginGuard } from '../guard/cross-origin.ts'
import { show } from '../options/check.ts'
import { headerOf } from '../request-header.ts'

/**
 * Whether this request is an operator's: no, yes, or yes and who it is, which the event `revoked`
 * then tells as `by`.
 */
export type Verdict = boolean | { readonly by: string } | null | undefined

/**
 * Who the operator is, if that is said; `'refused'` for nobody. A string is no answer: whoever
 * returns the user's name has not said yet whether that user may.
 *
 * @throws {UsageError} for anything that is no verdict.
 */
export function operatorIn(verdict: unknown): { readonly by?: string } | 'refused' {
  if (verdict === true) return {}
  if (verdict === false || verdict === null || verdict === undefined) return 'refused'
  const { by } = verdict as { readonly by?: unknown }
  if (typeof verdict === 'object' && typeof by === 'string' && by !== '') return { by }
  throw new UsageError(`authorize() must answer true, false or { by: 'who' }, not ${show(verdict)}`)
}

const guard = crossOriginGuard()

/**
 * Refuses what a page of another origin has caused (CSRF), and, other than the guard of
 * applications, what does not say where it comes from: every browser does, and programs have
 * `sessions.revoke()`.
 *
 * @throws {CrossOriginError}
 */
export function refuseForeign(request: GuardedRequest): void {
  guard(request)
  const says = headerOf(request, 'sec-fetch-site') ?? headerOf(request, 'origin')
  if (says !== undefined) return
  publish('refused', { reason: 'cross_origin', request })
  throw new CrossOriginError(undefined, 'POST refused: it does not say where it comes from')
}

/** What is asked for: all after the first question mark, whatever the path or the host. */
export function queryOf({ url = '' }: GuardedRequest): URLSearchParams {
  const at = url.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
}
