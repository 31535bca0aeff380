import { describe, expect, test } from 'vitest'
import { refusalOf, withProto } from '../../test/support/serializing.ts'
import { decode, encode, encodeComparable } from './serialize.ts'

class Money {
  amount = 1
}

function sparse(length: number): unknown[] {
  return Object.assign([], { length })
}

function heirOfBuffer(): unknown {
  const prototype = Object.create(Buffer.prototype) as object
  return Object.setPrototypeOf(Buffer.alloc(1), prototype)
}

describe('what cannot be kept', () => {
  test.each<[string, unknown, string]>([
    ['a function', () => 1, 'a function'],
    ['a class', Money, 'a function'],
    ['a symbol', Symbol('private'), 'a symbol'],
    ['a class instance', new Money(), 'an instance of Money'],
    ['an object made with a prototype', Object.create({ a: 1 }), 'an object with a prototype'],
    [
      'a nameless class',
      new (class {
        a = 1
      })(),
      'an object with a prototype',
    ],
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
    ['an heir of Buffer', heirOfBuffer(), 'an object with a prototype'],
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
    ['four billion holes', sparse(4294967295), 'a long array with holes'],
  ])('%s', (_, value, what) => {
    const error = refusalOf({ cart: { items: [0, 1, 2, { price: value }] } })
    expect(error.code).toBe('not_serializable')
    expect(error.path).toBe('cart.items[3].price')
    expect(error.message).toBe(`cart.items[3].price: ${what} cannot be stored`)
    expect(refusalOf(value).path).toBe('')
    expect(refusalOf(value).message).toBe(`session data: ${what} cannot be stored`)
  })

  test('a hidden toJSON is refused, not obeyed', () => {
    const value = Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 'other' })
    expect(refusalOf({ value }).path).toBe('value')
  })

  test.each<[string, (bad: unknown) => unknown]>([
    ['[2]', (bad) => [0, 1, bad]],
    ['["odd key"]', (bad) => ({ 'odd key': bad })],
    ['a["odd \\"key\\""].b', (bad) => ({ a: { 'odd "key"': { b: bad } } })],
    ['["7"].größe.$x._1', (bad) => ({ 7: { größe: { $x: { _1: bad } } } })],
    ['[""]', (bad) => ({ '': bad })],
    ['__proto__', (bad) => withProto(bad)],
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
    [`${'k'.repeat(40)}.x`, (bad) => ({ ['k'.repeat(40)]: { x: bad } })],
    [`["${'k'.repeat(40)}…"].x`, (bad) => ({ ['k'.repeat(41)]: { x: bad } })],
    [`get("${'k'.repeat(40)}…")`, (bad) => new Map([['k'.repeat(1_000_000), bad]])],
    ['tags.values()[1]', (bad) => ({ tags: new Set([0, bad]) })],
    ['y', (bad) => ({ x: [1n, new Set([{}])], y: bad })],
  ])('%s is a path', (path, make) => {
    expect(refusalOf(make(() => 1)).path).toBe(path)
  })

  test('the path of a repeated value is the first one', () => {
    const bad = { f: () => 1 }
    expect(refusalOf({ a: [bad], b: bad }).path).toBe('a[0].f')
  })

  test('the value is never in the message', () => {
    for (const value of [
      Symbol('secret'),
      Object.create({ constructor: 'secret' }),
      () => 'secret',
    ]) {
      expect(refusalOf({ value }).message).not.toContain('secret')
    }
  })

  test('a sparse array is kept up to 10,000 items', () => {
    expect(decode(encode(sparse(10_000)))).toHaveLength(10_000)
    expect(refusalOf({ list: sparse(10_001) }).path).toBe('list')
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
