import { MAX_BIGINT_BITS, MAX_DEPTH, MAX_URL_LENGTH, TAGGED } from './serialize-format.ts'
import { isNestedDeeper } from './serialize-nesting.ts'

const MAX_BIGINT_LENGTH = '-'.length + Math.ceil((MAX_BIGINT_BITS - 1) * Math.log10(2))

/** One level takes up to five brackets, `{"$shared":[0,{"$Map":[[`; the root one, a leaf three. */
const MAX_TAGGED_BRACKETS = 5 * MAX_DEPTH + 4

const LITERALS = new Map<unknown, unknown>([
  ['undefined', undefined],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
])

interface Reading {
  /** The values of `$shared`, by their number. */
  readonly shared: object[]
  /** A `$shared` was entered and its value has not begun yet. */
  naming: boolean
}

type Reviver = (payload: unknown, reading: Reading, depth: number) => unknown

const REVIVERS = new Map<string, Reviver>([
  ['$literal', reviveLiteral],
  ['$bigint', reviveBigint],
  ['$Date', reviveDate],
  ['$URL', reviveUrl],
  ['$Uint8Array', reviveBytes],
  ['$Map', reviveMap],
  ['$Set', reviveSet],
  ['$plain', revivePlain],
  ['$shared', reviveShared],
  ['$ref', reviveRef],
])

/**
 * Reads what `encode` wrote. No text makes it run code, change a prototype, or take more than
 * linear time and memory. Its errors never quote the text and have no `cause`, because the
 * messages of `JSON.parse` do quote it.
 *
 * @throws {SyntaxError} when the text is not JSON, is nested more than 500 levels deep, or has a
 *   tag that is unknown or does not fit its payload.
 */
export function decode(text: string): unknown {
  const tagged = text.startsWith(TAGGED)
  if (isNestedDeeper(text, tagged ? MAX_TAGGED_BRACKETS : MAX_DEPTH)) throw tooDeep()
  const parsed = parse(text)
  if (!tagged) return parsed
  const { $tagged, ...others } = parsed as Record<string, unknown>
  if (Object.keys(others).length > 0) throw malformed('$tagged')
  return revive($tagged, { shared: [], naming: false }, 0)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new SyntaxError('session data are not valid JSON')
  }
}

function revive(node: unknown, reading: Reading, depth: number): unknown {
  if (typeof node !== 'object' || node === null) return node
  if (Array.isArray(node)) return reviveArray(node, reading, depth)
  const keys = Object.keys(node)
  const [key] = keys
  if (keys.length !== 1 || !key?.startsWith('$')) return revivePlain(node, reading, depth)
  const reviver = REVIVERS.get(key)
  if (reviver === undefined) throw new SyntaxError('session data have an unknown tag')
  return reviver((node as Record<string, unknown>)[key], reading, depth)
}

function reviveArray(items: unknown[], reading: Reading, depth: number): unknown[] {
  begin(items, reading, depth)
  for (let at = 0; at < items.length; at++) items[at] = revive(items[at], reading, depth + 1)
  return items
}

/** Assigns only to keys `JSON.parse` made, so that `__proto__` stays a property like any other. */
function revivePlain(payload: unknown, reading: Reading, depth: number): unknown {
  if (!isPlain(payload)) throw malformed('$plain')
  begin(payload, reading, depth)
  for (const key of Object.keys(payload)) payload[key] = revive(payload[key], reading, depth + 1)
  return payload
}

function reviveMap(payload: unknown, reading: Reading, depth: number): unknown {
  if (!Array.isArray(payload)) throw malformed('$Map')
  const map = begin(new Map<unknown, unknown>(), reading, depth)
  for (const entry of payload) {
    if (!isPair(entry)) throw malformed('$Map')
    map.set(revive(entry[0], reading, depth + 1), revive(entry[1], reading, depth + 1))
  }
  if (map.size !== payload.length) throw malformed('$Map')
  return map
}

function reviveSet(payload: unknown, reading: Reading, depth: number): unknown {
  if (!Array.isArray(payload)) throw malformed('$Set')
  const set = begin(new Set<unknown>(), reading, depth)
  for (const item of payload) set.add(revive(item, reading, depth + 1))
  if (set.size !== payload.length) throw malformed('$Set')
  return set
}

function reviveShared(payload: unknown, reading: Reading, depth: number): unknown {
  if (reading.naming || !isPair(payload) || payload[0] !== reading.shared.length) {
    throw malformed('$shared')
  }
  reading.naming = true
  const value = revive(payload[1], reading, depth)
  if (reading.naming) throw malformed('$shared')
  return value
}

function reviveRef(payload: unknown, reading: Reading): unknown {
  const value = typeof payload === 'number' ? reading.shared[payload] : undefined
  if (value === undefined) throw malformed('$ref')
  return value
}

function reviveLiteral(payload: unknown): unknown {
  if (!LITERALS.has(payload)) throw malformed('$literal')
  return LITERALS.get(payload)
}

function reviveBigint(payload: unknown): unknown {
  if (typeof payload !== 'string' || payload.length > MAX_BIGINT_LENGTH) throw malformed('$bigint')
  if (!/^(?:0|-?[1-9][0-9]*)$/.test(payload)) throw malformed('$bigint')
  const value = BigInt(payload)
  if (BigInt.asIntN(MAX_BIGINT_BITS, value) !== value) throw malformed('$bigint')
  return value
}

function reviveDate(payload: unknown, reading: Reading): unknown {
  if (payload === null) return name(new Date(NaN), reading)
  if (typeof payload !== 'string') throw malformed('$Date')
  const date = new Date(payload)
  if (Number.isNaN(date.getTime()) || date.toISOString() !== payload) throw malformed('$Date')
  return name(date, reading)
}

/** `href` is always ASCII; other hosts would have to be converted, which is the slow part. */
function reviveUrl(payload: unknown, reading: Reading): unknown {
  if (typeof payload !== 'string' || payload.length > MAX_URL_LENGTH) throw malformed('$URL')
  if (!/^[ -~]*$/.test(payload) || !URL.canParse(payload)) throw malformed('$URL')
  return name(new URL(payload), reading)
}

/** `Buffer` skips what is not base64, so the bytes are encoded again and compared. */
function reviveBytes(payload: unknown, reading: Reading): unknown {
  if (typeof payload !== 'string') throw malformed('$Uint8Array')
  const bytes = Buffer.from(payload, 'base64')
  if (bytes.toString('base64') !== payload) throw malformed('$Uint8Array')
  return name(new Uint8Array(bytes), reading)
}

/** A container exists, still empty, before what is in it: that is how a circle closes. */
function begin<T extends object>(container: T, reading: Reading, depth: number): T {
  if (depth >= MAX_DEPTH) throw tooDeep()
  return name(container, reading)
}

function name<T extends object>(value: T, reading: Reading): T {
  if (reading.naming) reading.shared.push(value)
  reading.naming = false
  return value
}

function isPlain(node: unknown): node is Record<string, unknown> {
  return typeof node === 'object' && node !== null && !Array.isArray(node)
}

function isPair(node: unknown): node is readonly [unknown, unknown] {
  return Array.isArray(node) && node.length === 2
}

function tooDeep(): SyntaxError {
  return new SyntaxError(`session data are nested more than ${MAX_DEPTH} levels deep`)
}

function malformed(tag: string): SyntaxError {
  return new SyntaxError(`session data have a malformed ${tag}`)
}
