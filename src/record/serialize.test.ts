import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DataError } from '../errors.ts'
import { decode, encode, encodeComparable } from './serialize.ts'

/** Like toStrictEqual, and stricter: the same circles and repetitions, the same order of keys. */
function expectSame(actual: unknown, expected: unknown): void {
  compare(actual, expected, new Map(), new Map())
}

function compare(
  actual: unknown,
  expected: unknown,
  there: Map<unknown, unknown>,
  back: Map<unknown, unknown>,
): void {
  if (typeof expected !== 'object' || expected === null) return expect(actual).toBe(expected)
  if (there.has(expected) || back.has(actual)) {
    expect(there.get(expected)).toBe(actual)
    return expect(back.get(actual)).toBe(expected)
  }
  there.set(expected, actual)
  back.set(actual, expected)
  expect(Object.prototype.toString.call(actual)).toBe(Object.prototype.toString.call(expected))
  expect(Object.getPrototypeOf(actual)).toBe(Object.getPrototypeOf(expected))
  const [mine, theirs] = [partsOf(actual as object), partsOf(expected)]
  expect(mine.length).toBe(theirs.length)
  for (const [index, part] of theirs.entries()) compare(mine[index], part, there, back)
}

function partsOf(value: object): unknown[] {
  if (value instanceof Date) return [value.getTime()]
  if (value instanceof URL) return [value.href]
  if (value instanceof Map) return [...value].flat(1)
  if (value instanceof Set) return [...value]
  return Object.keys(value).flatMap((key) => [
    key,
    Object.getOwnPropertyDescriptor(value, key)?.value as unknown,
  ])
}

function expectKept(value: unknown): void {
  expectSame(decode(encode(value)), value)
}

/** A property no literal can make: `{ __proto__: … }` sets the prototype. */
function withProto(value: unknown): object {
  return Object.defineProperty({ before: 1 }, '__proto__', {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  })
}

