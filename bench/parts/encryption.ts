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
import type { Part, Work } from './compare.ts'

const CALLS = 200
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
/** The ciphers that encrypt() was chosen from (docs/decisions/014-encryption.md). */
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

/** What encrypt() costs, for a session of 1.2 KB. Whole requests are without HTTP and Redis. */
export async function encryption(): Promise<Part[]> {
  const [plain, encrypted] = [await requests({}), await requests({ serialize, deserialize })]
  return [
    { name: 'encrypt 1.2 KB', calls: CALLS, works: ciphers },
    part(
      'serialize 1.2 KB',
      () => encode(data),
      () => serialize(data, CONTEXT),
    ),
    part(
      'deserialize 1.2 KB',
      () => decodeData(text),
      () => deserialize(payload, CONTEXT),
    ),
    part('a request that reads', plain.read, encrypted.read),
    part('a request that writes', plain.write, encrypted.write),
  ]
}

function part(name: string, plain: Work, encrypted: Work): Part {
  return { name, calls: CALLS, works: { 'built in': plain, encrypted } }
}

async function requests(serializer: object) {
  const secret = randomBytes(32).toString('base64url')
  const options = { secret, store: memoryStore(), ...serializer }
  const sessions = createSessions<Record<string, unknown>>(options)
  const first = await sessions.open()
  Object.assign(first, account())
  const { setCookie } = await sessions.commit(first)
  const cookie = setCookie?.split(';')[0]
  let views = 0
  return {
    read: async () => sessions.commit(await sessions.open(cookie)),
    write: async () => {
      const session = await sessions.open(cookie)
      session['views'] = views++
      await sessions.commit(session)
    },
  }
}
