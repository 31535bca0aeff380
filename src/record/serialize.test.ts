import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { expectKept, expectSame, withProto } from '../../test/support/serializing.ts'
import { decode, encode, isTagged } from './serialize.ts'

describe('plain data', () => {
  test.each<[string, unknown]>([
    ['null', null],
    ['a string', 'text'],
    ['an empty object', {}],
    ['an empty array', []],
    ['nested data', { a: [1, -2.5e300, true, { b: null }], c: 'é "quoted" \n' }],
    ['keys that look like tags', { $Date: 'x', a: { $ref: 0, $tagged: 1 } }],
    ['a data key named toJSON', { toJSON: 'data' }],
    ['lone surrogates', { '\uD800': ['\uDFFF', 'a\uDC00b'] }],
    ['numeric keys', { b: 1, 2: 1, a: 1, 1: 1 }],
    ['a __proto__ key', withProto({ polluted: true })],
    ['prototype-like keys', { constructor: { prototype: 1 }, hasOwnProperty: 2 }],
    ['equal but separate objects', [{ a: 1 }, { a: 1 }]],
    ['more objects than fit the short list', Array.from({ length: 200 }, (_, n) => ({ n }))],
  ])('%s is what JSON.stringify writes', (_, value) => {
    expect(encode(value)).toBe(JSON.stringify(value))
    expectKept(value)
  })

  test('is told from data with tags by its text', () => {
    expect(isTagged(encode({ $tagged: 1 }))).toBe(true)
    expect(isTagged(encode({ at: new Date(0) }))).toBe(true)
    expect(isTagged(encode({ a: { $tagged: 1 } }))).toBe(false)
  })

  test('what JSON leaves out is left out', () => {
    const value = Object.defineProperty({ a: 1, [Symbol('s')]: 2 }, 'hidden', { value: 3 })
    expect(encode(value)).toBe('{"a":1}')
    expect(encode({ at: new Date(0), inner: value })).toBe(
      '{"$tagged":{"at":{"$Date":"1970-01-01T00:00:00.000Z"},"inner":{"a":1}}}',
    )
  })

  test('enumerable properties somebody put on Object.prototype are not data', () => {
    const { prototype } = Object
    const rest = { enumerable: true, configurable: true }
    Object.defineProperty(prototype, 'inherited', { value: new Date(0), ...rest })
    const texts = [encode({ a: 1 }), encode({ a: undefined })]
    Reflect.deleteProperty(prototype, 'inherited')
    expect(texts.map(decode)).toStrictEqual([{ a: 1 }, { a: undefined }])
  })

  test('an object without prototype comes back as a plain object', () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 })
    expectSame(decode(encode(bare)), { a: 1 })
    expectSame(decode(encode({ bare, u: undefined })), { bare: { a: 1 }, u: undefined })
  })

  test('a getter comes back as the value it had', () => {
    const value = {
      get now() {
        return 5
      },
    }
    expectSame(decode(encode(value)), { now: 5 })
    expectSame(decode(encode({ value, u: undefined })), { value: { now: 5 }, u: undefined })
  })
})

