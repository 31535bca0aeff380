import { createCookie } from '@remix-run/cookie'
import type { Session } from '@remix-run/session'
import { createRedisSessionStorage } from '@remix-run/session-storage-redis'
import type { Context, Hono } from 'hono'
import { type Account, type Answer, KEYS, answerOf } from '../account.ts'
import type { Work } from '../work.ts'
import { SECRET, connect } from './peers.ts'

/**
 * @remix-run/session with its Redis storage and a signed cookie. What its own middleware does
 * around a handler of its router is done here around a handler of Hono.
 */
export async function useRemixSession(app: Hono, redisUrl: string): Promise<Work<Context>> {
  const storage = createRedisSessionStorage(await connect(redisUrl), { ttl: 60 * 60 * 24 })
  const cookie = createCookie('session', {
    secrets: [SECRET],
    httpOnly: true,
    path: '/',
    sameSite: 'Lax',
  })
  app.use(async (c, next) => {
    const session = await storage.read(await cookie.parse(c.req.header('cookie') ?? null))
    c.set('session' as never, session as never)
    await next()
    const saved = await storage.save(session)
    if (saved !== null) c.header('Set-Cookie', await cookie.serialize(saved), { append: true })
  })
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
    sessionOf(c).regenerateId(true)
    return answer(c)
  },
  signIn(c, data) {
    sessionOf(c).regenerateId(true)
    return begin(c, data)
  },
  end(c) {
    sessionOf(c).destroy()
    return answerOf(undefined)
  },
}

type Data = Account & Record<string, unknown>

function sessionOf(c: Context): Session<Data> {
  return c.get('session') as Session<Data>
}

function begin(c: Context, data: Account): Answer {
  for (const key of KEYS) sessionOf(c).set(key, data[key])
  return answer(c)
}

function answer(c: Context): Answer {
  const session = sessionOf(c)
  return answerOf({ user: session.get('user'), views: session.get('views') ?? 0 })
}
