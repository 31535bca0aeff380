import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { RedisStore } from 'connect-redis'
import type { Express } from 'express'
import session, { type Session, type SessionData } from 'express-session'
import type { Account } from '../account.ts'
import { type Work, workOnObjects } from '../work.ts'
import { SECRET, connect } from './peers.ts'

/** express-session and connect-redis as their READMEs set them up. */
export async function useExpressSession(
  app: Express,
  redisUrl: string,
): Promise<Work<ServerResponse>> {
  const store = new RedisStore({ client: await connect(redisUrl), prefix: 'myapp:' })
  app.use(session({ store, secret: SECRET, resave: false, saveUninitialized: false }))
  return workOnObjects<ServerResponse>({
    sessionOf,
    regenerate: (response) => call(response, 'regenerate'),
    end: (response) => call(response, 'destroy'),
  })
}

function sessionOf({ req }: ServerResponse): Session & SessionData & Partial<Account> {
  return (req as IncomingMessage & { session: Session & SessionData & Partial<Account> }).session
}

async function call(response: ServerResponse, method: 'regenerate' | 'destroy'): Promise<void> {
  const own = sessionOf(response)
  await promisify(own[method].bind(own))()
}
