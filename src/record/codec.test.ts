import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeData, ownPayload, requireObject, storedIn } from './codec.ts'
import { emptyMemo } from './memo.ts'
import { encode } from './serialize.ts'

describe('session data are one plain object', () => {
  test.each<[string, object]>([
    ['an object', { a: 1 }],
    ['one without prototype, as some decoders make', Object.assign(Object.create(null), { a: 1 })],
  ])('%s', (_, value) => {
    expect(requireObject(value)).toBe(value)
  })

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['text', '{}'],
    ['an array', []],
    ['a Map', new Map()],
    ['a function', () => 1],
    ['an instance of a class', new URL('a:b')],
  ])('and not %s', (_, value) => {
    expect(() => requireObject(value)).toThrow(SyntaxError)
  })

  test('which the built-in serializer reads from text', () => {
    expect(decodeData('{"a":1}')).toEqual({ a: 1 })
    expect(() => decodeData('[1]')).toThrow(SyntaxError)
    expect(() => decodeData(Buffer.from('{"a":1}'))).toThrow(SyntaxError)
  })
})

test('of a record that is kept each request has data of its own, as they were stored', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), fc.jsonValue()),
      (data) => {
        const text = encode(data)
        const kept = { data: text, memo: emptyMemo() } as never
        const [first, second, third] = [storedIn(kept), storedIn(kept), storedIn(kept)].map(
          (stored) => stored.data,
        )
        expect(first).toEqual(decodeData(text))
        expect(encode(first)).toBe(text)
        wreck(first)
        expect(encode(second)).toBe(text)
        wreck(second)
        expect(encode(third)).toBe(text)
        expect(encode(storedIn(kept).data)).toBe(text)
      },
    ),
  )
})

/** Changes everything that can be reached. */
function wreck(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const item of Object.values(value)) wreck(item)
  if (Array.isArray(value)) value.length = 0
  else for (const key of Object.keys(value)) Reflect.deleteProperty(value, key)
}

test('bytes of a payload that are handed out are a copy, and text is itself', () => {
  const bytes = Buffer.from('a')
  const own = ownPayload(bytes) as Buffer
  own[0] = 0
  expect(bytes.toString()).toBe('a')
  expect(ownPayload('a')).toBe('a')
})
