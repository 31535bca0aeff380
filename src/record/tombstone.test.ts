import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Tombstone, formatTombstone, parseTombstone } from './tombstone.ts'

const tombstones: fc.Arbitrary<Tombstone> = fc.record({
  id: fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/),
  ended: fc.record({
    reason: fc.string({ unit: 'grapheme' }),
    at: fc.integer({ min: 0, max: 8_000_000_000_000 }),
  }),
})

const TEXT = 'sojourn1-ended u3J8-id 1795000000000 password%20changed\n'

describe('what lies in the place of a session that was ended', () => {
  test('can be read by a person', () => {
    const ended = { reason: 'password changed', at: 1_795_000_000_000 }
    expect(formatTombstone({ id: 'u3J8-id', ended })).toBe(TEXT)
    expect(parseTombstone(Buffer.from(TEXT))).toEqual({ id: 'u3J8-id', ended })
  })

  test('gives back whatever was put in', () => {
    fc.assert(
      fc.property(tombstones, (tombstone) => {
        expect(parseTombstone(Buffer.from(formatTombstone(tombstone)))).toEqual(tombstone)
      }),
    )
  })

  test('is followed by the write id of the end', () => {
    expect(parseTombstone(Buffer.from(`${TEXT}a-write_1`))).toEqual(
      parseTombstone(Buffer.from(TEXT)),
    )
    expect(parseTombstone(Buffer.from(TEXT))).toBeDefined()
  })

  test.each([
    ['nothing', ''],
    ['the header of a record', TEXT.replace('-ended', '')],
    ['something before it', `x${TEXT}`],
    ['something behind it', `${TEXT}x y`],
    ['a line behind it', `${TEXT}x\n`],
    ['a long write id', `${TEXT}${'x'.repeat(65)}`],
    ['no line break', TEXT.trimEnd()],
    ['an id with a dot', TEXT.replace('u3J8-id', 'u3J8.id')],
    ['a long id', TEXT.replace('u3J8-id', 'a'.repeat(129))],
    ['no instant', TEXT.replace('1795000000000', '')],
    ['an instant beyond all numbers', TEXT.replace('1795000000000', '9'.repeat(16))],
    ['a reason of two words', TEXT.replace('%20', ' ')],
    ['a reason that is not UTF-8', TEXT.replace('%20', '%ff')],
    ['a byte that is not ASCII', TEXT.replace('%20', 'ö')],
  ])('THREATS 29: is not there for %s', (_, text) => {
    expect(parseTombstone(Buffer.from(text))).toBeUndefined()
  })
})
