import { type RequestHandler, Router } from 'express'
import type { ScannedSession, Sessions } from 'sojourn'
import { OWNER } from './accounts.ts'
import { MOST_SHOWN, REASONS, floorPage, peopleList } from './pages/floor.ts'
import { ownerOnlyPage } from './pages/problem.ts'

/** For the owner alone: who is in the shop, and the way out. */
export function floorRoutes(sessions: Sessions): Router {
  const router = Router()
  router.use(['/floor', '/live/floor'], ownerOnly)

  router.get('/floor', async ({ session }, response) => {
    const messages = session.popFlash().map(String)
    response.send(floorPage({ session, messages, people: await everybody(sessions) }))
  })

  // The same list for the script, which asks every second.
  router.get('/live/floor', async ({ session }, response) => {
    const list = peopleList(await everybody(sessions), session.id)
    response.send(list.toString())
  })

  router.post('/floor/escort', async ({ session, body }, response) => {
    const id = String(body?.id)
    const reason = REASONS[Number(body?.reason)] ?? REASONS[0]
    const ended = looksLikeId(id) && (await sessions.revoke(id, { reason, by: OWNER }))
    session.pushFlash(ended ? 'Escorted out, with a kind word.' : 'They had left already.')
    response.redirect(303, '/floor')
  })
  return router
}

const ownerOnly: RequestHandler = ({ session }, response, next) => {
  if (session.principal === OWNER) next()
  else response.status(403).send(ownerOnlyPage())
}

/**
 * In the order in which they came. What is in their sessions only they see. A scan looks at every
 * key of the store, which suits a small shop.
 */
async function everybody(sessions: Sessions): Promise<ScannedSession[]> {
  const people = new Map<string, ScannedSession>()
  for await (const person of sessions.scan()) {
    people.set(person.id, person)
    if (people.size === MOST_SHOWN) break
  }
  return [...people.values()].toSorted(
    (one, other) => Number(one.createdAt) - Number(other.createdAt),
  )
}

function looksLikeId(id: string): boolean {
  return /^[\w-]{1,128}$/.test(id)
}
