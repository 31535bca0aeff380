import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCsrfTokens } from './csrf.ts'

const SECRET = 'a secret of the tests, long enough for all of them'
const csrf = createCsrfTokens([SECRET])
const [family, nonce] = ['family-of-twenty-two--', 'nonce-of-twenty-two---']
const token = csrf.make(family, nonce)

function bytesOf(text: string): Buffer[] {
  return [text.slice(0, 43), text.slice(43)].map((half) => Buffer.from(half, 'base64url'))
}

function unmasked(text: string): string {
  const [mask, masked] = bytesOf(text) as [Buffer, Buffer]
  return Buffer.from(mask.map((byte, at) => byte ^ (masked[at] as number))).toString('base64url')
}

/** The same token under a mask of somebody's choice. */
function under(mask: Uint8Array): string {
  const signature = Buffer.from(unmasked(token), 'base64url')
  const masked = Buffer.from(mask.map((byte, at) => byte ^ (signature[at] as number)))
  return Buffer.from(mask).toString('base64url') + masked.toString('base64url')
}

test('THREATS T6: no two tokens have a text in common, and all hold (BREACH)', () => {
  const tokens = Array.from({ length: 1000 }, () => csrf.make(family, nonce))
  const halves = tokens.flatMap((each) => [each.slice(0, 43), each.slice(43)])
  expect(new Set(halves.map((half) => half.slice(0, 20))).size).toBe(2000)
  expect(new Set(tokens.map(unmasked)).size).toBe(1)
  for (const each of tokens) expect(csrf.verify(each, family, nonce)).toBe(true)
  expect(token).toMatch(/^[\w-]{86}$/)
})

test('each bit of the mask is as often set as not', () => {
  const masks = Array.from({ length: 4000 }, () => bytesOf(csrf.make(family, nonce))[0] as Buffer)
  for (let bit = 0; bit < 256; bit++) {
    const set = masks.filter((mask) => ((mask[bit >> 3] as number) >> (bit & 7)) & 1).length
    // Six standard deviations of 4000 tosses of a coin.
    expect(Math.abs(set - 2000)).toBeLessThan(190)
  }
})

test('any mask verifies', () => {
  const masks = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(fc.property(masks, (mask) => csrf.verify(under(mask), family, nonce)))
  expect(csrf.verify(under(new Uint8Array(32)), family, nonce)).toBe(true)
})

test('THREATS 24: a token is of one family and one nonce', () => {
  const others = [
    ['family-of-twenty-two-x', nonce],
    [family, 'nonce-of-twenty-two--x'],
    [family, ''],
    ['', nonce],
    [nonce, family],
    // Where one ends and the other begins counts.
    [family.slice(0, -1), `-.${nonce}`],
  ] as const
  for (const [otherFamily, otherNonce] of others) {
    expect(csrf.verify(token, otherFamily, otherNonce)).toBe(false)
  }
})

test('each secret verifies, the first makes', () => {
  const next = `the new secret: ${SECRET}`
  const both = createCsrfTokens([next, SECRET])
  expect(both.verify(token, family, nonce)).toBe(true)
  expect(csrf.verify(both.make(family, nonce), family, nonce)).toBe(false)
  expect(createCsrfTokens([next]).verify(both.make(family, nonce), family, nonce)).toBe(true)
  expect(createCsrfTokens([next]).verify(token, family, nonce)).toBe(false)
})

test('THREATS 20: any change of any character is refused', () => {
  for (let at = 0; at < token.length; at++) {
    for (const character of 'ABCXYZabcxyz0189-_.=%+/ "\u00e9\ud800') {
      if (character === token[at]) continue
      const changed = token.slice(0, at) + character + token.slice(at + 1)
      expect([changed, csrf.verify(changed, family, nonce)]).toEqual([changed, false])
    }
  }
})

test('what is longer or shorter is refused', () => {
  for (const wrong of [
    '',
    token.slice(1),
    token.slice(0, -1),
    `${token}A`,
    ` ${token}`,
    `${token}\n`,
    `${token}=`,
    token + token,
    unmasked(token),
    token.slice(0, 43),
    token.slice(43),
  ]) {
    expect([wrong, csrf.verify(wrong, family, nonce)]).toEqual([wrong, false])
  }
})

test('any value at all is answered, and never taken', () => {
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[A-Za-z0-9_-]{86}$/))
  const anything = fc.oneof(fc.anything({ withBigInt: true, withDate: true }), texts)
  fc.assert(
    fc.property(anything, (value) => !csrf.verify(value, family, nonce)),
    { numRuns: 500 },
  )
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error('looked at')
      },
    },
  )
  const odd = [hostile, [token], new String(token), { toString: () => token }, Symbol(token)]
  expect(odd.map((value) => csrf.verify(value, family, nonce))).toEqual(odd.map(() => false))
})

test('THREATS T8: text of a megabyte is refused without being read', () => {
  // Decoding it takes a millisecond and more: fifty thousand times that is no test that ends.
  const long = token + 'A'.repeat(1_000_000)
  let taken = 0
  for (let times = 0; times < 50_000; times++) if (csrf.verify(long, family, nonce)) taken++
  expect(taken).toBe(0)
})
