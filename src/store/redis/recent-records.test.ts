import { describe, expect, test } from 'vitest'
import { memoOf, withMemo } from '../../record/memo.ts'
import type { SessionRecord } from '../../record/record.ts'
import { formatRecord } from '../../record/record-format.ts'
import { recordBytes } from '../../../test/support/record-bytes.ts'
import { RecentRecords } from './recent-records.ts'

const RECORD: SessionRecord = {
  id: 'a',
  writes: ['w1'],
  familyHash: 'f',
  edition: 0,
  promotedAt: 1000,
  createdAt: 1000,
  touchedAt: 1000,
  timeoutMs: 60_000,
  touchIntervalMs: 1000,
  deadline: null,
  persistent: false,
  csrfNonce: '',
  principal: null,
  signedIn: null,
  data: '{"n":1}',
  flash: undefined,
}

function bytesOf(changes: Partial<SessionRecord> = {}): Buffer {
  return recordBytes({ ...RECORD, ...changes })
}

/** Of whose key something was read before. */
function knowing(key = 'k'): RecentRecords {
  const recent = new RecentRecords()
  recent.answer(key, bytesOf())
  return recent
}

test('a record that is read once is not kept', () => {
  const recent = new RecentRecords()
  const once = recent.answer('k', bytesOf())
  expect(memoOf(once as SessionRecord)).toBeUndefined()
  expect(recent.answer('k', bytesOf())).not.toBe(once)
})

test('a record that is written, and was not kept, is not kept', () => {
  const recent = knowing()
  const record = withMemo({ ...RECORD })
  recent.written('k', record, formatRecord(record))
  expect(memoOf(recent.answer('k', bytesOf()) as SessionRecord)).not.toBe(memoOf(record))
})

test.each<[string, string, boolean]>([
  ['the same', '{"n":1}', true],
  ['another of the same length', '{"n":2}', false],
  ['a longer one', '{"n":11}', false],
  ['one that is the same but for the eighth bit', '{"n":\u00b1}', false],
])('what was written is met again where the reply is %s', (_, data, isMet) => {
  const recent = knowing()
  recent.answer('k', bytesOf())
  const record = withMemo({ ...RECORD })
  recent.written('k', record, formatRecord(record))
  const reply = Buffer.from(bytesOf().toString().replace('{"n":1}', data), 'latin1')
  const met = recent.answer('k', reply)
  expect(typeof met === 'object' && memoOf(met) === memoOf(record)).toBe(isMet)
})

test.each(['é', '\u{1f600}', '\ufffd'])('text with %s is met again, too', (text) => {
  const data = JSON.stringify({ text })
  const recent = knowing()
  recent.answer('k', bytesOf())
  const record = withMemo({ ...RECORD, data })
  recent.written('k', record, formatRecord(record))
  expect(memoOf(recent.answer('k', bytesOf({ data })) as SessionRecord)).toBe(memoOf(record))
})

describe('a reply that is the same as before', () => {
  test('is the same record, which looks like any other', () => {
    const recent = knowing()
    const first = recent.answer('k', bytesOf())
    expect(recent.answer('k', bytesOf())).toBe(first)
    expect(first).toStrictEqual(RECORD)
  })

  test.each<[string, Partial<SessionRecord>]>([
    ['another value of the same length', { data: '{"n":2}' }],
    ['another revision', { writes: ['w2'] }],
    ['more', { data: '{"n":1,"m":2}' }],
  ])('but not one with %s', (_, changes) => {
    const recent = knowing()
    recent.answer('k', bytesOf())
    expect(recent.answer('k', bytesOf(changes))).toStrictEqual({ ...RECORD, ...changes })
    expect(recent.answer('k', bytesOf())).toStrictEqual(RECORD)
  })

  test('not as a whole, but with the same data, has been decoded already', () => {
    const recent = knowing()
    const first = recent.answer('k', bytesOf()) as SessionRecord
    const touched = recent.answer('k', bytesOf({ touchedAt: 2000 })) as SessionRecord
    const changed = recent.answer('k', bytesOf({ data: '{"n":2}' })) as SessionRecord
    expect(memoOf(touched)).toBe(memoOf(first))
    expect(memoOf(changed)).not.toBe(memoOf(first))
  })

  test('is another record under another key, and none where there is none any more', () => {
    const recent = knowing()
    const first = recent.answer('k', bytesOf())
    expect(recent.answer('l', bytesOf())).not.toBe(first)
    expect(recent.answer('k', null)).toBe('absent')
    expect(recent.answer('k', Buffer.from('something else'))).toBe('undecodable')
  })

  test('is what it was, whatever becomes of the bytes it came in', () => {
    const recent = knowing()
    const reply = bytesOf()
    const first = recent.answer('k', reply)
    reply.fill(0)
    expect(recent.answer('k', bytesOf())).toBe(first)
  })

  test.each<[string, Partial<SessionRecord>]>([
    ['bytes, which a serializer makes something of', { data: Buffer.from('{"n":1}') }],
    ['a message of bytes', { flash: Buffer.from('[]') }],
    ['more than 64 KiB', { data: `{"n":"${'x'.repeat(64 * 1024)}"}` }],
  ])('is read anew when it holds %s', (_, changes) => {
    const recent = knowing()
    const first = recent.answer('k', bytesOf(changes))
    expect(recent.answer('k', bytesOf(changes))).not.toBe(first)
  })
})

