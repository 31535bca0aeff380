import { randomUUID } from 'node:crypto'
import { createClient } from 'redis'
import { type Account, type Answer, addView, answerOf } from '../account.ts'
import { NO_SESSION, type Work } from '../work.ts'

export const SECONDS = 1200

/** The headers that sessions by hand need of a framework. */
export interface Headers<C> {
  readonly cookie: (context: C) => string | undefined
  readonly set: (context: C, name: string, value: string) => void
}

/** No sessions: the handlers answer at once. */
export function nothing<C>({ set }: Headers<C>): Work<C> {
  function begin(context: C) {
    set(context, 'Set-Cookie', 'sid=11111111-2222-3333-4444-555555555555; Path=/; HttpOnly')
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

export interface Record {
  readonly id: string
  readonly session: Account
}

/** The least that sessions in Redis can cost: what one would write without any library. */
export async function byHand<C>(headers: Headers<C>, redisUrl: string): Promise<Work<C>> {
  const client = await connect(redisUrl)
  const idIn = (context: C) => valueIn(headers.cookie(context))
  async function store({ id, session }: Record): Promise<void> {
    await client.set(`limit:${id}`, JSON.stringify(session), { EX: SECONDS })
  }
  return workByHand<C, Record>(headers, {
    idIn,
    async load(context) {
      const id = idIn(context)
      if (id === undefined) return undefined
      const stored = await client.get(`limit:${id}`)
      return stored === null ? undefined : { id, session: JSON.parse(stored) as Account }
    },
    store,
    async begin(session) {
      const id = randomUUID()
      await store({ id, session })
      return id
    },
    remove: (id) => client.del(`limit:${id}`),
  })
}

/** Node-redis 6 with its timeout per command, four times the cost of a GET, switched off. */
export async function connect(url: string) {
  const client = createClient({ url, commandOptions: { timeout: 0 } })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** Where the records are that handlers look up by hand. */
interface Records<C, R> {
  readonly idIn: (context: C) => string | undefined
  readonly load: (context: C) => Promise<R | undefined>
  readonly store: (record: R) => Promise<void>
  /** Gives the value of the cookie. */
  readonly begin: (session: Account) => Promise<string>
  readonly remove: (id: string) => Promise<unknown>
}

export function workByHand<C, R extends Record>(
  { set }: Headers<C>,
  { idIn, load, store, begin, remove }: Records<C, R>,
): Work<C> {
  async function start(context: C, session: Account) {
    set(context, 'Set-Cookie', `sid=${await begin(session)}; Path=/; HttpOnly`)
    return answerOf(session)
  }
  async function write(context: C) {
    const record = required(await load(context))
    addView(record.session)
    await store(record)
    return answerOf(record.session)
  }
  return {
    begin: start,
    read: async (context) => answerOf((await load(context))?.session),
    write,
    update: write,
    async rotate(context) {
      const record = required(await load(context))
      const [answer] = await Promise.all([start(context, record.session), remove(record.id)])
      return answer
    },
    signIn: start,
    async end(context) {
      const id = idIn(context)
      if (id !== undefined) await remove(id)
      return answerOf(undefined)
    },
  }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('no session')
  return value
}

/** The value of the cookie. */
export function valueIn(header: string | undefined): string | undefined {
  const at = header?.indexOf('sid=') ?? -1
  if (header === undefined || at === -1) return undefined
  const end = header.indexOf(';', at)
  return header.slice(at + 4, end === -1 ? undefined : end)
}
