import { type Server, type ServerResponse, createServer } from 'node:http'
import { withSession } from 'sojourn/node'
import type { Answer } from '../account.ts'
import { type Headers, byHand, nothing } from '../keepers/by-hand.ts'
import { safeByHand } from '../keepers/safe-by-hand.ts'
import { sojournSessions, workOfSojourn } from '../keepers/sojourn.ts'
import { type Keeper, SAFE } from '../subjects.ts'
import { type Work, routesOf } from '../work.ts'

/** A response has its request, so it is all that a handler needs. */
export const headersOfNode: Headers<ServerResponse> = {
  cookie: ({ req }) => req.headers.cookie,
  set: (response, name, value) => void response.setHeader(name, value),
}

export async function nodeServer(keeper: Keeper, redisUrl: string): Promise<Server> {
  if (keeper === 'nothing') return serve(nothing(headersOfNode))
  if (keeper === 'limit') return serve(await byHand(headersOfNode, redisUrl))
  if (keeper === SAFE) {
    const answer = listenerOf(await safeByHand(headersOfNode, redisUrl))
    return createServer((_request, response) => {
      headersOfNode.cookie(response)
      void answer(response)
    })
  }
  const sessions = sojournSessions(keeper, redisUrl)
  const answer = listenerOf(workOfSojourn<ServerResponse>(({ req }) => sessions.from(req)))
  return createServer(
    withSession(sessions, (_request, response: ServerResponse) => answer(response)),
  )
}

function serve(work: Work<ServerResponse>): Server {
  const answer = listenerOf(work)
  return createServer((_request, response) => void answer(response))
}

function listenerOf(work: Work<ServerResponse>) {
  const routes = routesOf(work)
  return async (response: ServerResponse) => {
    const handler = routes.get(response.req.url ?? '')
    if (handler === undefined) response.writeHead(404).end()
    else send(response, await handler(response))
  }
}

function send(response: ServerResponse, answer: Answer): void {
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.end(JSON.stringify(answer))
}
