import { describe, expect, test } from 'vitest'
import { expectKept, nest, refusalOf } from '../../test/support/serializing.ts'
import { decode, encode } from './serialize.ts'

function arrays(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels)
}

function repeatedMap(inner: unknown): unknown {
  const map = new Map<unknown, unknown>([[inner, inner]])
  return map.set('self', map)
}

describe('nesting', () => {
  const wraps: [string, (inner: unknown) => unknown][] = [
    ['arrays', (inner) => [inner]],
    ['objects', (inner) => ({ a: inner })],
    ['lookalikes', (inner) => ({ $a: inner })],
    ['Maps', (inner) => new Map([['a', inner]])],
    ['Map keys', (inner) => new Map([[inner, 'a']])],
    ['Sets', (inner) => new Set([inner])],
    ['repeated Maps', repeatedMap],
  ]

  test.each(wraps)('500 levels of %s are kept', (_, wrap) => {
    const deepest = nest(500, wrap)
    expectKept(deepest)
    const shared = new Date(1)
    const tagged = wrap([shared, nest(498, wrap), shared])
    expect(encode(decode(encode(tagged)))).toBe(encode(tagged))
  })

  test('the text with the most brackets is read', () => {
    const deepest = nest(500, repeatedMap, new Date(1))
    expect(encode(decode(encode(deepest)))).toBe(encode(deepest))
  })

  test.each(wraps)('501 levels of %s are refused', (_, wrap) => {
    const error = refusalOf(nest(501, wrap))
    expect(error.message).toContain('data nested more than 500 levels deep')
    expect(refusalOf(nest(20_000, wrap)).message).toBe(error.message)
  })

  test('THREATS T9: text is refused where data are', () => {
    expect(encode(decode(arrays(500)))).toBe(arrays(500))
    expect(() => decode(arrays(501))).toThrow('nested more than 500 levels deep')
    expect(() => decode(`{"$tagged":${arrays(500)}}`)).not.toThrow()
    expect(() => decode(`{"$tagged":${arrays(501)}}`)).toThrow('nested more than 500 levels deep')
    expect(() => decode(`{"$tagged":${arrays(2504)}}`)).toThrow('nested more than 500 levels deep')
  })

  test.each([
    ['objects', '{"a":', '}'],
    ['lookalikes', '{"$plain":{"$a":', '}}'],
    ['Maps', '{"$Map":[["a",', ']]}'],
    ['Map keys', '{"$Map":[[', ',"a"]]}'],
    ['Sets', '{"$Set":[', ']}'],
  ])('THREATS T9: text of 501 levels of %s is refused too', (_, open, close) => {
    const levels = (count: number) =>
      `{"$tagged":${open.repeat(count)}{"$literal":"NaN"}${close.repeat(count)}}`
    expect(() => decode(levels(500))).not.toThrow()
    expect(() => decode(levels(501))).toThrow('nested more than 500 levels deep')
  })

  test('brackets in strings, and side by side, do not count', () => {
    expectKept({ text: '[{"\\'.repeat(1000), more: ['\\', '"[', '\\"'.repeat(600)] })
    expectKept(Array.from({ length: 2000 }, () => ['[', {}, '"']))
  })
})
