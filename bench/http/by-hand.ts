import { randomUUID } from 'node:crypto'
import { createClient } from 'redis'
import { type Account, account } from './account.ts'

const SECONDS = 1200

/** The least that sessions in Redis can cost: what one would write without any library. */
export interface ByHand {
  /** Stores a new session; its Set-Cookie value. */
  create(): Promise<string>
  read(cookieHeader: string | undefined): Promise<Account | undefined>
  write(cookieHeader: string | undefined, change: (session: Account) => void): Promise<Account>
}

/** node-redis 6 with its timeout per command, four times the cost of a GET, switched off. */
export async function byHand(redisUrl: string): Promise<ByHand> {
  const client = createClient({ url: redisUrl, commandOptions: { timeout: 0 } })
  client.on('error', () => {})
  await client.connect()

  async function read(cookieHeader: string | undefined): Promise<Account | undefined> {
    const id = idIn(cookieHeader)
    if (id === undefined) return undefined
    const stored = await client.get(`limit:${id}`)
    return stored === null ? undefined : (JSON.parse(stored) as Account)
  }
  async function store(id: string, session: Account): Promise<void> {
    await client.set(`limit:${id}`, JSON.stringify(session), { EX: SECONDS })
  }
  return {
    async create() {
      const id = randomUUID()
      await store(id, account())
      return `sid=${id}; Path=/; HttpOnly`
    },
    read,
    async write(cookieHeader, change) {
      const session = await read(cookieHeader)
      if (session === undefined) throw new Error('no session')
      change(session)
      await store(idIn(cookieHeader) as string, session)
      return session
    },
  }
}

function idIn(header: string | undefined): string | undefined {
  const at = header?.indexOf('sid=') ?? -1
  if (header === undefined || at === -1) return undefined
  const end = header.indexOf(';', at)
  return header.slice(at + 4, end === -1 ? undefined : end)
}