function readTwice(recent: RecentRecords, key: string, reply: Buffer): void {
  for (let reads = 0; reads < 2; reads++) recent.answer(key, reply)
}

function written(changes: Partial<SessionRecord> = {}) {
  const recent = knowing()
  recent.answer('k', bytesOf())
  const record = { ...RECORD, ...changes }
  recent.written('k', record, formatRecord(record))
  return { recent }
}

describe('what was written', () => {
  test('is known when it is read', () => {
    const { recent } = written()
    const known = recent.answer('k', bytesOf())
    expect(recent.answer('k', bytesOf())).toBe(known)
    expect(known).toStrictEqual(RECORD)
  })

  test('but not when it is read as something else', () => {
    const { recent } = written()
    expect(recent.answer('k', bytesOf({ writes: ['w2'] }))).toStrictEqual({
      ...RECORD,
      writes: ['w2'],
    })
  })

  test('has been decoded already, where its data were there before, or by whom it was given', () => {
    const { recent } = written()
    const memoNow = (changes: Partial<SessionRecord> = {}) =>
      memoOf(recent.answer('k', bytesOf(changes)) as SessionRecord)
    const memo = memoNow()
    const touched = { ...RECORD, touchedAt: 2000 }
    recent.written('k', touched, formatRecord(touched))
    expect(memoNow({ touchedAt: 2000 })).toBe(memo)
    const changed = { ...RECORD, data: '{"n":2}' }
    recent.written('k', changed, formatRecord(changed))
    expect(memoNow({ data: '{"n":2}' })).not.toBe(memo)
    const given = withMemo({ ...RECORD, data: '{"n":3}' })
    recent.written('k', given, formatRecord(given))
    expect(memoNow({ data: '{"n":3}' })).toBe(memoOf(given))
  })

  test('is left as it was', () => {
    const { recent } = written()
    recent.written('k', Object.freeze({ ...RECORD }), formatRecord(RECORD))
    expect(recent.answer('k', bytesOf())).toStrictEqual(RECORD)
  })

  test.each<[string, Partial<SessionRecord>]>([
    ['bytes', { data: Buffer.from('{"n":1}') }],
    ['more than 64 KiB', { data: `{"n":"${'x'.repeat(64 * 1024)}"}` }],
  ])('is read anew when it holds %s', (_, changes) => {
    const { recent } = written(changes)
    const first = recent.answer('k', bytesOf(changes))
    expect(recent.answer('k', bytesOf(changes))).not.toBe(first)
  })
})

test('what nobody asked for while ten megabytes of others came is forgotten', () => {
  const recent = knowing('lost')
  recent.answer('used', bytesOf())
  const others = (from: number) => {
    const data = `{"n":"${'x'.repeat(38_000)}"}`
    for (let at = 0; at < 20; at++) readTwice(recent, `other ${from + at}`, bytesOf({ data }))
  }
  const [lost, used] = [recent.answer('lost', bytesOf()), recent.answer('used', bytesOf())]
  others(0)
  expect(recent.answer('used', bytesOf())).toBe(used)
  others(20)
  expect(recent.answer('used', bytesOf())).toBe(used)
  expect(recent.answer('lost', bytesOf())).not.toBe(lost)
})

test('small records are not many more', () => {
  const recent = knowing('first')
  const first = recent.answer('first', bytesOf())
  for (let at = 0; at < 6000; at++) readTwice(recent, `other ${at}`, bytesOf())
  expect(recent.answer('first', bytesOf())).not.toBe(first)
})
