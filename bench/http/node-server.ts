import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { withSession } from 'sojourn/node'
import { type Answer, account, answerOf } from './account.ts'
import { byHand } from './by-hand.ts'
import { NO_SESSION, NO_SESSION_COOKIE, addView, sojournSessions } from './keepers.ts'
import type { Keeper } from './subjects.ts'

export async function nodeServer(keeper: Keeper, redisUrl: string): Promise<RequestListener> {
  if (keeper === 'nothing') return withoutSessions
  return keeper === 'limit' ? sessionsByHand(redisUrl) : sessionsByListener(redisUrl)
}

function withoutSessions(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/sign-in') response.setHeader('Set-Cookie', NO_SESSION_COOKIE)
  send(response, NO_SESSION)
}

async function sessionsByHand(redisUrl: string): Promise<RequestListener> {
  const sessions = await byHand(redisUrl)

  async function serve({ url, headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (url === '/read') {
      send(response, answerOf(await sessions.read(headers.cookie)))
    } else if (url === '/write') {
      send(response, answerOf(await sessions.write(headers.cookie, addView)))
    } else {
      response.setHeader('Set-Cookie', await sessions.create())
      send(response, answerOf(account()))
    }
  }
  return (request, response) => void serve(request, response)
}

function sessionsByListener(redisUrl: string): RequestListener {
  return withSession(sojournSessions(redisUrl), ({ url, session }, response) => {
    if (url === '/sign-in') Object.assign(session, account())
    else if (url === '/write') addView(session)
    send(response, answerOf(session))
  })
}

function send(response: ServerResponse, answer: Answer): void {
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.end(JSON.stringify(answer))
}
