import { ID } from '../cookie/credential.ts'
import type { Corridor } from '../corridor.ts'
import type { Operator } from '../lifecycle/operator.ts'
import type { Page } from './layout.ts'
import { confirmPage } from './pages/confirm.ts'
import { EVERY, viewOf } from './pages/activity.ts'
import { overview } from './pages/overview.ts'
import { principalPage } from './pages/principal.ts'
import { NOTHING_TO_END, NO_ANSWER, NO_SESSION } from './pages/problem.ts'
import { endedPage, sessionPage } from './pages/session.ts'
import { to } from './parts.ts'
import type { Surveys } from './survey.ts'

/** What pages are made from. */
export interface Source {
  readonly operator: Operator
  readonly surveys: Surveys
  readonly corridor: Corridor
}

const LONGEST_REASON = 200

/** Shows what a GET asks for. It ends nothing, whatever it asks for. */
export async function show(source: Source, query: URLSearchParams): Promise<Page> {
  const session = query.get('session')
  if (session) return showSession(source, session, query.get('reason'))
  const principal = query.get('principal')
  if (principal) return showPrincipal(source, principal, query.get('reason'))
  const { operator, surveys, corridor } = source
  const survey = await surveys.current(operator)
  return overview(survey, viewOf(query), await operator.now(), corridor.describePolicy())
}

/** What is shown when the store does not answer. An overview that refreshes goes on doing so. */
export function unanswered(query: URLSearchParams): Page {
  const ofOverview = !query.get('session') && !query.get('principal')
  return ofOverview && viewOf(query).refreshes ? { ...NO_ANSWER, refresh: EVERY } : NO_ANSWER
}

async function showSession({ operator }: Source, id: string, reason: string | null): Promise<Page> {
  if (!ID.test(id)) return NO_SESSION
  const found = await operator.find(id)
  if (found === undefined) return NO_SESSION
  const now = await operator.now()
  if ('ended' in found) return endedPage(found, now)
  if (reason === null) return sessionPage(found, now, undefined)
  if (!isReason(reason)) return sessionPage(found, now, reason)
  return confirmPage({ session: id, principal: found.principal }, reason)
}

async function showPrincipal(
  { operator }: Source,
  principal: string,
  reason: string | null,
): Promise<Page> {
  const sessions = await operator.of(principal).list()
  const now = await operator.now()
  const count = sessions.length
  if (reason === null || count === 0) return principalPage(principal, sessions, now, undefined)
  if (!isReason(reason)) return principalPage(principal, sessions, now, reason)
  return confirmPage({ principal, count }, reason)
}

/** Ends what a POST names. Answers where to look then, which shows what became of it. */
export async function end(
  { operator }: Source,
  query: URLSearchParams,
  by: { readonly by?: string },
): Promise<string | Page> {
  const reason = query.get('reason')
  const session = query.get('session')
  const principal = query.get('principal')
  if (!isReason(reason)) return NOTHING_TO_END
  const revocation = { reason, ...by }
  if (session !== null) {
    if (!ID.test(session)) return NOTHING_TO_END
    const found = await operator.find(session)
    if (found === undefined) return NO_SESSION
    if (!('ended' in found)) await operator.revoke(found, revocation)
    return to({ session })
  }
  if (!principal) return NOTHING_TO_END
  await operator.of(principal).revokeAll(revocation)
  return to({ principal })
}

function isReason(reason: string | null): reason is string {
  return reason !== null && reason.trim() !== '' && reason.length <= LONGEST_REASON
}