function errorOf(value: unknown): DataError {
  try {
    encode(value)
  } catch (error) {
    if (error instanceof DataError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

function nest(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 'innermost'
  for (let level = 0; level < levels; level++) value = wrap(value)
  return value
}

class Money {
  amount = 1
}

describe('plain data', () => {
  test.each<[string, unknown]>([
    ['null', null],
    ['a string', 'text'],
    ['an empty object', {}],
    ['an empty array', []],
    ['nested data', { a: [1, -2.5e300, true, { b: null }], c: 'é "quoted" \n' }],
    ['keys that look like tags', { $Date: 'x', a: { $ref: 0 }, $tagged: 1 }],
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

  test('what JSON leaves out is left out', () => {
    const value = Object.defineProperty({ a: 1, [Symbol('s')]: 2 }, 'hidden', { value: 3 })
    expect(encode(value)).toBe('{"a":1}')
    expect(encode({ at: new Date(0), inner: value })).toBe(
      '{"$tagged":{"at":{"$Date":"1970-01-01T00:00:00.000Z"},"inner":{"a":1}}}',
    )
  })

  test('enumerable properties somebody put on Object.prototype are not data', () => {
    Object.defineProperty(Object.prototype, 'inherited', {
      value: new Date(0),
      enumerable: true,
      configurable: true,
    })
    try {
      expect(Object.keys(decode(encode({ a: 1 })) as object)).toEqual(['a'])
      expect(Object.keys(decode(encode({ a: undefined })) as object)).toEqual(['a'])
    } finally {
      delete (Object.prototype as { inherited?: unknown }).inherited
    }
  })

  test('an object without prototype comes back as a plain object', () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 })
    expectSame(decode(encode(bare)), { a: 1 })
    expectSame(decode(encode({ bare, u: undefined })), { bare: { a: 1 }, u: undefined })
  })

  test('a getter is read once and comes back as the value it had', () => {
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

describe('data that look like tags', () => {
  test.each<[string, unknown]>([
    ['$tagged', { $tagged: 1 }],
    ['$tagged, first of two', { $tagged: { $Date: null }, b: 2 }],
    ['$tagged twice', { $tagged: { $tagged: 1 } }],
  ])('a root whose first key is %s', (_, value) => {
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

describe('what cannot be kept', () => {
  test.each<[string, unknown, string]>([
    ['a function', () => 1, 'a function'],
    ['a class', Money, 'a function'],
    ['a symbol', Symbol('private'), 'a symbol'],
    ['a class instance', new Money(), 'an instance of Money'],
    ['an object made with a prototype', Object.create({ a: 1 }), 'an instance of Object'],
    ['a nameless class', new (class {})(), 'an object with a prototype'],
    [
      'an heir of nothing',
      Object.create(Object.create(null) as object),
      'an object with a prototype',
    ],
    ['a RegExp', /x/, 'an instance of RegExp'],
    ['an Error', new TypeError('x'), 'an instance of TypeError'],
    ['a Promise', Promise.resolve(), 'an instance of Promise'],
    ['a WeakMap', new WeakMap(), 'an instance of WeakMap'],
    ['a boxed number', Object(1), 'an instance of Number'],
    ['a Float64Array', new Float64Array(1), 'an instance of Float64Array'],
    ['an ArrayBuffer', new ArrayBuffer(1), 'an instance of ArrayBuffer'],
    ['a DataView', new DataView(new ArrayBuffer(1)), 'an instance of DataView'],
    ['a subclass of Array', new (class Cart extends Array {})(), 'an instance of Cart'],
    ['a subclass of Map', new (class Bag extends Map {})(), 'an instance of Bag'],
    ['a subclass of Set', new (class Bag extends Set {})(), 'an instance of Bag'],
    ['a subclass of Date', new (class Day extends Date {})(), 'an instance of Day'],
    ['a subclass of URL', new (class Link extends URL {})('a:b'), 'an instance of Link'],
    ['a subclass of Uint8Array', new (class Key extends Uint8Array {})(1), 'an instance of Key'],
    ['an impostor of Date', Object.create(Date.prototype), 'an instance of Date'],
    ['an impostor of Map', Object.create(Map.prototype), 'an instance of Map'],
    ['an object with toJSON', { toJSON: () => 1 }, 'an object with a toJSON method'],
    [
      'an array with toJSON',
      Object.assign([], { toJSON: () => 1 }),
      'an object with a toJSON method',
    ],
    ['a bigint too large', 2n ** 32767n, 'a bigint of more than 32768 bits'],
    ['a bigint too small', -(2n ** 32767n) - 1n, 'a bigint of more than 32768 bits'],
    ['a long URL', new URL(`a:${'b'.repeat(8191)}`), 'a URL of more than 8192 characters'],
    ['four billion holes', new Array(4294967295), 'a long array with holes'], // oxlint-disable-line no-array-constructor
  ])('%s', (_, value, what) => {
    const error = errorOf({ cart: { items: [0, 1, 2, { price: value }] } })
    expect(error.code).toBe('not_serializable')
    expect(error.path).toBe('cart.items[3].price')
    expect(error.message).toBe(`cart.items[3].price: ${what} cannot be stored`)
    expect(errorOf(value).path).toBe('')
    expect(errorOf(value).message).toBe(`session data: ${what} cannot be stored`)
  })

  test('a hidden toJSON is refused, not obeyed', () => {
    const value = Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 'other' })
    expect(errorOf({ value }).path).toBe('value')
  })

  test.each<[string, (bad: unknown) => unknown]>([
    ['[2]', (bad) => [0, 1, bad]],
    ['["odd key"]', (bad) => ({ 'odd key': bad })],
    ['a["odd \\"key\\""].b', (bad) => ({ a: { 'odd "key"': { b: bad } } })],
    ['["7"].größe.$x._1', (bad) => ({ 7: { größe: { $x: { _1: bad } } } })],
    ['[""]', (bad) => ({ '': bad })],
    ['["__proto__"]', (bad) => withProto(bad)],
    ['get("theme")', (bad) => new Map([['theme', bad]])],
    ['prefs.get("a b")[0]', (bad) => ({ prefs: new Map([['a b', [bad]]]) })],
    [
      'prefs.values()[1]',
      (bad) => ({
        prefs: new Map<unknown, unknown>([
          ['a', 1],
          [{}, bad],
        ]),
      }),
    ],
    [
      'prefs.keys()[1].x',
      (bad) => ({
        prefs: new Map<unknown, unknown>([
          ['a', 1],
          [{ x: bad }, 1],
        ]),
      }),
    ],
    ['tags.values()[1]', (bad) => ({ tags: new Set([0, bad]) })],
    ['y', (bad) => ({ x: [1n, new Set([{}])], y: bad })],
  ])('%s is a path', (path, make) => {
    expect(errorOf(make(() => 1)).path).toBe(path === '["__proto__"]' ? '__proto__' : path)
  })

  test('the path of a repeated value is the first one', () => {
    const bad = { f: () => 1 }
    expect(errorOf({ a: [bad], b: bad }).path).toBe('a[0].f')
  })

  test('the value is never in the message', () => {
    for (const value of [
      Symbol('secret'),
      Object.create({ constructor: 'secret' }),
      () => 'secret',
    ]) {
      expect(errorOf({ value }).message).not.toContain('secret')
    }
  })

  test('a sparse array is kept up to 10,000 items', () => {
    const sparse = (length: number): unknown[] => Object.assign([], { length })
    expect(decode(encode(sparse(10_000)))).toHaveLength(10_000)
    expect(errorOf({ list: sparse(10_001) }).path).toBe('list')
  })

  test('only a DataError is undefined to encodeComparable', () => {
    const failing = {
      get broken(): never {
        throw new TypeError('from the getter')
      },
    }
    expect(encodeComparable({ a: 1n })).toBe(encode({ a: 1n }))
    expect(encodeComparable({ a: () => 1 })).toBeUndefined()
    expect(() => encodeComparable(failing)).toThrow(TypeError)
  })
})

describe('nesting', () => {
  const wraps: [string, (inner: unknown) => unknown][] = [
    ['arrays', (inner) => [inner]],
    ['objects', (inner) => ({ a: inner })],
    ['lookalikes', (inner) => ({ $a: inner })],
    ['Maps', (inner) => new Map([['a', inner]])],
    ['Map keys', (inner) => new Map([[inner, 'a']])],
    ['Sets', (inner) => new Set([inner])],
    [
      'repeated Maps',
      (inner) => {
        const map = new Map<unknown, unknown>([['a', inner]])
        return map.set('self', map)
      },
    ],
  ]

  test.each(wraps)('500 levels of %s are kept', (_, wrap) => {
    const deepest = nest(500, wrap)
    expect(decode(encode(deepest))).toEqual(deepest)
    const shared = new Date(1)
    const tagged = wrap([shared, nest(498, wrap), shared])
    expect(encode(decode(encode(tagged)))).toBe(encode(tagged))
  })

  test.each(wraps)('501 levels of %s are refused', (_, wrap) => {
    const error = errorOf(nest(501, wrap))
    expect(error.message).toContain('data nested more than 500 levels deep')
    expect(errorOf(nest(20_000, wrap)).message).toBe(error.message)
  })

  test('text is refused where data are', () => {
    const arrays = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
    expect(encode(decode(arrays(500)))).toBe(arrays(500))
    expect(() => decode(arrays(501))).toThrow('nested more than 500 levels deep')
    expect(() => decode(`{"$tagged":${arrays(500)}}`)).not.toThrow()
    expect(() => decode(`{"$tagged":${arrays(501)}}`)).toThrow('nested more than 500 levels deep')
    expect(() => decode(`{"$tagged":${arrays(2504)}}`)).toThrow('nested more than 500 levels deep')
  })

  test('brackets in strings, and side by side, do not count', () => {
    expectKept({ text: '[{"\\'.repeat(1000), more: ['\\', '"[', '\\"'.repeat(600)] })
    expectKept(Array.from({ length: 2000 }, () => ['[', {}, '"']))
  })
})

describe('hostile text', () => {
  const tagged = (body: string): string => `{"$tagged":${body}}`

  test.each([
    '',
    ' ',
    '{',
    'undefined',
    'NaN',
    '{"a":1}x',
    "{'a':1}",
    '{"$tagged":',
    '{"$tagged":}',
    '{"$tagged":1',
    '{"$tagged":1,"b":2}',
    '{"$tagged":1,"__proto__":2}',
  ])('%j is not session data', (text) => {
    expect(() => decode(text)).toThrow(SyntaxError)
  })

  test.each([
    '{"$unknown":1}',
    '{"$":1}',
    '{"$constructor":1}',
    '{"$tagged":1}',
    '{"$literal":"null"}',
    '{"$literal":null}',
    '{"$literal":["NaN"]}',
    '{"$literal":{}}',
    '{"$bigint":1}',
    '{"$bigint":""}',
    '{"$bigint":" 1"}',
    '{"$bigint":"0x1"}',
    '{"$bigint":"01"}',
    '{"$bigint":"-0"}',
    '{"$bigint":"1\\n"}',
    '{"$bigint":"1n"}',
    `{"$bigint":"${'9'.repeat(9867)}"}`,
    '{"$Date":0}',
    '{"$Date":""}',
    '{"$Date":"now"}',
    '{"$Date":"2026-11-23"}',
    '{"$Date":"2026-11-23T08:00:00Z"}',
    '{"$Date":"2026-02-30T00:00:00.000Z"}',
    '{"$Date":["2026-11-23T08:00:00.000Z"]}',
    '{"$URL":"nowhere"}',
    '{"$URL":null}',
    '{"$URL":["https://a.example/"]}',
    `{"$URL":"a:${'b'.repeat(8191)}"}`,
    '{"$Uint8Array":"AP8"}',
    '{"$Uint8Array":"AP8-"}',
    '{"$Uint8Array":"AP 8+"}',
    '{"$Uint8Array":"AP9+=="}',
    '{"$Uint8Array":[1,2]}',
    '{"$Uint8Array":{"length":4294967295}}',
    '{"$Map":{}}',
    '{"$Map":"ab"}',
    '{"$Map":null}',
    '{"$Map":{"length":4294967295}}',
    '{"$Map":[1]}',
    '{"$Map":["ab"]}',
    '{"$Map":[[1]]}',
    '{"$Map":[[1,2,3]]}',
    '{"$Map":[{"0":1,"1":2,"length":2}]}',
    '{"$Map":[[1,2],[1,3]]}',
    '{"$Set":"ab"}',
    '{"$Set":{"length":4294967295}}',
    '{"$Set":[1,1]}',
    '{"$plain":1}',
    '{"$plain":null}',
    '{"$plain":[]}',
    '{"$ref":0}',
    '{"$ref":"length"}',
    '{"$ref":"__proto__"}',
    '[{"$shared":[0,{}]},{"$ref":1}]',
    '[{"$shared":[0,{}]},{"$ref":-1}]',
    '[{"$shared":[0,{}]},{"$ref":0.5}]',
    '[{"$shared":[0,{}]},{"$ref":"0"}]',
    '[{"$shared":[0,{}]},{"$ref":[0]}]',
    '[{"$ref":0},{"$shared":[0,{}]}]',
    '{"$shared":{}}',
    '{"$shared":[0]}',
    '{"$shared":[0,{},1]}',
    '{"$shared":[1,{}]}',
    '{"$shared":[-1,{}]}',
    '{"$shared":["0",{}]}',
    '{"$shared":[4294967295,{}]}',
    '{"$shared":[0,1]}',
    '{"$shared":[0,null]}',
    '{"$shared":[0,{"$literal":"undefined"}]}',
    '{"$shared":[0,{"$bigint":"1"}]}',
    '{"$shared":[0,{"$shared":[0,{}]}]}',
    '{"$shared":[0,{"$ref":0}]}',
    '[{"$shared":[0,{}]},{"$shared":[0,{}]}]',
    '[{"$shared":[0,{}]},{"$shared":[1,{"$ref":0}]},{"$ref":1}]',
    '[{"$shared":[0,{"$literal":"NaN"}]},{},{"$ref":0}]',
  ])('%s is not a tag', (body) => {
    expect(() => decode(tagged(body))).toThrow(SyntaxError)
    expect(() => decode(tagged(`{"a":[${body}]}`))).toThrow(/^session data have /)
  })

  test('without the mark at the start, tags are data', () => {
    expect(decode(' {"$tagged":{"$Date":0}}')).toEqual({ $tagged: { $Date: 0 } })
    expect(decode('{"$Map":1}')).toEqual({ $Map: 1 })
  })

  test('no text changes a prototype', () => {
    const proto = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
    for (const body of [proto, `{"$plain":${proto}}`, `{"$Map":[["__proto__",${proto}]]}`]) {
      for (const text of [body, tagged(body), tagged(`[{"$shared":[0,${body}]},{"$ref":0}]`)]) {
        decode(text)
        expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
      }
    }
    const decoded = decode(tagged('{"__proto__":{"$Date":null}}')) as object
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype)
    expect(Object.keys(decoded)).toEqual(['__proto__'])
  })

  test('errors do not quote the text', () => {
    const secret = 'hunter2'
    for (const text of [
      `{"p":"${secret}"`,
      secret,
      tagged(`{"$${secret}":1}`),
      tagged(`{"$URL":"${secret}"}`),
    ]) {
      const error = catchError(() => decode(text))
      expect(error).toBeInstanceOf(SyntaxError)
      expect(error.message).not.toContain(secret)
      expect(error.cause).toBeUndefined()
    }
  })

  test.each<[string, string]>([
    ['arrays', '['.repeat(1e7)],
    ['closed arrays', '['.repeat(5e6) + ']'.repeat(5e6)],
    ['objects', '{"a":'.repeat(2e6)],
    ['Sets', '{"$tagged":' + '{"$Set":['.repeat(1e6)],
    ['an escaped quote before', '{"a\\"":' + '['.repeat(1e7)],
    ['a text without end', '{"' + '['.repeat(1e7)],
    ['a bigint', tagged(`{"$bigint":"${'9'.repeat(1e7)}"}`)],
    ['a host', tagged(`{"$URL":"http://${'%E4%B8%80%E4%BA%8C'.repeat(5e5)}"}`)],
    ['a Date', tagged(`{"$Date":"${'1'.repeat(1e7)}"}`)],
  ])('10 MB of %s are refused fast', (_, text) => {
    const start = performance.now()
    expect(() => decode(text)).toThrow(SyntaxError)
    expect(performance.now() - start).toBeLessThan(1000)
  })
})

function catchError(call: () => unknown): Error {
  try {
    call()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('nothing was thrown')
}
