import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { expectKept } from '../../test/support/serializing.ts'
import { decode, encode } from './serialize.ts'

const TAGS = ['$Date', '$Map', '$ref', '$shared', '$plain', '$tagged', '$', '$other']

/** UTF-16 units one by one, so that most surrogates are lone. */
const text = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map(String.fromCharCode) })
const key = fc.oneof(text, fc.constantFrom('__proto__', 'toJSON', 'constructor', '1', ...TAGS))
const primitive = fc.oneof(
  text,
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined, NaN, -0, Infinity, -Infinity),
)
const leaf = fc.oneof(
  primitive,
  fc.date(),
  fc.uint8Array(),
  fc.webUrl({ withFragments: true, withQueryParameters: true }).map((href) => new URL(href)),
)

const few = { maxLength: 5 }
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('tree'), few),
    fc.array(fc.tuple(key, tie('tree')), few).map((entries) => Object.fromEntries(entries)),
    fc.array(fc.tuple(tie('tree'), tie('tree')), few).map((entries) => new Map(entries)),
    fc.array(tie('tree'), few).map((items) => new Set(items)),
  ),
}))

const container = fc.constantFrom(
  () => ({}),
  () => [],
  () => new Map(),
  () => new Set(),
)
const node = fc.oneof(
  { arbitrary: container, weight: 3 },
  { arbitrary: leaf.map((value) => () => value), weight: 1 },
)

/** Nodes linked at random: repetition and circles abound. */
const graph = fc
  .record({
    nodes: fc.array<() => unknown>(node, { minLength: 1, maxLength: 12 }),
    links: fc.array(fc.tuple(fc.nat(), fc.nat(), key), { maxLength: 30 }),
  })
  .map(({ nodes, links }) => {
    const values = nodes.map((make) => make())
    for (const [from, to, name] of links) {
      link(values[from % values.length], values[to % values.length], name)
    }
    return values[0]
  })

function link(from: unknown, to: unknown, name: string): void {
  if (Array.isArray(from)) from.push(to)
  else if (from instanceof Map) from.set(name.length > 2 ? name : to, to)
  else if (from instanceof Set) from.add(to)
  else if (isPlain(from)) define(from, name, to)
}

function isPlain(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  )
}

function define(object: object, name: string, value: unknown): void {
  const rest = { enumerable: true, writable: true, configurable: true }
  Object.defineProperty(object, name, { value, ...rest })
}

const OPENERS = TAGS.map((tag) => `{"${tag}":`)
const PIECES = ['{"$ref":0}', '{"$shared":[0,', '{"$Map":[[', '{"$literal":"NaN"}', '"__proto__":']
const JSON_PIECES = ['[', ']', '{', '}', ',', ':', '"', '0', '1', '-', 'null', '{}', '[]', '\\']
const FRAGMENTS = [...OPENERS, ...PIECES, ...JSON_PIECES]

/** What `encode` wrote, cut and spliced. */
const mutated = fc
  .record({
    value: fc.oneof(tree, graph),
    splices: fc.array(
      fc.tuple(fc.nat(), fc.nat(8), fc.oneof(fc.constantFrom('', ...FRAGMENTS), fc.string())),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ value, splices }) =>
    splices.reduce((changed, [from, length, fragment]) => {
      const at = from % (changed.length + 1)
      return changed.slice(0, at) + fragment + changed.slice(at + length)
    }, encode(value)),
  )

/** Texts made of nothing but tags and brackets get further than random ones. */
const assembled = fc
  .array(fc.constantFrom(...FRAGMENTS), { maxLength: 12 })
  .map((fragments) => `{"$tagged":${fragments.join('')}}`)

test('a tree comes back as it was', () => {
  fc.assert(fc.property(tree, expectKept), { numRuns: 500 })
})

test('a graph comes back with its repetitions and circles', () => {
  fc.assert(fc.property(graph, expectKept), { numRuns: 500 })
})

test('a value is encoded the same before and after', () => {
  fc.assert(
    fc.property(fc.oneof(tree, graph), (value) => {
      const text = encode(value)
      return encode(decode(text)) === text
    }),
  )
})

/** What JSON holds: of the values of jsonValue(), it loses -0. */
const jsonData = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)))

test('JSON data are encoded as JSON', () => {
  fc.assert(
    fc.property(jsonData, (value) => {
      expect(encode(value)).toBe(JSON.stringify(value))
    }),
  )
})

test('other text is a SyntaxError, or data that can be kept again', () => {
  const names = Object.getOwnPropertyNames(Object.prototype).toString()
  fc.assert(
    fc.property(fc.oneof(fc.string(), assembled, mutated, mutated), (text) => {
      const decoded = attempt(text)
      if (decoded !== undefined) expectKept(decoded.value)
      expect(Object.getOwnPropertyNames(Object.prototype).toString()).toBe(names)
    }),
    { numRuns: 2000 },
  )
})

function attempt(text: string): { value: unknown } | undefined {
  try {
    return { value: decode(text) }
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError)
    return undefined
  }
}
