import * as fc from 'fast-check'
import type { Identity, SignedIn } from './identity.ts'
import { describe, expect, test } from 'vitest'

import { expiryOf, revisionOf, type SessionRecord } from './record.ts'
import { bytesOf, formatRecord, parseRecord } from './record-format.ts'
import { recordBytes } from '../../test/support/record-bytes.ts'
import { lastWriteOf, withWrite } from './writes.ts'

const token = (longest: number) => fc.stringMatching(new RegExp(`^[A-Za-z0-9_-]{1,${longest}}$`))
const payload = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
)
const instant = fc.integer({ min: 0, max: 8_000_000_000_000 })

const signedIn: fc.Arbitrary<SignedIn> = fc.record({
  at: instant,
  amr: fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { maxLength: 3 }),
  address: fc.option(fc.string({ unit: 'grapheme', minLength: 1 })),
  userAgent: fc.option(fc.string({ unit: 'grapheme', minLength: 1 })),
})

const identity: fc.Arbitrary<Identity> = fc.oneof(
  fc.record({ principal: fc.option(fc.string({ unit: 'grapheme' })), signedIn: fc.constant(null) }),
  fc.record({ principal: fc.string({ unit: 'grapheme' }), signedIn }),
)

const records: fc.Arbitrary<SessionRecord> = fc
  .tuple(
    identity,
    fc.record({
      id: token(128),
      writes: fc.array(token(22), { minLength: 1, maxLength: 8 }),
      familyHash: token(22),
      edition: fc.nat(),
      promotedAt: instant,
      createdAt: instant,
      touchedAt: instant,
      timeoutMs: fc.integer({ min: 1, max: 34_560_000 }).map((seconds) => seconds * 1000),
      touchIntervalMs: fc.nat(60_000),
      deadline: fc.option(instant),
      persistent: fc.boolean(),
      csrfNonce: fc.oneof(
        fc.constant(''),
        token(22).filter((nonce) => nonce !== '-'),
      ),
      data: payload,
      flash: fc.option(payload, { nil: undefined }),
    }),
  )
  .map(([who, rest]) => ({ ...rest, ...who }))

const RECORD: SessionRecord = {
  id: 'u3J8-id',
  writes: ['w2', 'w1'],
  familyHash: 'hash',
  edition: 2,
  promotedAt: 1_795_000_009_000,
  createdAt: 1_795_000_000_000,
  touchedAt: 1_795_000_010_000,
  timeoutMs: 1_200_000,
  touchIntervalMs: 1500,
  deadline: 1_797_592_000_000,
  persistent: true,
  csrfNonce: '',
  principal: 'ann@example.org',
  signedIn: null,
  data: '{"cart":[]}',
  flash: '["ö"]',
}
const TEXT =
  'sojourn1 u3J8-id w2,w1 hash 2 9000 1795000000000 10000 1200+1.5 2592000000 p - ' +
  'ann%40example.org text,text:6\n{"cart":[]}["ö"]'

describe('the stored form of a record', () => {
  test('can be read by a person', () => {
    expect(recordBytes(RECORD).toString()).toBe(TEXT)
    expect(parseRecord(Buffer.from(TEXT))).toEqual(RECORD)
  })

  test('gives back whatever was put in', () => {
    fc.assert(
      fc.property(records, (record) => {
        const value = recordBytes(record)
        const sent = formatRecord(record)
        if (typeof sent === 'string') expect(Buffer.from(sent, 'latin1')).toEqual(value)
        else expect(sent).toEqual(value)
        expect(bytesOf(record)).toBe(value.length)
        expect(parseRecord(value)).toEqual(record)
      }),
      { numRuns: 300 },
    )
  })

  test('says who signed in, when and how, and nothing of a client that is not known', () => {
    const identityOf = (who: Identity) =>
      recordBytes({ ...RECORD, ...who })
        .toString()
        .split(' ')[12]
    const at = RECORD.createdAt + 60_000
    const nothing = { at, amr: [], address: null, userAgent: null }
    expect(identityOf({ principal: null, signedIn: null })).toBe('-')
    expect(identityOf({ principal: 'ann', signedIn: nothing })).toBe('ann@60000')
    const more = { at, amr: ['pwd', 'otp'], address: '203.0.113.7', userAgent: null }
    expect(identityOf({ principal: 'ann', signedIn: more })).toBe('ann@60000,pwd,otp;203.0.113.7;')
  })

  test('knows somebody whose name is the sign for nobody', () => {
    for (const principal of ['-', '%2D', '']) {
      const record = { ...RECORD, principal }
      expect(parseRecord(recordBytes(record))).toEqual(record)
    }
  })

  test('names its revision and its end', () => {
    expect(revisionOf(RECORD)).toBe('w2')
    expect(expiryOf(RECORD)).toBe(1_795_001_211_500)
    expect(expiryOf({ ...RECORD, deadline: 1_795_000_000_001 })).toBe(1_795_000_000_001)
    expect(expiryOf({ ...RECORD, deadline: null })).toBe(1_795_001_211_500)
  })
})

