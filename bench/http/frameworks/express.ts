import { type Server, type ServerResponse, createServer } from 'node:http'
import express, { type Express } from 'express'
import { session } from 'sojourn/express'
import { byHand, nothing } from '../keepers/by-hand.ts'
import { useExpressSession } from '../keepers/express-session.ts'
import { safeByHand } from '../keepers/safe-by-hand.ts'
import { sojournSessions, workOfSojourn } from '../keepers/sojourn.ts'
import { type Keeper, SAFE } from '../subjects.ts'
import { type Work, routesOf } from '../work.ts'
import { headersOfNode } from './node.ts'

export async function expressServer(keeper: Keeper, redisUrl: string): Promise<Server> {
  const app = express()
  for (const [path, handler] of routesOf(await workIn(app, keeper, redisUrl))) {
    app.get(path, async (_request, response) => void response.json(await handler(response)))
  }
  return createServer(app)
}

async function workIn(
  app: Express,
  keeper: Keeper,
  redisUrl: string,
): Promise<Work<ServerResponse>> {
  if (keeper === 'nothing') return nothing(headersOfNode)
  if (keeper === 'limit') return byHand(headersOfNode, redisUrl)
  if (keeper === SAFE) {
    app.use((_request, response, next) => {
      headersOfNode.cookie(response)
      next()
    })
    return safeByHand(headersOfNode, redisUrl)
  }
  if (keeper === 'express-session') return useExpressSession(app, redisUrl)
  const sessions = sojournSessions(keeper, redisUrl)
  app.use(session(sessions))
  return workOfSojourn(({ req }) => sessions.from(req))
}
