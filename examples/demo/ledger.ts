import type { Request, RequestHandler } from 'express'
import type { Sessions } from 'sojourn'
import { sessionsDashboard } from 'sojourn/dashboard'
import { OWNER } from './accounts.ts'

/** All sessions in figures, for the owner alone: the library's own page. */
export function ledger(sessions: Sessions): RequestHandler {
  const dashboard = sessionsDashboard(sessions, {
    authorize: ({ session }: Request) => session.principal === OWNER && { by: OWNER },
  })
  return dashboard.node
}
