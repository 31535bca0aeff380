import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EncryptOptions, encrypt } from '../../src/encrypt/encrypt.ts'
import { OptionError } from '../../src/errors.ts'
import type { Payload } from '../../src/record/record.ts'
import { createSessions } from '../../src/sessions.ts'
import { SECRET } from '../support/app.ts'
import { CONTEXT, keyIdOf, newKey } from '../support/encrypting.ts'

function refusal(options: unknown): OptionError {
  try {
    encrypt(options as EncryptOptions)
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError)
    return error as OptionError
  }
  throw new Error('taken')
}

const HOW = 'node -p "crypto.randomBytes(32).toString(\'base64url\')"'
const key = newKey()

describe('a key', () => {
  test('may be written in base64url, base64 or hex, or be bytes: it is the same key', () => {
    const bytes = Buffer.from(key, 'base64url')
    const ids = [
      bytes.toString('base64url'),
      bytes.toString('base64'),
      bytes.toString('base64').slice(0, 43),
      bytes.toString('hex'),
      bytes.toString('hex').toUpperCase(),
    ].map(keyIdOf)
    expect(new Set(ids)).toEqual(new Set([keyIdOf(key)]))
    for (const given of [bytes, Uint8Array.from(bytes), bytes.toString('hex')]) {
      const payload = encrypt({ keys: [given] }).serialize({ a: 1 }, CONTEXT) as Payload
      expect(encrypt({ keys: [key] }).deserialize(payload, CONTEXT)).toEqual({ a: 1 })
    }
  })

  test('that is changed by its owner afterwards stays what it was', () => {
    const bytes = randomBytes(32)
    const { serialize, deserialize } = encrypt({ keys: [bytes] })
    const payload = serialize({ a: 1 }, CONTEXT) as Payload
    bytes.fill(0)
    expect(deserialize(payload, CONTEXT)).toEqual({ a: 1 })
  })

  test.each<[string, unknown]>([
    ['missing', undefined],
    ['null', null],
    ['a number', 12_345_678],
    ['an object', {}],
    ['an empty string', ''],
    ['a password', 'correct horse battery staple'],
    ['31 bytes', randomBytes(31)],
    ['33 bytes', randomBytes(33)],
    ['16 bytes, as for AES-128', randomBytes(16)],
    ['no bytes', new Uint8Array()],
    ['a key with a line break', `${key}\n`],
    ['two keys in one', `${key},${newKey()}`],
    ['base64url of 31 bytes', randomBytes(31).toString('base64url')],
    ['base64url of 33 bytes', randomBytes(33).toString('base64url')],
    ['hex of 16 bytes', randomBytes(16).toString('hex')],
    ['what is an ArrayBuffer', new ArrayBuffer(32)],
  ])('must be 32 bytes: %s is refused', (_, given) => {
    const error = refusal({ keys: [key, given] })
    expect(error.option).toBe('encrypt.keys[1]')
    expect(error.message).toContain('must be 32 random bytes')
    expect(error.message).toContain(HOW)
  })

  test.each<[string, unknown]>([
    ['zeros', new Uint8Array(32)],
    ['one byte again and again', Buffer.alloc(32, 0xa7)],
    ['bytes that count', Uint8Array.from({ length: 32 }, (_, at) => at)],
    ['two bytes in turn', Buffer.alloc(32, Uint8Array.of(0x12, 0xfe))],
    ['a text', Buffer.from('this is a text of 32 characters.')],
    ['a text, in base64', Buffer.from('this is a text of 32 characters.').toString('base64')],
    ['32 characters of hex, as bytes', Buffer.from(randomBytes(16).toString('hex'))],
    ['zeros in hex', '0'.repeat(64)],
    ['zeros in base64url', 'A'.repeat(43)],
    ['words of 43 letters', 'keyboardcatkeyboardcatkeyboardcatkeyboardca'],
  ])('THREATS T18: that is visibly not random is refused: %s', (_, given) => {
    const error = refusal({ keys: [given] })
    expect(error.option).toBe('encrypt.keys[0]')
    expect(error.message).toContain('is not random')
    expect(error.message).toContain(HOW)
  })

  test('that is random is always taken', () => {
    const bytes = fc.noBias(fc.uint8Array({ minLength: 32, maxLength: 32 }))
    fc.assert(
      fc.property(bytes, (random) => {
        const text = Buffer.from(random)
        for (const given of [random, text.toString('base64url'), text.toString('hex')]) {
          encrypt({ keys: [given] })
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('options of encrypt()', () => {
  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'encrypt'],
    ['null', null, 'encrypt'],
    ['the key itself', key, 'encrypt'],
    ['no keys', {}, 'encrypt.keys'],
    ['an empty list', { keys: [] }, 'encrypt.keys'],
    ['a hole', { keys: Object.assign([], { length: 1 }) }, 'encrypt.keys[0]'],
    ['one key that is no list', { keys: key }, 'encrypt.keys'],
    ['the same key twice', { keys: [key, newKey(), key] }, 'encrypt.keys[2]'],
    [
      'the same key in another way of writing',
      { keys: [key, Buffer.from(key, 'base64url')] },
      'encrypt.keys[1]',
    ],
    ['an unknown option', { key, keys: [key] }, 'encrypt.key'],
    ['half a serializer', { keys: [key], serialize: () => '' }, 'encrypt.deserialize'],
    ['the other half', { keys: [key], deserialize: () => ({}) }, 'encrypt.serialize'],
    [
      'a serializer that is none',
      { keys: [key], serialize: 1, deserialize: () => ({}) },
      'encrypt.serialize',
    ],
  ])('%s is an error that names the option', (_, options, option) => {
    const error = refusal(options)
    expect(error.option).toBe(option)
    expect(error.message.startsWith(`${option}: `)).toBe(true)
    expect(inspect(error, { depth: 9 })).not.toContain(key)
  })

  test('an unknown one gets the nearest', () => {
    expect(refusal({ key, keys: [key] }).message).toContain('did you mean encrypt.keys?')
  })

  test('no error and nothing that encrypt() gives shows a key', () => {
    const bytes = Buffer.from(key, 'base64url')
    const shown = [
      inspect(encrypt({ keys: [key] }), { depth: 9, showHidden: true }),
      JSON.stringify(encrypt({ keys: [key] })),
      inspect(createSessions({ secret: SECRET, ...encrypt({ keys: [key] }) }), { depth: 9 }),
      ...[`${key}x`, `${key}${key}`, bytes.subarray(1), bytes.toString('hex').slice(1)].map(
        (given) => inspect(refusal({ keys: [given] }), { depth: 9, showHidden: true }),
      ),
    ].join('\n')
    for (const written of [key, bytes.toString('hex'), bytes.toString('base64')]) {
      expect(shown).not.toContain(written.slice(0, 12))
    }
    expect(shown).not.toContain(inspect(bytes).slice(8, 40))
  })
})
