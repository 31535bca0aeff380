import { encode } from '../../src/record/serialize.ts'
import { nest } from '../support/nest.ts'
import type { Random } from '../../src/testing/random.ts'
import { mutate } from './mutate.ts'
import { words } from './words.ts'

/** Text for the built-in codec: something like what it writes, and with something wrong about it. */
export function payloadFrom(random: Random): string {
  const text = random.below(3) === 0 ? random.oneOf(WRITTEN) : JSON.stringify(nodeFrom(random, 0))
  const marked = random.below(2) === 0 && !text.startsWith(MARK) ? `${MARK}${text}}` : text
  return random.below(2) === 0 ? mutate(marked, random) : marked
}

const MARK = '{"$tagged":'

const KEYS = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  ...words(`
    __proto__ constructor prototype toString hasOwnProperty valueOf toJSON then __defineGetter__
    length 0 -1 1e3 4294967295 a b key ключ $ $tagged $Date $ref $plain $shared $__proto__
  `),
]
const TAGS = words(`
  $literal $bigint $Date $URL $Uint8Array $Map $Set $plain $shared $ref
  $Function $Error $RegExp $constructor $tagged $
`)
const NUMBERS = [0, -0, 1, -1, 0.5, 1e21, 4294967295, 4294967296, -7, 1e308]
const LEAVES: readonly Json[] = [
  null,
  true,
  false,
  ...NUMBERS,
  '',
  '\u2028',
  '\ud800',
  '9'.repeat(50),
  ...words(`
    text undefined NaN -0 Infinity 12 -7 007 0x10 1n 1e3 __proto__ constructor 🦊 AP8+ AP8 AA== AB==
    ==== 2026-11-23T08:00:00.000Z 2026-11-23 +275760-09-13T00:00:00.000Z 2026-02-30T00:00:00.000Z
    https://example.com/?q=1 https://EXAMPLE.com javascript:alert(1) http://ü.example/ a:b
  `),
]

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

function nodeFrom(random: Random, depth: number): Json {
  const kind = random.below(depth > 5 ? 4 : 12)
  if (kind < 4) return random.oneOf(LEAVES)
  if (kind < 6) return random.several(4, () => nodeFrom(random, depth + 1))
  if (kind < 8) return objectFrom(random, depth)
  const tag = random.oneOf(TAGS)
  return {
    [tag]: random.below(4) === 0 ? nodeFrom(random, depth + 1) : fitting(tag, random, depth),
  }
}

/** `__proto__` too becomes a key of its own. */
function objectFrom(random: Random, depth: number): Json {
  const entries = random.several(
    4,
    () => [random.oneOf(KEYS), nodeFrom(random, depth + 1)] as const,
  )
  return Object.fromEntries(entries)
}

/** What a tag usually holds. */
function fitting(tag: string, random: Random, depth: number): Json {
  const node = () => nodeFrom(random, depth + 1)
  const key = () => (random.below(2) === 0 ? random.below(3) : node())
  switch (tag) {
    case '$Map':
      return random.several(3, () => [key(), node()])
    case '$Set':
      return random.several(3, key)
    case '$plain':
      return objectFrom(random, depth)
    case '$shared':
      return [random.below(3), node()]
    case '$ref':
      return random.below(3)
    default:
      return random.oneOf(LEAVES)
  }
}

const circle: Record<string, unknown> = { at: new Date(0) }
circle['self'] = [circle, circle['at']]

/** Encoded by the codec itself. */
const WRITTEN = [
  {},
  { user: 'ada', cart: [{ tea: 2 }, null], total: 12.5 },
  { when: new Date(1e12), big: 2n ** 80n, odd: [undefined, Number.NaN, -0] },
  new Map<unknown, unknown>([[{ a: 1 }, new Set([new Map(), 1n])]]),
  { link: new URL('https://example.com/a?b#c'), bytes: Uint8Array.of(1, 2, 255) },
  circle,
  { form: JSON.parse('{"__proto__":{"admin":true},"constructor":1}') as unknown, $tagged: 1 },
  [Array.from({ length: 30 }, () => circle)],
].map((value) => encode(value))

export interface Bomb {
  readonly what: string
  readonly text: string
}

const LEVELS = 200_000
/** Letters; of what the checks look at one by one, a fiftieth. */
const HUGE = 1_000_000
const MANY = HUGE / 50
const MOST = 4_294_967_295

function tagged(body: string): string {
  return `${MARK}${body}}`
}

function nested(open: string, close: string, levels = LEVELS): string {
  return open.repeat(levels) + close.repeat(levels)
}

