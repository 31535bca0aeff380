import { type Request, type Response, Router } from 'express'
import type { Sessions } from 'sojourn'
import { browserName } from './browser-name.ts'
import { devicesPage } from './pages/devices.ts'
import { count } from './pages/words.ts'

/** For whoever is signed in: where else, and how to end it there. */
export function deviceRoutes(sessions: Sessions): Router {
  const router = Router()

  router.get(
    '/devices',
    withPrincipal(async (principal, { session }, response) => {
      const messages = session.popFlash().map(String)
      const devices = await sessions.of(principal).list({ current: session })
      response.send(devicesPage({ session, messages, devices }))
    }),
  )

  router.post(
    '/devices/sign-out',
    withPrincipal(async (principal, request, response) => {
      const { session, body } = request
      const mine = sessions.of(principal)
      const device = (await mine.list()).find(({ id }) => id === body?.id)
      const ended = device !== undefined && (await mine.revoke(device, revocation(request)))
      const name = browserName(device?.userAgent ?? null)
      session.pushFlash(ended ? `${name} is signed out.` : 'That one was signed out already.')
      response.redirect(303, '/devices')
    }),
  )

  router.post(
    '/devices/sign-out-others',
    withPrincipal(async (principal, request, response) => {
      const { session } = request
      const { length } = await sessions.of(principal).revokeOthers(session, revocation(request))
      session.pushFlash(`Signed out everywhere else: ${count(length, 'device')}.`)
      response.redirect(303, '/devices')
    }),
  )
  return router
}

type PrincipalHandler = (principal: string, request: Request, response: Response) => Promise<void>

function withPrincipal(handle: PrincipalHandler) {
  return async (request: Request, response: Response): Promise<void> => {
    const { principal } = request.session
    if (principal === null) response.redirect(303, '/sign-in')
    else await handle(principal, request, response)
  }
}

/** The next page of the other device says so; the event `revoked` says who it was. */
function revocation(request: Request) {
  const from = browserName(request.get('User-Agent') ?? null)
  const by = request.session.principal ?? undefined
  return { reason: `You were signed out from another device: ${from}.`, by }
}
