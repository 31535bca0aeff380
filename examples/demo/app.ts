import { fileURLToPath } from 'node:url'
import express, { type ErrorRequestHandler, type Express } from 'express'
import type { Sessions } from 'sojourn'
import { crossOriginGuard, noteErrors, session } from 'sojourn/express'
import { deviceRoutes } from './devices.ts'
import { doorRoutes } from './door.ts'
import { floorRoutes } from './floor.ts'
import { guard } from './guard.ts'
import { notCached, securityHeaders } from './headers.ts'
import { ledger } from './ledger.ts'
import { problemPage } from './pages/problem.ts'
import { shopRoutes } from './shop.ts'
import { signInRoutes } from './sign-in.ts'
import type { ShopStore } from './store.ts'

const publicFolder = fileURLToPath(new URL('public', import.meta.url))

/** The way of a request through the shop, from the top down. */
export function createApp(sessions: Sessions, store: ShopStore): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(securityHeaders)
  // Ahead of the session: a stylesheet needs none.
  app.use(express.static(publicFolder))
  app.use(notCached)
  app.use(crossOriginGuard())
  // What a page asks by itself is no step of its visitor.
  app.use(session(sessions, { countAsActivity: ({ path }) => !path.startsWith('/live/') }))
  // It has no form of this shop in it, and guards itself.
  app.all('/ledger', ledger(sessions))
  app.use(express.urlencoded({ extended: false }))
  app.use(guard)
  app.use(shopRoutes(store))
  app.use(signInRoutes())
  app.use(deviceRoutes(sessions))
  app.use(floorRoutes(sessions))
  app.use(doorRoutes(sessions))
  app.use((_request, response) => {
    response.status(404).send(problemPage(404))
  })
  app.use(noteErrors())
  app.use(answerError)
  return app
}

/** A store that does not answer is a StoreError with status 503: the session is unknown, not gone. */
const answerError: ErrorRequestHandler = (error, _request, response, next) => {
  const status = Number((error as { status?: unknown } | undefined)?.status ?? 500)
  if (status >= 500) console.error(error)
  if (response.headersSent) next(error)
  else response.status(status).send(problemPage(status))
}
