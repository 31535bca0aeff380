import { Router } from 'express'
import { signInPage } from './pages/sign-in.ts'
import { EIGHT_HOURS, csrfToken } from './session.ts'

/** Shown on the page. A real shop looks up a user and compares with a slow password hash. */
const NAME = 'owner'
const PASSWORD = 'kettle'

export function ownerRoutes(): Router {
  const router = Router()
  router.get('/sign-in', (request, response) => {
    response.send(signInPage({ token: csrfToken(request.session) }))
  })
  router.post('/sign-in', (request, response) => {
    const { session, body } = request
    if (body?.name !== NAME || body?.password !== PASSWORD) {
      // Said on the page and not by a flash message, which would begin a session for a visitor.
      const problem = 'That is not the owner’s name and password.'
      response.status(422).send(signInPage({ token: csrfToken(session), problem }))
      return
    }
    // More may be done with this session than before, so the old cookie must not open it any more.
    session.rotate()
    session.adjustTimeoutForSession(EIGHT_HOURS)
    session.role = 'owner'
    session.pushFlash('Welcome back. It is your shop: you may stay for eight hours.')
    response.redirect(303, '/')
  })
  return router
}
