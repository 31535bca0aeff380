import { describe, expect, test } from 'vitest'
import { expectKept, expectSame, nest } from '../../test/support/serializing.ts'
import { decode, encode } from './serialize.ts'

describe('data that look like tags', () => {
  test.each<[string, unknown]>([
    ['$tagged', { $tagged: 1 }],
    ['$tagged, first of two', { $tagged: { $Date: null }, b: 2 }],
    ['$tagged twice', { $tagged: { $tagged: 1 } }],
    ['$tagged, second of two', { a: 1, $tagged: 2 }],
  ])('a root whose key is %s', (_, value) => {
    expect(encode(value)).not.toBe(JSON.stringify(value))
    expectKept(value)
  })

  test.each([
    '$literal',
    '$bigint',
    '$Date',
    '$URL',
    '$Uint8Array',
    '$Map',
    '$Set',
    '$plain',
    '$shared',
    '$ref',
    '$tagged',
    '$unknown',
    '$',
  ])('an object with the one key %s', (key) => {
    for (const payload of ['NaN', '1', null, 0, [], [[1, 2]], [0, {}], { [key]: 1 }]) {
      expectKept({ special: 1n, lookalike: { [key]: payload } })
    }
    expectKept({ [key]: undefined })
    expectKept({ [key]: 1n, other: { [key]: { $plain: -0 } } })
  })

  test('only an object with one such key needs $plain', () => {
    expect(encode([{ $a: 1, $b: 2 }, { $a: 1 }, { a: 1 }, -0])).toBe(
      '{"$tagged":[{"$a":1,"$b":2},{"$plain":{"$a":1}},{"a":1},{"$literal":"-0"}]}',
    )
  })
})

describe('references', () => {
  test('a value met again is a reference', () => {
    const shared = { a: 1 }
    const text = encode({ x: shared, y: [shared, shared] })
    expect(text).toBe('{"$tagged":{"x":{"$shared":[0,{"a":1}]},"y":[{"$ref":0},{"$ref":0}]}}')
    const decoded = decode(text) as { x: object; y: object[] }
    expect(decoded.x).toBe(decoded.y[0])
    expect(decoded.x).toBe(decoded.y[1])
  })

  test.each<[string, object]>([
    ['a plain object', {}],
    ['an object that looks like a tag', { $ref: 0 }],
    ['an array', [1]],
    ['a Date', new Date(1)],
    ['a URL', new URL('https://a.example/')],
    ['bytes', Uint8Array.of(1)],
    ['a Map', new Map([[1, 2]])],
    ['a Set', new Set([1])],
  ])('%s', (_, shared) => {
    expectKept([shared, { other: {}, shared }])
    expectKept(new Map([[shared, shared]]))
    expectKept(new Set([[shared], shared]))
    expectKept([undefined, shared, shared])
  })

  test('circles', () => {
    const root: Record<string, unknown> = { list: [], map: new Map(), set: new Set() }
    root['self'] = root
    ;(root['list'] as unknown[]).push(root['list'], root)
    ;(root['map'] as Map<unknown, unknown>).set(root['map'], root).set(root, root['set'])
    ;(root['set'] as Set<unknown>).add(root['set']).add(root['list'])
    expectKept(root)
    expectKept(root['map'])
    expectKept(root['set'])
  })

  test('repetition is noticed past the short list of objects met', () => {
    const items: object[] = Array.from({ length: 300 }, (_, n) => ({ n }))
    for (const at of [0, 63, 64, 65, 66, 299]) {
      const text = encode([...items, items[at]])
      expect(text).toContain('"$ref":0')
      expectSame(decode(text), [...items, items[at]])
    }
  })

  test('doubled 400 times takes no more than linear time', () => {
    expectKept(nest(400, (inner) => [inner, inner]))
  })

  test('deep and circular at once', () => {
    const top: unknown[] = []
    top.push(nest(499, (inner) => [inner, top]))
    expectKept(top)
  })
})
