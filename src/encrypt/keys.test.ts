import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { encrypt } from './encrypt.ts'

const KEY = randomBytes(32)
const CONTEXT = { id: 'nVDXwZ0iB3vHq7Jt2mSxkA', part: 'data', principal: 'Zoë' } as const

function derive(info: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', KEY, '', info, length))
}

/** One block of CMAC-AES-256, by way of CBC: an independent way to the key of XAES. */
function cmacBlock(key: Buffer, mask: Buffer, block: Buffer): Buffer {
  const masked = block.map((byte, at) => byte ^ (mask[at] as number))
  const cbc = createCipheriv('aes-256-cbc', key, Buffer.alloc(16)).setAutoPadding(false)
  return cbc.update(masked)
}

function maskOf(key: Buffer): Buffer {
  const zero = createCipheriv('aes-256-cbc', key, Buffer.alloc(16)).update(Buffer.alloc(16))
  const doubled = BigInt(`0x${zero.toString('hex')}`) << 1n
  const reduced = doubled >> 128n === 1n ? doubled ^ 0x87n : doubled
  return Buffer.from(BigInt.asUintN(128, reduced).toString(16).padStart(32, '0'), 'hex')
}

test('a payload is what docs/security/encryption.md says, byte by byte', () => {
  const payload = encrypt({ keys: [KEY] }).serialize({ cart: ['tea'] }, CONTEXT) as Buffer
  expect(payload[0]).toBe(1)
  expect(payload.subarray(1, 5)).toEqual(derive('sojourn 1 payload key id', 4))
  const key = derive('sojourn 1 payload', 32)
  const nonce = payload.subarray(5, 29)
  const blocks = [1, 2].map((counter) =>
    cmacBlock(
      key,
      maskOf(key),
      Buffer.concat([Buffer.of(0, counter, 0x58, 0), nonce.subarray(0, 12)]),
    ),
  )
  const options = { authTagLength: 16 }
  const gcm = createDecipheriv('aes-256-gcm', Buffer.concat(blocks), nonce.subarray(12), options)
  const bound = Buffer.from(`data ${CONTEXT.id} Zo%C3%AB`)
  gcm.setAAD(Buffer.concat([payload.subarray(0, 5), bound])).setAuthTag(payload.subarray(-16))
  const text = gcm.update(payload.subarray(29, -16), undefined, 'utf8') + gcm.final('utf8')
  expect(text).toBe('{"cart":["tea"]}')
})

test('the id of a key has nothing of what encrypts, and nothing of the key', () => {
  const payload = encrypt({ keys: [KEY] }).serialize({}, CONTEXT) as Buffer
  const id = payload.subarray(1, 5)
  expect(KEY.includes(id)).toBe(false)
  expect(derive('sojourn 1 payload', 32).includes(id)).toBe(false)
})
