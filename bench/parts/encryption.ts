/**
 * What encrypt() costs in CPU time, for a session of 1.2 KB. Run: `tsx bench/parts/encryption.ts`.
 * Rounds are interleaved, medians are compared. The ciphers it was chosen from are measured beside
 * it; last, a million of its nonces are looked at for a repeat.
 */
import {
  type CipherGCM,
  createCipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
} from 'node:crypto'
import { encrypt } from '../../src/encrypt/encrypt.ts'
import { createXaes } from '../../src/encrypt/xaes.ts'
import { decodeData } from '../../src/record/codec.ts'
import { encode } from '../../src/record/serialize.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { account } from '../http/account.ts'

const ROUNDS = 200
const WARM_UP = 50
const PER_ROUND = 200
const PAYLOADS = 1_000_000

type Work = () => unknown

const CONTEXT = { id: 'nVDXwZ0iB3vHq7Jt2mSxkA', part: 'data', principal: 'ada' } as const
const data = { ...account() }
const text = encode(data)
const key = randomBytes(32)
const bound = Buffer.from(`data ${CONTEXT.id}`)

function sealed(cipher: CipherGCM): Buffer {
  cipher.setAAD(bound)
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
}

const xaes = createXaes(key)
const hmacKey = createSecretKey(key)
const ciphers: Record<string, Work> = {
  'AES-256-GCM, one key, 2^32 payloads': () =>
    sealed(createCipheriv('aes-256-gcm', key, randomBytes(12))),
  'XAES-256-GCM, 2^80 payloads (chosen)': () => xaes.seal(text, randomBytes(24), bound),
  'a key per session by HMAC-SHA256': () => {
    const own = createHmac('sha256', hmacKey).update(bound).digest()
    return sealed(createCipheriv('aes-256-gcm', own, randomBytes(12)))
  },
  'a key per session by HKDF-SHA256': () => {
    const own = new Uint8Array(hkdfSync('sha256', key, '', bound, 32))
    return sealed(createCipheriv('aes-256-gcm', own, randomBytes(12)))
  },
}

const { serialize, deserialize } = encrypt({ keys: [key] })
const payload = serialize(data, CONTEXT) as Buffer
const serializers: Record<string, Work> = {
  'built in, serialize': () => encode(data),
  'encrypted, serialize': () => serialize(data, CONTEXT),
  'built in, deserialize': () => decodeData(text),
  'encrypted, deserialize': () => deserialize(payload, CONTEXT),
}

/** Whole requests, without HTTP and Redis: open, look or change, commit. */
async function requests(name: string, serializer: object): Promise<Record<string, Work>> {
  const secret = randomBytes(32).toString('base64url')
  const options = { secret, store: memoryStore(), ...serializer }
  const sessions = createSessions<Record<string, unknown>>(options)
  const first = await sessions.open()
  Object.assign(first, account())
  const { setCookie } = await sessions.commit(first)
  const cookie = setCookie?.split(';')[0]
  let views = 0
  return {
    [`${name}, a request that reads`]: async () => sessions.commit(await sessions.open(cookie)),
    [`${name}, a request that writes`]: async () => {
      const session = await sessions.open(cookie)
      session['views'] = views++
      await sessions.commit(session)
    },
  }
}

async function compare(works: Record<string, Work>): Promise<void> {
  const times = new Map<string, number[]>(Object.keys(works).map((name) => [name, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, work] of Object.entries(works)) {
      const start = process.cpuUsage()
      for (let n = 0; n < PER_ROUND; n++) await work()
      const { user, system } = process.cpuUsage(start)
      times.get(name)?.push((user + system) / PER_ROUND)
    }
  }
  for (const [name, all] of times) {
    const sorted = all.slice(WARM_UP).toSorted((a, b) => a - b)
    const median = sorted[Math.floor(sorted.length / 2)] as number
    console.log(`${name.padEnd(38)} ${median.toFixed(1).padStart(6)} µs`)
  }
  console.log()
}

function nonces(): number {
  const seen = new Set<string>()
  for (let n = 0; n < PAYLOADS; n++) {
    seen.add((serialize({}, CONTEXT) as Buffer).toString('latin1', 5, 29))
  }
  return seen.size
}

console.log(`${Buffer.byteLength(text)} bytes of JSON, ${payload.length} bytes encrypted\n`)
await compare(ciphers)
await compare(serializers)
await compare({
  ...(await requests('built in', {})),
  ...(await requests('encrypted', { serialize, deserialize })),
})
console.log(`${PAYLOADS} payloads have ${nonces()} nonces`)
