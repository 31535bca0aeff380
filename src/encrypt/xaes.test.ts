import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createXaes } from './xaes.ts'

const ITERATIONS = 10_000
/** The most one iteration may read: key, nonce, and two texts with their lengths. */
const LONGEST = 32 + 24 + 2 * 256

describe('the test vectors of c2sp.org/XAES-256-GCM', () => {
  test.each([
    [1, '', 'ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271'],
    [3, 'c2sp.org/XAES-256-GCM', '986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d'],
  ])('key of bytes %i', (byte, bound, sealed) => {
    const xaes = createXaes(Buffer.alloc(32, byte))
    const nonce = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWX')
    const text = 'XAES-256-GCM'
    expect(xaes.seal(text, nonce, Buffer.from(bound)).toString('hex')).toBe(sealed)
    expect(xaes.seal(Buffer.from(text), nonce, Buffer.from(bound)).toString('hex')).toBe(sealed)
    expect(String(xaes.open(Buffer.from(sealed, 'hex'), nonce, Buffer.from(bound)))).toBe(text)
  })

  test('10,000 accumulated', () => {
    const random = createHash('shake128', { outputLength: ITERATIONS * LONGEST }).digest()
    let at = 0
    const take = (length: number) => random.subarray(at, (at += length))
    const sealed = createHash('shake128', { outputLength: 32 })
    for (let n = 0; n < ITERATIONS; n++) {
      const xaes = createXaes(take(32))
      const nonce = take(24)
      const plain = take(take(1)[0] as number)
      const bound = take(take(1)[0] as number)
      const made = xaes.seal(plain, nonce, bound)
      sealed.update(made)
      expect(xaes.open(made, nonce, bound).equals(plain)).toBe(true)
    }
    expect(sealed.digest('hex')).toBe(
      'e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939',
    )
  })
})

test('a tag cut to 4 bytes does not do, though GCM knows such tags (SP 800-38D 5.2.1.2)', () => {
  const [nonce, bound] = [Buffer.alloc(24, 7), Buffer.alloc(0)]
  const xaes = createXaes(Buffer.alloc(32, 5))
  const sealed = xaes.seal('tea cake', nonce, bound)
  expect(() => xaes.open(sealed.subarray(0, 12), nonce, bound)).toThrow(/tag length/)
})
