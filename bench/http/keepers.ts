import { type Sessions, createSessions } from 'sojourn'
import { redisStore } from 'sojourn/redis'
import { type Account, USER } from './account.ts'

export const SECRET = 'only for the benchmark, where nothing is secret'

/** Default options throughout. */
export function sojournSessions(redisUrl: string): Sessions<Account> {
  return createSessions<Account>({ secret: SECRET, store: redisStore({ url: redisUrl }) })
}

/** What a server without sessions answers, whatever it is asked. */
export const NO_SESSION = { user: USER, views: 0 }
export const NO_SESSION_COOKIE = 'sid=11111111-2222-3333-4444-555555555555; Path=/; HttpOnly'

export function addView(session: Partial<Account>): void {
  session.views = (session.views ?? 0) + 1
}
