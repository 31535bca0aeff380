import { randomUUID } from 'node:crypto'
import { createClient } from 'redis'
import { type Account, type Answer, addView, answerOf } from '../account.ts'
import { NO_SESSION, type Work } from '../work.ts'

const SECONDS = 1200

/** The headers that sessions by hand need of a framework. */
export interface Headers<C> {
  readonly cookie: (context: C) => string | undefined
  readonly setCookie: (context: C, value: string) => void
}

/** No sessions: the handlers answer at once. */
export function nothing<C>({ setCookie }: Headers<C>): Work<C> {
  function begin(context: C) {
    setCookie(context, 'sid=11111111-2222-3333-4444-555555555555; Path=/; HttpOnly')
    return NO_SESSION
  }
  return {
    begin,
    read: noSession,
    write: noSession,
    update: noSession,
    rotate: begin,
    signIn: begin,
    end: noSession,
  }
}

function noSession(): Answer {
  return NO_SESSION
}

/**
 * The least that sessions in Redis can cost: what one would write without any library. Node-redis
 * 6 with its timeout per command, four times the cost of a GET, switched off.
 */
export async function byHand<C>(
  { cookie, setCookie }: Headers<C>,
  redisUrl: string,
): Promise<Work<C>> {
  const client = createClient({ url: redisUrl, commandOptions: { timeout: 0 } })
  client.on('error', () => {})
  await client.connect()

  async function load(context: C): Promise<{ id: string; session: Account } | undefined> {
    const id = idIn(cookie(context))
    if (id === undefined) return undefined
    const stored = await client.get(`limit:${id}`)
    return stored === null ? undefined : { id, session: JSON.parse(stored) as Account }
  }
  async function store(id: string, session: Account): Promise<void> {
    await client.set(`limit:${id}`, JSON.stringify(session), { EX: SECONDS })
  }
  async function begin(context: C, session: Account) {
    const id = randomUUID()
    await store(id, session)
    setCookie(context, `sid=${id}; Path=/; HttpOnly`)
    return answerOf(session)
  }
  async function write(context: C) {
    const { id, session } = required(await load(context))
    addView(session)
    await store(id, session)
    return answerOf(session)
  }
  return {
    begin,
    read: async (context) => answerOf((await load(context))?.session),
    write,
    update: write,
    async rotate(context) {
      const { id, session } = required(await load(context))
      const [answer] = await Promise.all([begin(context, session), client.del(`limit:${id}`)])
      return answer
    },
    signIn: begin,
    async end(context) {
      const id = idIn(cookie(context))
      if (id !== undefined) await client.del(`limit:${id}`)
      return answerOf(undefined)
    },
  }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('no session')
  return value
}

function idIn(header: string | undefined): string | undefined {
  const at = header?.indexOf('sid=') ?? -1
  if (header === undefined || at === -1) return undefined
  const end = header.indexOf(';', at)
  return header.slice(at + 4, end === -1 ? undefined : end)
}
