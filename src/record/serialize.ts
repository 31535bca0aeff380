import { DataError } from '../errors.ts'
import { MAX_BIGINT_BITS, MAX_DEPTH, MAX_URL_LENGTH, TAGGED } from './serialize-format.ts'
import { type Step, pathOf } from './serialize-path.ts'
import {
  type Survey,
  hasToJSON,
  isJsonNumber,
  isTooSparse,
  kindOf,
  surveyOf,
} from './serialize-survey.ts'

export { decode } from './serialize-decode.ts'

interface Writing {
  readonly shared: ReadonlySet<object>
  /** The numbers of the shared objects written so far. */
  readonly numbers: Map<object, number>
  /** From the root to the value at hand. */
  readonly path: Step[]
}

/**
 * Writes session data as JSON text. Plain data give exactly `JSON.stringify(value)`; others give
 * `{"$tagged":…}` in which tags such as `{"$Date":"2026-11-23T08:00:00.000Z"}` stand for what JSON
 * cannot say. `decode` gives back an equal value, repeated and circular references included.
 *
 * What comes back different: a hole in an array is `undefined`, a Buffer a Uint8Array, an object
 * without prototype a plain object, a getter the value it had. As with JSON, symbol keys,
 * non-enumerable properties, and properties put on an array, Date, Map, Set, URL or Uint8Array
 * are left out.
 *
 * @throws {DataError} `not_serializable`, naming path and type, for a function, symbol, class
 *   instance or object with a `toJSON` method; a nesting of more than 500 levels; a bigint of more
 *   than 32,768 bits; a URL of more than 8,192 characters; an array with holes and more than
 *   10,000 items.
 */
export function encode(value: unknown): string {
  const survey = surveyOf(value)
  if (saysAll(survey, value)) return JSON.stringify(value)
  const tagged = tag(value, { shared: survey.shared ?? new Set(), numbers: new Map(), path: [] })
  return `${TAGGED}${JSON.stringify(tagged)}}`
}

/** Whether `JSON.stringify` is what {@link encode} gives. */
export function isPlain(value: unknown): boolean {
  return saysAll(surveyOf(value), value)
}

function saysAll(survey: Survey, value: unknown): boolean {
  return survey.plain && !looksTagged(value)
}

/**
 * As {@link encode}, to compare two values by their texts; `undefined` when the value cannot be
 * encoded. The order of properties, entries and items counts as part of the value.
 */
export function encodeComparable(value: unknown): string | undefined {
  try {
    return encode(value)
  } catch (error) {
    if (error instanceof DataError) return undefined
    throw error
  }
}

/** Whether a text holds tags, and so says more than its JSON. */
export function isTagged(text: string): boolean {
  return text.startsWith(TAGGED)
}

/** Asks the value: the first look at a text that `JSON.stringify` just made has to flatten it. */
function looksTagged(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '$tagged' in value
}

/** The copy, with tags, that `JSON.stringify` is given. */
function tag(value: unknown, writing: Writing): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'undefined':
    case 'number':
      if (isJsonNumber(value)) return value
      return { $literal: Object.is(value, -0) ? '-0' : String(value) }
    case 'bigint':
      return tagBigint(value, writing)
    case 'object':
      return value === null ? null : tagObject(value, writing)
    default:
      throw refusal(`a ${typeof value}`, writing)
  }
}

function tagAt(step: Step, value: unknown, writing: Writing): unknown {
  writing.path.push(step)
  const tagged = tag(value, writing)
  writing.path.pop()
  return tagged
}

function tagObject(value: object, writing: Writing): unknown {
  const { shared, numbers } = writing
  if (!shared.has(value)) return tagByKind(value, writing)
  const known = numbers.get(value)
  if (known !== undefined) return { $ref: known }
  const number = numbers.size
  numbers.set(value, number)
  return { $shared: [number, tagByKind(value, writing)] }
}

function tagByKind(value: object, writing: Writing): unknown {
  switch (kindOf(value)) {
    case 'object':
      return tagProperties(value, writing)
    case 'array':
      return tagItems(value as unknown[], writing)
    case 'map':
      return tagMap(value as Map<unknown, unknown>, writing)
    case 'set':
      return tagSet(value as Set<unknown>, writing)
    case 'date':
      return tagDate(value as Date)
    case 'url':
      return tagUrl(value as URL, writing)
    case 'bytes':
      return tagBytes(value as Uint8Array)
    default:
      throw refusal(nameOf(value), writing)
  }
}

/** Spread makes `__proto__` an own property of the copy; from then on it is assigned like any. */
function tagProperties(source: object, writing: Writing): unknown {
  checkDepth(writing)
  if (hasToJSON(source)) throw refusal('an object with a toJSON method', writing)
  const copy: Record<string, unknown> = { ...source }
  const keys = Object.keys(copy)
  for (const key of keys) copy[key] = tagAt(key, copy[key], writing)
  return keys.length === 1 && keys[0]?.startsWith('$') ? { $plain: copy } : copy
}

function tagItems(source: readonly unknown[], writing: Writing): unknown {
  checkDepth(writing)
  if (hasToJSON(source)) throw refusal('an object with a toJSON method', writing)
  const items: unknown[] = []
  for (let at = 0; at < source.length; at++) {
    if (isTooSparse(source, at)) throw refusal('a long array with holes', writing)
    items.push(tagAt(at, source[at], writing))
  }
  return items
}

function tagMap(map: ReadonlyMap<unknown, unknown>, writing: Writing): unknown {
  checkDepth(writing)
  const entries: unknown[] = []
  for (const [key, value] of map) {
    const at = entries.length
    const step: Step = typeof key === 'string' ? ['get', key] : ['values', at]
    entries.push([tagAt(['keys', at], key, writing), tagAt(step, value, writing)])
  }
  return { $Map: entries }
}

function tagSet(set: ReadonlySet<unknown>, writing: Writing): unknown {
  checkDepth(writing)
  const items: unknown[] = []
  for (const item of set) items.push(tagAt(['values', items.length], item, writing))
  return { $Set: items }
}

function tagDate(date: Date): unknown {
  return { $Date: Number.isNaN(date.getTime()) ? null : date.toISOString() }
}

function tagUrl(url: URL, writing: Writing): unknown {
  if (url.href.length > MAX_URL_LENGTH) {
    throw refusal(`a URL of more than ${MAX_URL_LENGTH} characters`, writing)
  }
  return { $URL: url.href }
}

function tagBytes(bytes: Uint8Array): unknown {
  const { buffer, byteOffset, byteLength } = bytes
  return { $Uint8Array: Buffer.from(buffer, byteOffset, byteLength).toString('base64') }
}

function tagBigint(value: bigint, writing: Writing): unknown {
  if (BigInt.asIntN(MAX_BIGINT_BITS, value) !== value) {
    throw refusal(`a bigint of more than ${MAX_BIGINT_BITS} bits`, writing)
  }
  return { $bigint: String(value) }
}

function checkDepth(writing: Writing): void {
  if (writing.path.length < MAX_DEPTH) return
  throw refusal(`data nested more than ${MAX_DEPTH} levels deep`, writing)
}

function refusal(what: string, writing: Writing): DataError {
  const path = pathOf(writing.path)
  const message = `${path || 'session data'}: ${what} cannot be stored`
  return new DataError('not_serializable', path, message)
}

/** Only a function can name the type: what else `constructor` holds may be data. */
function nameOf(value: object): string {
  const prototype = Object.getPrototypeOf(value) as object
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  const name = typeof constructor === 'function' ? constructor.name : ''
  return name === '' ? 'an object with a prototype' : `an instance of ${name}`
}
