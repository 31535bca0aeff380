import { createHash, createHmac } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHmac256, sha256 } from './hmac.ts'

const keys = fc.uint8Array({ minLength: 0, maxLength: 64 })
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'binary', minLength: 300, maxLength: 4000 }),
)

test('is HMAC-SHA256 for every key and text', () => {
  fc.assert(
    fc.property(keys, fc.array(texts, { minLength: 1, maxLength: 4 }), (key, several) => {
      const hmac = createHmac256(key)
      for (const text of several) {
        expect(hmac(text)).toBe(createHmac('sha256', key).update(text).digest('base64url'))
      }
    }),
  )
})

test('a key may be as long as a block', () => {
  const key = Buffer.alloc(64, 7)
  const right = createHmac('sha256', key).update('text').digest('base64url')
  expect(createHmac256(key)('text')).toBe(right)
})

test('a short text after a long one is not mixed with it', () => {
  const hmac = createHmac256(Buffer.alloc(32, 7))
  const before = hmac('short')
  hmac('x'.repeat(300))
  expect(hmac('short')).toBe(before)
})

test('refuses a key longer than a block, which RFC 2104 would hash first', () => {
  expect(() => createHmac256(Buffer.alloc(65))).toThrow(RangeError)
})

test('sha256 is SHA-256', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(sha256(text)).toBe(createHash('sha256').update(text).digest('base64url'))
    }),
  )
})
