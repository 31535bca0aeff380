import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { storedIn } from './codec.ts'
import { type Memo, afterEdits, emptyMemo, memoOf, withMemo } from './memo.ts'
import { type Edit, type Outline, editsSince } from './outline.ts'
import type { Plain } from './plain.ts'
import type { SessionRecord } from './record.ts'
import { encode } from './serialize.ts'

const keys = fc.constantFrom('a', 'b', '__proto__', '1', '$tagged', '"\u2028')
const leaves = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constant('\ud800'),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
)
const data = fc.dictionary(keys, fc.oneof(leaves, fc.jsonValue()), { noNullPrototype: true })
const values = fc.oneof(leaves, fc.jsonValue())
const changes = fc.array(fc.tuple(keys, values), { maxLength: 3 })

test('what is written after edits is what all of it says, and so is what is known of it', () => {
  let written = 0
  fc.assert(
    fc.property(data, fc.array(changes, { maxLength: 4 }), fc.boolean(), (given, rounds, again) => {
      let text = encode(given)
      let memo = emptyMemo()
      for (const round of rounds) {
        const record = withMemo(recordOf(text), memo)
        if (again) storedIn(record)
        const stored = storedIn(record)
        for (const [key, value] of round)
          if (Object.hasOwn(stored.data, key)) set(stored.data, key, value)
        const whole = encode(stored.data)
        const outline = stored.memo.outline
        const edits = outline && editsSince(outline, stored.data)
        const edited = edits && afterEdits(stored.memo, edits, stored.data)
        if (edited !== undefined) {
          expect(edited.text).toBe(whole)
          written++
        }
        text = whole
        memo = edited?.memo ?? emptyMemo()
        if (memo.data !== undefined) expect(encode(memo.data)).toBe(whole)
      }
      expect(encode(storedIn({ data: text, memo } as unknown as SessionRecord).data)).toBe(text)
    }),
    { numRuns: 2000 },
  )
  expect(written).toBeGreaterThan(500)
})

test('what is known of data stays true of them when they are edited', () => {
  const memo = readTwice('{"n":0,"far":{}}')
  const first = edit(memo, { n: 1, far: { a: 1 } }) as Memo
  const before = structuredClone(first.data)
  const properties = [...(first.properties ?? [])]
  edit(first, { n: 2, far: { a: 2 } })
  expect(memo.data).toEqual({ n: 0, far: {} })
  expect(editsSince(memo.outline as Outline, { n: 0, far: {} })).toEqual([])
  expect(first.data).toEqual(before)
  expect(editsSince(first.outline as Outline, { n: 1, far: { a: 1 } })).toEqual([])
  expect(first.properties).toEqual(properties)
})

test('what has been edited is nobody else’s', () => {
  const data = { far: { a: 2 } }
  const memo = edit(readTwice('{"far":{"a":1}}'), data)
  data.far.a = 3
  expect(memo?.data).toEqual({ far: { a: 2 } })
})

test.each<[string, (one: object) => Plain]>([
  ['met twice', (one) => ({ n: one, two: [one, {}] })],
  ['there and gone', () => ({ n: undefined, two: [{}, {}] })],
])('what is %s cannot be told by its properties', (_, change) => {
  const { memo } = storedIn(recordOf('{"n":0,"two":[{},{}]}'))
  expect(edit(memo, change({}))).toBeUndefined()
})

test.each<[string, unknown, (one: object) => unknown]>([
  ['a list', [{}, {}], (one) => [one, one]],
  ['an object', { a: {}, b: {} }, (one) => ({ a: one, b: one })],
  ['lists in objects', [{ in: [{}] }, { in: [{}] }], (one) => [{ in: [one] }, { in: [one] }]],
])('an equal object in %s is no change, though it lies elsewhere too', (_, kept, twice) => {
  const memo = readTwice(JSON.stringify({ n: 0, kept }))
  const edited = edit(memo, { n: 1, kept: twice({}) })
  expect(edited?.properties).toEqual(['"n":1', `"kept":${JSON.stringify(kept)}`])
})

test('text and null may be met twice, and so may equal objects', () => {
  const kept = { texts: ['a', 'a'], nulls: [null, null], objects: [{}, {}] }
  expect(edit(readTwice(JSON.stringify({ n: 0, kept })), { n: 1, kept })).toBeDefined()
})

test('one plain value does not vouch for another', () => {
  const memo = readTwice('{"n":0,"at":null}')
  expect(edit(memo, { n: 1, at: new Date(0) })).toBeUndefined()
})

test('what had a value when it was looked at, and has none any more, is not written as text', () => {
  const memo = readTwice('{"n":0}')
  const edits = editsSince(memo.outline as Outline, { n: 1 }) as readonly Edit[]
  expect(afterEdits(memo, edits, {})).toBeUndefined()
})

test('what is known of a record does not show, and is not known of a copy', () => {
  const memo = emptyMemo()
  const record = withMemo(recordOf('{}'), memo)
  expect(memoOf(record)).toBe(memo)
  expect(memoOf({ ...record })).toBeUndefined()
  expect(Reflect.ownKeys(record)).toEqual(['data'])
})

function readTwice(text: string): Memo {
  const record = withMemo(recordOf(text))
  for (let reads = 0; reads < 2; reads++) storedIn(record)
  return memoOf(record) as Memo
}

function edit(memo: Memo, data: Plain): Memo | undefined {
  const edits = editsSince(memo.outline as Outline, data) as readonly Edit[]
  return afterEdits(memo, edits, data)?.memo
}

function recordOf(text: string): SessionRecord {
  return { data: text } as unknown as SessionRecord
}

function set(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}
