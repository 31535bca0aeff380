import type { RequestHandler } from 'express'
import { problemPage } from './pages/problem.ts'

/**
 * Lets a POST of somebody who has a session in only with the session's CSRF token: it comes from a
 * form that this shop made for this session. A visitor has none, and a token for one would begin a
 * session for everybody who only looks in; that no other site sent it, crossOriginGuard() has seen.
 */
export const guard: RequestHandler = (request, response, next) => {
  const { session } = request
  const token: unknown = request.body?.token
  if (request.method !== 'POST' || (session.isNew && !token)) next()
  // The page was made for a session that has ended since.
  else if (session.isNew) response.redirect(303, '/escorted')
  else if (session.verifyCsrfToken(token)) next()
  else response.status(403).send(problemPage(403))
}
