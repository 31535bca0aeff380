import { useSession, useSessionStorage } from '@hono/session'
import type { Context, Hono } from 'hono'
import { type Account, type Answer, addView, answerOf } from '../account.ts'
import type { Work } from '../work.ts'
import { connect } from './peers.ts'

type Data = Partial<Account> & Record<string, unknown>

/** 32 bytes in hexadecimal, as its README makes them. */
const AUTH_SECRET = '6f6e6c7920666f72207468652062656e63686d61726b2c2073657272616e6f21'
const SECONDS = 86_400

/** @hono/session as its README sets it up, with a storage of the three methods it asks for. */
export async function useHonoSession(app: Hono, redisUrl: string): Promise<Work<Context>> {
  const client = await connect(redisUrl)
  const storage = {
    async get(sid: string): Promise<Data | null> {
      const stored = await client.get(`session:${sid}`)
      return stored === null ? null : (JSON.parse(stored) as Data)
    },
    async set(sid: string, value: Data): Promise<void> {
      await client.set(`session:${sid}`, JSON.stringify(value), { EX: SECONDS })
    },
    async delete(sid: string): Promise<void> {
      await client.del(`session:${sid}`)
    },
  }
  app.use(useSessionStorage(storage))
  app.use(useSession({ secret: AUTH_SECRET, duration: { absolute: SECONDS } }))
  return WORK
}

const WORK: Work<Context> = {
  begin: (c, data) => change(c, () => ({ ...data })),
  read: async (c) => answerOf(await sessionOf(c).get()),
  write: (c) => change(c, withView),
  async end(c) {
    await sessionOf(c).get()
    sessionOf(c).delete()
    return answerOf(undefined)
  },
}

function sessionOf(c: Context): Session {
  return c.get('session') as Session
}

async function change(c: Context, work: (before: Data | null) => Data): Promise<Answer> {
  await sessionOf(c).update(work)
  return answerOf(sessionOf(c).data)
}

interface Session {
  readonly data: Data | null
  get(): Promise<Data | null>
  update(change: (before: Data | null) => Data): Promise<void>
  delete(): void
}

function withView(before: Data | null): Data {
  const data = { ...before }
  addView(data)
  return data
}
