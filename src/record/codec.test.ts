import { describe, expect, test } from 'vitest'
import { decodeData, requireObject } from './codec.ts'

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
