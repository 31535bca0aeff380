import assert from 'node:assert/strict'

/** What a serializer may keep beyond what JSON can say. */
export const KEPT = [
  'undefined',
  'number',
  'bigint',
  'Date',
  'Map',
  'Set',
  'URL',
  'Uint8Array',
  'references',
] as const

export type Kept = (typeof KEPT)[number]

export type Data = Record<string, unknown>

/** Data to be kept. */
export interface Sample {
  readonly name: string
  readonly make: () => Data
  /** What deep equality does not see. */
  readonly compare?: (back: Data) => void
}

/** What every serializer must keep. */
export const JSON_SAMPLES: readonly Sample[] = [
  { name: 'no data', make: () => ({}) },
  { name: 'a string', make: () => ({ userId: 'ada' }) },
  {
    name: 'strings of all kinds',
    make: () => ({
      empty: '',
      blank: ' \t\r\n ',
      controls: '\0\u0001\u001f\u007f',
      quotes: `"'\\/`,
      other: 'Zoë 🦊 日本語 \u2028\u2029\ufeff',
      looksLikeJson: '{"a":[1,null]}',
      looksLikeDate: '2026-11-23T08:00:00.000Z',
    }),
  },
  { name: 'lone surrogates', make: () => ({ high: 'a\ud83e', low: '\udd8a\u0000', '\ud800': 1 }) },
  { name: 'a long string', make: () => ({ long: 'tea ö '.repeat(20_000) }) },
  {
    name: 'numbers',
    make: () => ({
      numbers: [0, 1, -1, 1.5, 0.1 + 0.2, 1e21, 1e300, -5e-324, 2 ** 31, 2 ** 32, 2 ** 53 - 1],
    }),
  },
  { name: 'true, false and null', make: () => ({ yes: true, no: false, none: null }) },
  { name: 'lists', make: () => ({ empty: [], cart: ['tea', ['milk', []], null, { n: 1 }] }) },
  { name: 'nested objects', make: () => ({ a: { b: { c: { d: {} } } }, e: { b: 1 } }) },
  { name: 'data nested 100 levels deep', make: () => nested(100) },
  { name: 'a thousand keys', make: () => numbered(1000) },
  {
    name: 'keys of all kinds',
    make: () => ({
      '': 1,
      ' ': 2,
      '0': 3,
      '-1': 4,
      constructor: 5,
      toString: 'x',
      toJSON: 'not a function',
      valueOf: null,
      length: 7,
      ключ: 8,
      'a.b[c]': 9,
      $Date: 'x',
      $tagged: [1],
      type: 'Buffer',
      data: [1, 2],
    }),
  },
  {
    name: 'a key __proto__, which is data like any other',
    make: () => JSON.parse('{"__proto__":{"admin":true},"in":{"__proto__":null,"x":1}}') as Data,
    compare(back) {
      assert.equal(back['admin'], undefined)
      assert.equal(({} as Data)['admin'], undefined, 'Object.prototype has a new property')
    },
  },
]

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte)

/** What a serializer keeps that claims to. */
export const KEPT_SAMPLES: Readonly<Record<Kept, Sample>> = {
  undefined: {
    name: 'undefined, inside',
    make: () => ({ a: { b: undefined }, c: [undefined, 1] }),
  },
  number: {
    name: 'numbers that JSON has not',
    make: () => ({ n: [Number.NaN, Infinity, -Infinity, -0] }),
  },
  bigint: { name: 'bigints', make: () => ({ n: [0n, -1n, 2n ** 64n, -(2n ** 200n)] }) },
  Date: {
    name: 'Dates',
    make: () => ({ seen: new Date('2026-11-23T08:00:00.123Z'), past: [new Date(-1)] }),
  },
  Map: {
    name: 'Maps',
    make: () => ({
      cart: new Map<unknown, unknown>([
        ['tea', 2],
        [3, 'n'],
        ['in', new Map()],
      ]),
    }),
  },
  Set: { name: 'Sets', make: () => ({ seen: new Set<unknown>(['a', 1, null, new Set()]) }) },
  URL: {
    name: 'URLs',
    make: () => ({ last: new URL('https://ada@example.com:8443/a%20b?q=ö#x') }),
    compare(back) {
      assert.ok(back['last'] instanceof URL)
      assert.equal(back['last'].href, 'https://ada@example.com:8443/a%20b?q=%C3%B6#x')
    },
  },
  Uint8Array: {
    name: 'bytes',
    make: () => ({
      all: EVERY_BYTE.slice(),
      none: new Uint8Array(),
      part: EVERY_BYTE.subarray(9, 20),
    }),
  },
  references: {
    name: 'repeated and circular references',
    make() {
      const shared = { n: 1 }
      const circle: Data = { shared }
      circle['self'] = circle
      return { first: shared, second: shared, circle }
    },
    compare({ first, second, circle }) {
      assert.ok(first === second, 'what was one object is two')
      assert.ok((circle as Data)['self'] === circle, 'the circle is broken')
    },
  },
}

function nested(levels: number): Data {
  let data: Data = { innermost: true }
  for (let level = 1; level < levels; level++) data = level % 2 === 0 ? { data } : { list: [data] }
  return data
}

function numbered(keys: number): Data {
  return Object.fromEntries(Array.from({ length: keys }, (_, at) => [`key${at}`, at]))
}
