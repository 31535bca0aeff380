import { Random } from '../random.ts'
import type { Data, Kept } from './values.ts'

const STRINGS = [
  '',
  'a',
  'tea',
  'Zoë 🦊',
  '\0',
  '\ud800',
  '"\\',
  '\u2028',
  ' ',
  '$Map',
  'x'.repeat(99),
]
const NUMBERS = [0, 1, -1, 0.1, 1e-7, 1e21, 255, 256, 65_536, 2 ** 31, 2 ** 53 - 1]
const KEYS = ['a', 'b', 'key', '', '0', '10', 'ö', '__proto__', 'constructor', '$Set', '$ref']

type Make = (random: Random, depth: number) => unknown

/** Weighted by how often they stand here. */
const JSON_KINDS: readonly Make[] = [
  (random) => random.oneOf(STRINGS),
  (random) => random.oneOf(NUMBERS),
  (random) => random.below(2 ** 31) / (1 + random.below(1000)),
  (random) => random.oneOf([true, false, null]),
]

const MORE_KINDS: Readonly<Partial<Record<Kept, Make>>> = {
  undefined: () => undefined,
  number: (random) => random.oneOf([Number.NaN, Infinity, -Infinity, -0]),
  bigint: (random) => BigInt(random.below(2 ** 31)) ** BigInt(random.below(5)),
  Date: (random) => new Date((random.below(2 ** 31) - 2 ** 30) * 1001),
  Uint8Array: (random) => Uint8Array.from(random.several(9, () => random.below(256))),
}

/** Data made up from a number: the same number gives equal data. */
export function generate(seed: number, keeps: readonly Kept[]): Data {
  const leaves = [...JSON_KINDS, ...keeps.flatMap((kind) => MORE_KINDS[kind] ?? [])]
  const branches: Make[] = [
    (random, depth) => random.several(4, () => value(random, depth - 1)),
    (random, depth) => object(random, depth - 1),
  ]
  if (keeps.includes('Set')) {
    branches.push((random, depth) => new Set(random.several(3, () => value(random, depth - 1))))
  }
  if (keeps.includes('Map')) {
    branches.push((random, depth) => {
      const pair = () => [value(random, 0), value(random, depth - 1)] as const
      return new Map(random.several(3, pair))
    })
  }

  function value(random: Random, depth: number): unknown {
    const kinds = depth > 0 && random.below(2) === 0 ? branches : leaves
    return random.oneOf(kinds)(random, depth)
  }

  /** From entries: a key `__proto__` is an own property there. */
  function object(random: Random, depth: number): Data {
    const entry = () => [random.oneOf(KEYS), value(random, depth)] as const
    return Object.fromEntries(random.several(5, entry))
  }

  return object(new Random(seed), 4)
}
