import type { Context, Hono } from 'hono'
import { type Session, type SessionData, sessionMiddleware } from 'hono-sessions'
import { type Account, type Answer, KEYS, answerOf } from '../account.ts'
import type { Work } from '../work.ts'
import { SECRET, connect } from './peers.ts'

const SECONDS = 900

/** hono-sessions as its README sets it up, with a store of the four methods it asks for. */
export async function useHonoSessions(app: Hono, redisUrl: string): Promise<Work<Context>> {
  const client = await connect(redisUrl)
  const write = async (id: string, data: SessionData) => {
    await client.set(`session:${id}`, JSON.stringify(data), { EX: SECONDS })
  }
  const store = {
    async getSessionById(id?: string): Promise<SessionData | null> {
      const stored = await client.get(`session:${id}`)
      return stored === null ? null : (JSON.parse(stored) as SessionData)
    },
    createSession: write,
    persistSessionData: write,
    async deleteSession(id: string): Promise<void> {
      await client.del(`session:${id}`)
    },
  }
  const cookieOptions = { sameSite: 'Lax', path: '/', httpOnly: true } as const
  const options = { store, encryptionKey: SECRET, expireAfterSeconds: SECONDS, cookieOptions }
  app.use('*', sessionMiddleware(options))
  return WORK
}

const WORK: Work<Context> = {
  begin,
  read: answer,
  write(c) {
    const session = sessionOf(c)
    session.set('views', (session.get('views') ?? 0) + 1)
    return answer(c)
  },
  rotate(c) {
    c.set('session_key_rotation', true)
    return answer(c)
  },
  signIn(c, data) {
    c.set('session_key_rotation', true)
    return begin(c, data)
  },
  end(c) {
    sessionOf(c).deleteSession()
    return answerOf(undefined)
  },
}

function sessionOf(c: Context): Session<Account> {
  return c.get('session') as Session<Account>
}

function begin(c: Context, data: Account): Answer {
  for (const key of KEYS) sessionOf(c).set(key, data[key])
  return answer(c)
}

function answer(c: Context): Answer {
  const session = sessionOf(c)
  return answerOf({ user: session.get('user') ?? undefined, views: session.get('views') ?? 0 })
}