describe('what is not exactly a record', () => {
  const field = (index: number, text: string) => {
    const [header, ...payloads] = TEXT.split('\n') as [string, ...string[]]
    return [header.split(' ').with(index, text).join(' '), ...payloads].join('\n')
  }

  test.each([
    ['nothing', ''],
    ['other text', '{"userId":1}'],
    ['a header without end', TEXT.replace('\n', ' ')],
    ['one field more', TEXT.replace(' p ', ' p p ')],
    ['one field less', TEXT.replace(' p ', ' ')],
    ['an older version', field(0, 'sojourn0')],
    ['another magic word', field(0, 'Sojourn1')],
    ['no id', field(1, '')],
    ['an id with a dot', field(1, 'a.b')],
    ['a long id', field(1, 'a'.repeat(129))],
    ['no write', field(2, '')],
    ['an empty write', field(2, 'w2,')],
    ['ten writes', field(2, '1,2,3,4,5,6,7,8,9,10')],
    ['no family', field(3, '')],
    ['a negative edition', field(4, '-1')],
    ['an edition in hexadecimal', field(4, '0x1')],
    ['an edition with a fraction', field(4, '1.5')],
    ['no promotion', field(5, '')],
    ['a creation beyond all numbers', field(6, '9'.repeat(16))],
    ['a creation with an exponent', field(6, '1e12')],
    ['no activity', field(7, ' ')],
    ['no touch interval', field(8, '1200')],
    ['a timeout beyond all numbers', field(8, `${'9'.repeat(400)}+60`)],
    ['a word for a deadline', field(9, 'never')],
    ['an unknown persistence', field(10, 'x')],
    ['a family that is not ASCII', field(3, 'hásh')],
    ['a tab in the header', field(3, 'ha\tsh')],
    ['no csrf nonce, not even none', field(11, '')],
    ['a principal that is not encoded', field(12, '%zz')],
    ['a principal that is not UTF-8', field(12, '%ff')],
    ['nobody who has signed in', field(12, '-@0')],
    ['an unknown kind', field(13, 'json')],
    ['flash that is longer than everything', field(13, 'text,text:18')],
    ['flash of no length', field(13, 'text,text')],
  ])('%s', (_, text) => {
    expect(parseRecord(Buffer.from(text))).toBe('undecodable')
  })

  test.each([
    ['data', 'text', '{"name":"\xff"}'],
    ['data cut off in a letter', 'text', '{"name":"\xc3'],
    ['data with a surrogate', 'text', '{"name":"\xed\xa0\x80"}'],
    ['data before flash', 'text,text:2', '{"name":"\xff"}[]'],
    ['flash', 'text,text:3', '{"name":"x"}[\xff]'],
    ['a letter cut in two by the length', 'text,text:3', '{"name":"\xc3\xb6"}'],
  ])('THREATS 29: text that is not UTF-8: %s', (_, kinds, payloads) => {
    const value = Buffer.from(`${field(13, kinds).split('\n')[0] ?? ''}\n${payloads}`, 'latin1')
    expect(parseRecord(value)).toBe('undecodable')
  })

  test('but text may say U+FFFD, and bytes may be anything', () => {
    const data = '{"name":"\ufffd"}'
    expect(parseRecord(recordBytes({ ...RECORD, data }))).toMatchObject({ data })
    expect(parseRecord(Buffer.from(`${field(13, 'bytes')}\xff`, 'latin1'))).toBeTypeOf('object')
  })

  test('is newer when a later version of the format wrote it', () => {
    expect(parseRecord(Buffer.from(field(0, 'sojourn2')))).toBe('newer')
    expect(parseRecord(Buffer.from('sojourn17 and then who knows\n'))).toBe('newer')
    expect(parseRecord(Buffer.from('sojourn2\n{}'))).toBe('newer')
    expect(parseRecord(Buffer.from('not sojourn2 \n'))).toBe('undecodable')
  })
})

