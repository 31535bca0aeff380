import { setTimeout as wait } from 'node:timers/promises'
import { type Request, type Response, Router } from 'express'
import { basketKey, linesOf } from './basket.ts'
import { diaryOf, endedIdOf } from './diary.ts'
import { escortedPage } from './pages/escorted.ts'
import { problemPage } from './pages/problem.ts'
import { shopPage } from './pages/shop.ts'
import { FIVE_MINUTES, csrfToken } from './session.ts'
import { lookInStore } from './store-panel.ts'
import type { ShopStore } from './store.ts'
import { type Tea, teaOf } from './teas.ts'

const MOST_OF_ONE_TEA = 99
const SLOW_TILL_MS = 500

export function shopRoutes(store: ShopStore): Router {
  const router = Router()
  // oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 hands rejections on
  router.get('/', async (request, response) => {
    const { session } = request
    const messages = session.popFlash().map(String)
    const panel = await lookInStore(session, endedIdOf(request), store)
    const page = shopPage({
      session,
      messages,
      panel,
      diary: diaryOf(session.id),
      lines: linesOf(session),
      token: csrfToken(session),
    })
    response.send(page)
  })
  router.get('/escorted', (request, response) => {
    const { isNew, ended } = request.session
    if (isNew) response.send(escortedPage(ended?.reason))
    else response.redirect(303, '/')
  })
  router.post('/basket/add', withTea(add))
  router.post('/basket/remove', withTea(remove))
  router.post('/basket/slow-till', withTea(addAtSlowTill))
  router.post('/more-time', moreTime)
  return router
}

type TeaHandler = (tea: Tea, request: Request, response: Response) => void | Promise<void>

function withTea(handle: TeaHandler) {
  return async (request: Request, response: Response): Promise<void> => {
    const tea = teaOf(request.body?.tea)
    if (tea === undefined) response.status(404).send(problemPage(404))
    else await handle(tea, request, response)
  }
}

/** Counting needs what is stored now, not what this request read: two clicks at once are two tins. */
async function add(tea: Tea, { session }: Request, response: Response): Promise<void> {
  const key = basketKey(tea)
  await session.update((stored) => {
    stored[key] = Math.min((stored[key] ?? 0) + 1, MOST_OF_ONE_TEA)
  })
  session.pushFlash(`One tin of ${tea.name} is in your basket.`)
  response.redirect(303, '/')
}

function remove(tea: Tea, { session }: Request, response: Response): void {
  delete session[basketKey(tea)]
  session.pushFlash(`The ${tea.name} is back on the shelf.`)
  response.redirect(303, '/')
}

/**
 * Slow on purpose, so that two of these requests overlap: both have read the same session when the
 * first one writes. Each assigns one key; the commits put both together.
 */
async function addAtSlowTill(tea: Tea, { session }: Request, response: Response): Promise<void> {
  const key = basketKey(tea)
  await wait(SLOW_TILL_MS)
  session[key] = Math.min((session[key] ?? 0) + 1, MOST_OF_ONE_TEA)
  session.pushFlash(`The slow till has rung up one tin of ${tea.name}.`)
  response.sendStatus(204)
}

/** For this session only, and for the rest of its life. */
function moreTime({ session }: Request, response: Response): void {
  if (session.timeout < FIVE_MINUTES) session.adjustTimeoutForSession(FIVE_MINUTES)
  session.pushFlash('Of course. Take your time: five minutes, from now on after every step.')
  response.redirect(303, '/')
}
