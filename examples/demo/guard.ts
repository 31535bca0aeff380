import type { Request, RequestHandler } from 'express'
import { problemPage } from './pages/problem.ts'

/**
 * Lets a POST in only when it comes from a page of this shop.
 *
 * Who has a session proves it with the session's CSRF token. A visitor has none, and a token for
 * one would begin a session for everybody who only looks in; so a visitor's first POST is judged
 * by the headers with which browsers say where a request comes from. There is nothing yet that a
 * forged request could misuse, but it could sign the visitor in to somebody else's account.
 */
export const guard: RequestHandler = (request, response, next) => {
  if (request.method !== 'POST') {
    next()
    return
  }
  const { session } = request
  const token: unknown = request.body?.token
  const genuine = session.isNew ? isSameOrigin(request) : session.verifyCsrfToken(token)
  if (!genuine) response.status(403).send(problemPage(403))
  // The page was made for a session that has ended since.
  else if (session.isNew && token) response.redirect(303, '/escorted')
  else next()
}

/** Sec-Fetch-Site where the browser sends it, which is over https and on localhost; else Origin. */
function isSameOrigin(request: Request): boolean {
  const site = request.get('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin'
  const origin = request.get('origin')
  if (origin === undefined || !URL.canParse(origin)) return false
  return new URL(origin).host === request.get('host')
}
