import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isGuessable } from './guessable.ts'

describe('a text is called guessable', () => {
  test.each([
    ['one character', 'x'.repeat(32)],
    ['two characters, in any order', 'abababbababbabaabbabbabababbabbaabab'],
    ['zeros and a one', '00000000000000000000000000000000000001'],
    ['digits that count', '01234567890123456789012345678901'],
    ['the alphabet', 'abcdefghijklmnopqrstuvwxyz012345'],
    ['the alphabet backwards', 'zyxwvutsrqponmlkjihgfedcba987654'],
    ['the rows of a keyboard', 'qwertyuiopasdfghjklzxcvbnm1234567890'],
    ['keyboard cat, again and again', 'keyboard cat keyboard cat keyboard cat'],
    ['the same in capitals', 'KEYBOARD CAT Keyboard Cat keyboard cat'],
    ['a password, again and again', 'MyAppSecret2024MyAppSecret2024!!'],
    ['a password with a counter', 'password password1 password2 password3'],
    ['a placeholder', 'your-super-secret-session-key-change-this'],
    ['the placeholder of docs/options.md', 'change me: thirty-two characters or more'],
    ['the placeholder of an old .ini file', 'your_cookie_signing_secret_of_32_or_more'],
    ['one that says how long it is', 'my-cookie-signing-secret-32-chars-min'],
    ['hex that repeats', 'deadbeefdeadbeefdeadbeefdeadbeef'],
    ['a famous passphrase', 'correct horse battery staple correct'],
  ])('%s', (_, text) => {
    expect(isGuessable(text)).toBe(true)
  })
})

const bytes = (from: number, to = from) =>
  fc.noBias(fc.uint8Array({ minLength: from, maxLength: to })).map((all) => Buffer.from(all))

/** As crypto.randomUUID() makes it: 122 random bits (RFC 9562 5.4). */
function uuidOf(random: Buffer): string {
  const hex = random.toString('hex').split('')
  hex[12] = '4'
  hex[16] = '89ab'[Number.parseInt(hex[16] as string, 16) % 4] as string
  return hex.join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

const RANDOM: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'hex of 16 bytes': bytes(16).map((random) => random.toString('hex')),
  'hex of 16 to 64 bytes, in capitals': bytes(16, 64).map((random) =>
    random.toString('hex').toUpperCase(),
  ),
  'base64 of 24 to 64 bytes': bytes(24, 64).map((random) => random.toString('base64')),
  'base64url of 24 to 64 bytes': bytes(24, 64).map((random) => random.toString('base64url')),
  'base64url of 4096 bytes': bytes(4096).map((random) => random.toString('base64url')),
  'a UUID': bytes(16).map(uuidOf),
  'letters and digits': bytes(32).map((random) =>
    Array.from(random, (byte) => ALPHANUMERIC[byte % ALPHANUMERIC.length]).join(''),
  ),
}

describe('a random text is never called guessable', () => {
  test.each(Object.entries(RANDOM))('%s', (name, secrets) => {
    const numRuns = name.includes('4096') ? 50 : 5000
    fc.assert(
      fc.property(secrets, (secret) => !isGuessable(secret)),
      { numRuns },
    )
  })
})