/** `$ref`s that double what they stand for, level by level: small here, and endless written out. */
function laughs(levels: number): string {
  const doubled = Array.from({ length: levels }, (_, at) => {
    const before = at === 0 ? '1' : `{"$ref":${at - 1}},{"$ref":${at - 1}}`
    return `{"$shared":[${at},[${before}]]}`
  })
  const last = `{"$ref":${levels - 1}}`
  return tagged(
    `[${doubled.join(',')},${doubled.map((_, at) => `{"$ref":${at}}`).join(',')},${last}]`,
  )
}

/** Texts made to cost more than they are long. */
export function makeBombs(): readonly Bomb[] {
  return [
    { what: '200,000 levels of arrays', text: nested('[', ']') },
    { what: '200,000 levels of objects', text: `${'{"a":'.repeat(LEVELS)}1${'}'.repeat(LEVELS)}` },
    { what: '200,000 levels of Sets', text: tagged(nested('{"$Set":[', ']}')) },
    { what: '200,000 levels of Maps', text: tagged(nested('{"$Map":[[1,', ']]}')) },
    { what: '200,000 levels of $plain', text: tagged(nested('{"$plain":', '}')) },
    { what: '200,000 levels of $shared', text: tagged(nested('{"$shared":[0,', ']}')) },
    { what: '200,000 levels never closed', text: '['.repeat(LEVELS) },
    {
      what: '500 levels, the most there may be',
      text: JSON.stringify(nest(500, (inner) => [inner])),
    },
    { what: 'an array of another codec', text: '[[-7,4294967295]]' },
    { what: 'lengths of four billion', text: `{"length":${MOST},"0":1}` },
    { what: 'bytes by their length', text: tagged(`{"$Uint8Array":{"length":${MOST}}}`) },
    { what: 'a Map by its length', text: tagged(`{"$Map":{"length":${MOST}}}`) },
    { what: 'an index of four billion', text: tagged(`{"${MOST - 1}":{"$literal":"undefined"}}`) },
    { what: 'a $shared of a high number', text: tagged(`{"$shared":[${MOST},{}]}`) },
    { what: 'a circle of itself', text: tagged('{"$shared":[0,[{"$ref":0},{"$ref":0}]]}') },
    {
      what: 'a Map that is its own key',
      text: tagged('{"$shared":[0,{"$Map":[[{"$ref":0},1]]}]}'),
    },
    { what: 'references that double, 1000 times', text: laughs(1000) },
    { what: 'a million equal keys', text: `{${'"a":1,'.repeat(HUGE)}"a":2}` },
    { what: '20,000 different keys', text: `{${indexed((at) => `"k${at}":1`)}}` },
    { what: '20,000 index keys, backwards', text: `{${indexed((at) => `"${MANY - at}":1`)}}` },
    { what: 'a key of a million letters', text: `{"${'k'.repeat(HUGE)}":1}` },
    { what: '20,000 __proto__', text: `{${'"__proto__":{"a":1},'.repeat(MANY)}"b":1}` },
    { what: 'a string of a million escapes', text: `{"a":"${'\\u0041'.repeat(HUGE)}"}` },
    { what: 'a number of a million digits', text: `{"a":${'9'.repeat(HUGE)}}` },
    { what: 'an array of 20,000 items', text: `[${indexed(() => '0')}]` },
    { what: 'a Set of 20,000 items', text: tagged(`{"$Set":[${indexed(String)}]}`) },
    { what: '20,000 empty Maps', text: tagged(`[${indexed(() => '{"$Map":[]}')}]`) },
    { what: 'a bigint of a million digits', text: tagged(`{"$bigint":"${'9'.repeat(HUGE)}"}`) },
    { what: '100 of the longest bigints', text: tagged(`[${bigints(100)}]`) },
    { what: 'a URL of a million letters', text: tagged(`{"$URL":"a:${'b'.repeat(HUGE)}"}`) },
    { what: '100 of the longest URLs', text: tagged(`[${urls(100)}]`) },
    { what: 'a Date of a million digits', text: tagged(`{"$Date":"${'1'.repeat(HUGE)}"}`) },
    { what: 'a mebibyte of bytes', text: tagged(`{"$Uint8Array":"${'A'.repeat(1024 * 1024)}"}`) },
  ]
}

function indexed(item: (at: number) => string): string {
  return Array.from({ length: MANY }, (_, at) => item(at)).join(',')
}

function bigints(count: number): string {
  return Array.from({ length: count }, () => `{"$bigint":"${2n ** 32767n - 1n}"}`).join(',')
}

function urls(count: number): string {
  return Array.from({ length: count }, () => `{"$URL":"http://${'a.'.repeat(4000)}/"}`).join(',')
}
