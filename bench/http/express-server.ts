// oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 waits for them
import type { RequestListener } from 'node:http'
import { RedisStore } from 'connect-redis'
import express, { type Express, type RequestHandler } from 'express'
import expressSession from 'express-session'
import { createClient } from 'redis'
import { session } from 'sojourn/express'
import { account, answerOf, sessionOn } from './account.ts'
import { byHand } from './by-hand.ts'
import { NO_SESSION, NO_SESSION_COOKIE, SECRET, addView, sojournSessions } from './keepers.ts'
import type { Keeper } from './subjects.ts'

export async function expressServer(keeper: Keeper, redisUrl: string): Promise<RequestListener> {
  const app = express()
  if (keeper === 'nothing') withoutSessions(app)
  else if (keeper === 'limit') await sessionsByHand(app, redisUrl)
  else {
    app.use(
      keeper === 'Sojourn' ? session(sojournSessions(redisUrl)) : await asUsersHaveIt(redisUrl),
    )
    sessionsByMiddleware(app)
  }
  return app
}

function withoutSessions(app: Express): void {
  app.get('/sign-in', (_request, response) => {
    response.setHeader('Set-Cookie', NO_SESSION_COOKIE)
    response.json(NO_SESSION)
  })
  app.get(['/read', '/write'], (_request, response) => void response.json(NO_SESSION))
}

async function sessionsByHand(app: Express, redisUrl: string): Promise<void> {
  const sessions = await byHand(redisUrl)
  app.get('/sign-in', async (_request, response) => {
    response.setHeader('Set-Cookie', await sessions.create())
    response.json(answerOf(account()))
  })
  app.get('/read', async (request, response) => {
    response.json(answerOf(await sessions.read(request.headers.cookie)))
  })
  app.get('/write', async (request, response) => {
    response.json(answerOf(await sessions.write(request.headers.cookie, addView)))
  })
}

function sessionsByMiddleware(app: Express): void {
  app.get('/sign-in', (request, response) => {
    response.json(answerOf(Object.assign(sessionOn(request), account())))
  })
  app.get('/read', (request, response) => {
    response.json(answerOf(sessionOn(request)))
  })
  app.get('/write', (request, response) => {
    addView(sessionOn(request))
    response.json(answerOf(sessionOn(request)))
  })
}

/** express-session and connect-redis as their READMEs set them up. */
async function asUsersHaveIt(redisUrl: string): Promise<RequestHandler> {
  const client = createClient({ url: redisUrl })
  client.on('error', () => {})
  await client.connect()
  const store = new RedisStore({ client, prefix: 'myapp:' })
  return expressSession({ store, secret: SECRET, resave: false, saveUninitialized: false })
}
