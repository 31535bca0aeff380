import type Koa from 'koa'
import type { Context } from 'koa'
import session from 'koa-session'
import type { Account } from '../account.ts'
import { type Work, workOnObjects } from '../work.ts'
import { SECRET, connect } from './peers.ts'

type Session = Partial<Account> & { regenerate(): Promise<void> }

/** koa-session as its README sets it up, with an external store of the three methods it asks for. */
export async function useKoaSession(app: Koa, redisUrl: string): Promise<Work<Context>> {
  const client = await connect(redisUrl)
  const store = {
    async get(key: string): Promise<unknown> {
      const stored = await client.get(key)
      return stored === null ? undefined : JSON.parse(stored)
    },
    async set(key: string, value: unknown, maxAge: number): Promise<void> {
      await client.setEx(key, Math.ceil(maxAge / 1000), JSON.stringify(value))
    },
    async destroy(key: string): Promise<void> {
      await client.del(key)
    },
  }
  app.keys = [SECRET]
  app.use(session({ store }, app))
  return workOnObjects<Context>({
    sessionOf: (ctx) => ctx['session'] as Session,
    regenerate: (ctx) => (ctx['session'] as Session).regenerate(),
    end(ctx) {
      Reflect.set(ctx, 'session', null)
    },
  })
}
