import { randomBytes, randomUUID } from 'node:crypto'
import { type Hmac, createHmac256, sha256 } from '../../../src/cookie/hmac.ts'
import type { Account } from '../account.ts'
import type { Work } from '../work.ts'
import { type Headers, type Record, SECONDS, connect, valueIn, workByHand } from './by-hand.ts'

/** Stores a record in place of the one it was made from. */
const REPLACE = `
local value = redis.call('GET', KEYS[1])
if not value or string.match(value, '^[^ ]+ ([^ ]+) ') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1`

const REMEMBERED = 1000

interface SafeRecord extends Record {
  readonly familyHash: string
  readonly revision: string
}

/**
 * By hand as well, and with what any library has to do that keeps PROTOCOL.md: the cookie
 * is signed, which a thousand are remembered by; what Redis holds does not tell it; a record says
 * whose it is, of which revision, and until when it lives; a write is a compare-and-set; and what
 * is private says so. The handler knows what it has changed, so nothing is compared; no command has
 * a deadline, no reply may be lost, and what other requests write meanwhile is an error.
 */
export async function safeByHand<C>(headers: Headers<C>, redisUrl: string): Promise<Work<C>> {
  const client = await connect(redisUrl)
  const replace = await client.scriptLoad(REPLACE)
  const sign = createHmac256(randomBytes(32))
  const verify = verifier(sign)

  function cookieOf(id: string, family: string): string {
    const signed = `${id}.${family}`
    return `${signed}.${sign(signed)}`
  }

  const credentialIn = (context: C) => verify(valueIn(headers.cookie(context)))

  return workByHand<C, SafeRecord>(headers, {
    idIn: (context) => credentialIn(context)?.id,
    async load(context) {
      headers.set(context, 'Vary', 'Cookie')
      const credential = credentialIn(context)
      if (credential === undefined) return undefined
      const { id, familyHash } = credential
      const stored = await client.get(`safe:${id}`)
      if (stored === null) return undefined
      headers.set(context, 'Cache-Control', 'private')
      const end = stored.indexOf('\n')
      const [whose, revision, family, until] = stored.slice(0, end).split(' ')
      if (whose !== id || family !== familyHash || Date.now() >= Number(until)) return undefined
      const session = JSON.parse(stored.slice(end + 1)) as Account
      return { id, familyHash, revision: revision as string, session }
    },
    async store(record) {
      const replaced = await client.evalSha(replace, {
        keys: [`safe:${record.id}`],
        arguments: [record.revision, format({ ...record, revision: randomUUID() }), `${SECONDS}`],
      })
      if (replaced !== 1) throw new Error('somebody else has written this session')
    },
    async begin(session) {
      const [id, family] = [randomUUID(), randomUUID()]
      const record = { id, familyHash: sha256(family), revision: randomUUID(), session }
      await client.set(`safe:${id}`, format(record), { EX: SECONDS })
      return cookieOf(id, family)
    },
    remove: (id) => client.del(`safe:${id}`),
  })
}

function format({ id, revision, familyHash, session }: SafeRecord): string {
  const until = Date.now() + SECONDS * 1000
  return `${id} ${revision} ${familyHash} ${until}\n${JSON.stringify(session)}`
}

interface Credential {
  readonly id: string
  readonly familyHash: string
}

function verifier(sign: Hmac) {
  const remembered = new Map<string, Credential>()
  return (cookie: string | undefined): Credential | undefined => {
    if (cookie === undefined) return undefined
    const known = remembered.get(cookie)
    if (known !== undefined) return known
    const end = cookie.lastIndexOf('.')
    if (sign(cookie.slice(0, end)) !== cookie.slice(end + 1)) return undefined
    const [id, family] = cookie.split('.') as [string, string]
    const credential = { id, familyHash: sha256(family) }
    if (remembered.size === REMEMBERED) remembered.clear()
    remembered.set(cookie, credential)
    return credential
  }
}