function withNumbers(fields: string): Buffer {
  return Buffer.from(`sojourn1 id w hash ${fields} p - - text\n{}`)
}

describe('numbers so large that sums of them are not exact', () => {
  const half = Number.MAX_SAFE_INTEGER / 2 + 0.5
  /** Whole seconds: 504 milliseconds more than half. */
  const idle = (half + 504) / 1000

  test.each([
    ['edition and promotion', (n: number) => `${half} ${n} 0 0 0+0 -`],
    ['promotion and creation', (n: number) => `0 ${-half} ${n} 0 0+0 -`],
    ['creation and activity', (n: number) => `0 0 ${-half} ${n} 0+0 -`],
    ['activity and timeout', (n: number) => `0 0 0 ${n - 504} ${idle}+0 -`],
    ['activity and touch interval', (n: number) => `0 0 0 ${-half} 0+${n / 1000} -`],
    ['timeout and touch interval', (n: number) => `0 0 0 0 ${idle}+${(n - 504) / 1000} -`],
    ['activity and deadline', (n: number) => `0 0 0 ${half} 0+0 ${-n}`],
  ])('%s', (_, fields) => {
    expect(parseRecord(withNumbers(fields(half - 1)))).toBeTypeOf('object')
    expect(parseRecord(withNumbers(fields(half)))).toBe('undecodable')
  })

  test('but each counts once', () => {
    for (const deadline of ['-', '0']) {
      const value = withNumbers(`0 0 ${half + 1000} 0 0+0 ${deadline}`)
      expect(parseRecord(value)).toBeTypeOf('object')
    }
  })
})

/** One byte changed, put in or taken out; or the end cut off. */
function mutate(value: Buffer, kind: number, place: number, byte: number): Buffer {
  const at = place % (value.length + 1)
  const [before, after] = [value.subarray(0, at), value.subarray(at)]
  if (kind === 0) return Buffer.concat([before, Buffer.from([byte]), after.subarray(1)])
  if (kind === 1) return Buffer.concat([before, Buffer.from([byte]), after])
  return kind === 2 ? Buffer.concat([before, after.subarray(1)]) : Buffer.from(before)
}

describe('a stored value that was changed', () => {
  const mutation = fc.tuple(fc.nat(3), fc.nat(), fc.integer({ min: 0, max: 255 }))

  test('THREATS 29: is never an exception, and has another id only where the id was changed', () => {
    fc.assert(
      fc.property(records, fc.array(mutation, { minLength: 1, maxLength: 3 }), (record, steps) => {
        let value = recordBytes(record)
        for (const [kind, place, byte] of steps) value = mutate(value, kind, place, byte)
        const parsed = parseRecord(value)
        if (typeof parsed === 'string') return
        const written = value.toString('latin1').split(' ')[1]
        expect(parsed.id).toBe(written)
        expect(parseRecord(recordBytes(parsed))).toEqual(parsed)
      }),
      { numRuns: 2000 },
    )
  })

  test('THREATS 29: gives nobody an id of more than the allowed characters', () => {
    for (let byte = 0; byte < 256; byte++) {
      const value = Buffer.from(TEXT)
      value[11] = byte
      const parsed = parseRecord(value)
      if (typeof parsed !== 'string') expect(parsed.id).toMatch(/^[A-Za-z0-9_-]+$/)
    }
  })
})

test('PROTOCOL.md rule 9: a record names its last eight writes, each once', () => {
  const ids = ['8', '7', '6', '5', '4', '3', '2', '1']
  expect(withWrite([], 'new')).toEqual(['new'])
  expect(withWrite(ids, 'new')).toEqual(['new', '8', '7', '6', '5', '4', '3', '2'])
  expect(withWrite(ids, '5')).toEqual(['5', '8', '7', '6', '4', '3', '2', '1'])
})

test('PROTOCOL.md rule 11: beside them the latest touch, while nobody has written since', () => {
  const ids = ['8', '7', '6', '5', '4', '3', '2', '1']
  const touched = withWrite(ids, '~a')
  expect(touched).toEqual(['~a', ...ids])
  expect(withWrite(touched, '~b')).toEqual(['~b', ...ids])
  expect(withWrite(touched, 'new')).toEqual(['new', ...ids.slice(0, 7)])
  expect(lastWriteOf({ ...RECORD, writes: touched })).toBe('8')
  expect(lastWriteOf({ ...RECORD, writes: ids })).toBe('8')
})