describe('special data', () => {
  test.each<[string, unknown, string]>([
    ['undefined', undefined, '{"$literal":"undefined"}'],
    ['NaN', NaN, '{"$literal":"NaN"}'],
    ['Infinity', Infinity, '{"$literal":"Infinity"}'],
    ['-Infinity', -Infinity, '{"$literal":"-Infinity"}'],
    ['-0', -0, '{"$literal":"-0"}'],
    [
      'a property that is undefined',
      { a: undefined, b: 1 },
      '{"a":{"$literal":"undefined"},"b":1}',
    ],
    ['an item that is undefined', [undefined, 1], '[{"$literal":"undefined"},1]'],
    ['a bigint', 2n ** 64n, '{"$bigint":"18446744073709551616"}'],
    ['bigint zero', 0n, '{"$bigint":"0"}'],
    ['a negative bigint', -7n, '{"$bigint":"-7"}'],
    ['the largest bigint', 2n ** 32767n - 1n, `{"$bigint":"${2n ** 32767n - 1n}"}`],
    ['the smallest bigint', -(2n ** 32767n), `{"$bigint":"${-(2n ** 32767n)}"}`],
    ['a Date', new Date(1e12 + 7), '{"$Date":"2001-09-09T01:46:40.007Z"}'],
    ['a Date before the year 0', new Date(-1e14), '{"$Date":"-001199-02-15T14:13:20.000Z"}'],
    ['the last Date', new Date(864e13), '{"$Date":"+275760-09-13T00:00:00.000Z"}'],
    ['an invalid Date', new Date(NaN), '{"$Date":null}'],
    ['a URL', new URL('https://ü.example/ä?b#c'), '{"$URL":"https://xn--tda.example/%C3%A4?b#c"}'],
    ['the longest URL', new URL(`a:${'b'.repeat(8190)}`), `{"$URL":"a:${'b'.repeat(8190)}"}`],
    ['bytes', Uint8Array.of(0, 255, 62), '{"$Uint8Array":"AP8+"}'],
    ['no bytes', new Uint8Array(0), '{"$Uint8Array":""}'],
    [
      'a Map',
      new Map<unknown, unknown>([
        ['a', 1],
        [2, 'b'],
      ]),
      '{"$Map":[["a",1],[2,"b"]]}',
    ],
    ['an empty Map', new Map(), '{"$Map":[]}'],
    ['a Set', new Set([1, 'a']), '{"$Set":[1,"a"]}'],
    ['an empty Set', new Set(), '{"$Set":[]}'],
    ['undefined in a Set', new Set([undefined]), '{"$Set":[{"$literal":"undefined"}]}'],
  ])('%s', (_, value, text) => {
    expect(encode(value)).toBe(`{"$tagged":${text}}`)
    expectKept(value)
  })

  test.each<[string, unknown]>([
    ['a Map of undefined', new Map([[undefined, undefined]])],
    ['a Map in a Map, as key and value', new Map([[new Map([[1n, NaN]]), new Map([[{}, []]])]])],
    ['Sets in Sets', new Set([new Set([new Set()]), new Set()])],
    ['a __proto__ key beside special data', { a: withProto(new Date(5)), b: withProto({ x: -0 }) }],
    ['keys that look like tags', { $Date: undefined, a: { $ref: 1n }, $tagged: 2 }],
    ['lone surrogates', new Map([['\uD800', { '\uDC00': undefined }]])],
    ['an order of keys', { z: 1n, a: 2, 5: new Date(1), y: undefined, m: [] }],
  ])('%s', (_, value) => {
    expectKept(value)
  })

  test('a Buffer comes back as a Uint8Array of its own', () => {
    const decoded = decode(encode(Buffer.from('session'))) as Uint8Array
    expectSame(decoded, Uint8Array.from(Buffer.from('session')))
    expect(decoded.buffer.byteLength).toBe(7)
  })

  test('of a view, only the bytes in view are kept', () => {
    const view = new Uint8Array(Uint8Array.of(1, 2, 3, 4).buffer, 1, 2)
    expectSame(decode(encode(view)), Uint8Array.of(2, 3))
  })

  test('holes become undefined', () => {
    const holes = [1, , 3] // oxlint-disable-line no-sparse-arrays
    expectSame(decode(encode(holes)), [1, undefined, 3])
  })

  test('an own copy of toJSON on a Map prototype changes nothing', () => {
    const patched = Object.assign(new Map([[1, 2]]), { toJSON: () => 'patched' })
    expectSame(decode(encode(patched)), new Map([[1, 2]]))
  })

  test('things from another realm are kept as if from this one', () => {
    const value: unknown = runInNewContext(
      '({ o: { p: [1, { q: 2 }] }, d: new Date(5), m: new Map([[1, new Set([2])]]) })',
    )
    const expected = { o: { p: [1, { q: 2 }] }, d: new Date(5), m: new Map([[1, new Set([2])]]) }
    expectSame(decode(encode(value)), expected)
  })
})
