import { Router } from 'express'
import type { SessionEnd, Sessions } from 'sojourn'

/**
 * Tells a page that its visit is over, and why, within about a second. The page names its visit,
 * because the cookie of its browser may be for a later one by now.
 */
export function doorRoutes(sessions: Sessions): Router {
  const router = Router()
  router.get('/live/door/:visit', ({ session, params }, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    // So that the browser knows that it is connected.
    response.write(':\n\n')
    const tell = (why: string | null) =>
      response.end(`event: over\ndata: ${JSON.stringify(why)}\n\n`)
    if (session.id !== params.visit) tell(session.ended?.reason ?? null)
    else
      response.on(
        'close',
        sessions.watch(session.id, (end) => tell(whyOf(end))),
      )
  })
  return router
}

/** `null`: the clock ran down, for which the page has words of its own. */
function whyOf({ reason, why }: SessionEnd): string | null {
  if (reason === 'expired') return null
  return why ?? 'You left in another window.'
}
