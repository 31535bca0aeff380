import { type Request, type Response, Router } from 'express'
import { accountOf } from './accounts.ts'
import { basketKeys } from './basket.ts'
import { signInPage } from './pages/sign-in.ts'

export function signInRoutes(): Router {
  const router = Router()
  router.get('/sign-in', ({ session }, response) => {
    response.send(signInPage({ session }))
  })
  router.post('/sign-in', signIn)
  router.post('/leave', leave)
  return router
}

/**
 * signIn() gives the session a new cookie, so that the old one does not open it any more, and drops
 * what a visitor's session holds, which somebody else may have put there. The basket may stay.
 */
async function signIn(request: Request, response: Response): Promise<void> {
  const { session, body, ip } = request
  const account = accountOf(body?.name, body?.password)
  if (account === undefined) {
    // Said on the page and not by a flash message, which would begin a session for a visitor.
    const problem = 'Nobody has that name and password.'
    response.status(422).send(signInPage({ session, problem }))
    return
  }
  await session.signIn(account.name, {
    keep: basketKeys(session),
    amr: ['pwd'],
    // An IPv4 address comes dressed as one of IPv6.
    client: { address: ip?.replace('::ffff:', ''), userAgent: request.get('User-Agent') },
  })
  session.adjustTimeoutForSession(account.stay)
  session.pushFlash(account.welcome)
  response.redirect(303, '/')
}

/** What is written after the end of a session begins a new one: here, a message for the next page. */
async function leave({ session }: Request, response: Response): Promise<void> {
  const signedIn = session.principal !== null
  if (signedIn) await session.signOut()
  else session.invalidate()
  const said = signedIn ? 'You are signed out.' : 'You have left the shop.'
  session.pushFlash(`${said} That session is deleted; this message came in a new one.`)
  response.redirect(303, '/')
}
