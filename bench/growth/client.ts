import { type Sessions, createSessions } from 'sojourn'
import { redisStore } from 'sojourn/redis'
import type { RedisServer } from '../../test/support/redis-server.ts'
import { type Account, type Size, account } from '../http/account.ts'
import { SECRET } from '../http/keepers/peers.ts'

export type Data = Account & Record<string, unknown>

/** Sessions with the default options, without HTTP. */
export interface Client {
  readonly sessions: Sessions<Data>
  /** Ends the Redis too. */
  close(): Promise<void>
}

export function client(url: string, redis: RedisServer): Client {
  const sessions = createSessions<Data>({ secret: SECRET, store: redisStore({ url }) })
  return {
    sessions,
    async close() {
      await sessions.close()
      await redis.stop()
    },
  }
}

/** Begins so many sessions; their Cookie headers. */
export async function begin(
  { sessions }: Pick<Client, 'sessions'>,
  count: number,
  size: Size = 1.2,
): Promise<string[]> {
  const cookies: string[] = []
  while (cookies.length < count) {
    const session = Object.assign(await sessions.open(), account(size))
    const { setCookie } = await sessions.commit(session)
    cookies.push((setCookie as string).split(';', 1)[0] as string)
  }
  return cookies
}
