import { types } from 'node:util'
import { Met } from './met.ts'
import { MAX_DEPTH, MAX_SPARSE_LENGTH } from './serialize-format.ts'

/** What one walk over the data finds out. */
export interface Survey {
  /** `JSON.stringify` says it all. */
  plain: boolean
  /** The objects met more than once. */
  shared: Set<object> | undefined
  readonly met: Met
}

export type Kind = 'object' | 'array' | 'map' | 'set' | 'date' | 'url' | 'bytes' | 'other'

/** Precedes every encoding. A property's descriptor is not asked for: that would double its cost. */
export function surveyOf(value: unknown): Survey {
  const survey: Survey = { plain: true, shared: undefined, met: new Met() }
  visit(value, survey, 0)
  return survey
}

function visit(value: unknown, survey: Survey, depth: number): void {
  if (typeof value === 'object' && value !== null) visitObject(value, survey, depth)
  else if (!isPlainScalar(value)) survey.plain = false
}

function visitObject(value: object, survey: Survey, depth: number): void {
  if (survey.met.again(value)) {
    survey.plain = false
    survey.shared ??= new Set()
    survey.shared.add(value)
    return
  }
  if (depth >= MAX_DEPTH) {
    survey.plain = false
    return
  }
  if (hasToJSON(value)) survey.plain = false
  switch (kindOf(value)) {
    case 'object':
      return visitProperties(value, survey, depth + 1)
    case 'array':
      return visitItems(value as unknown[], survey, depth + 1)
    case 'map':
      visitMap(value as Map<unknown, unknown>, survey, depth + 1)
      break
    case 'set':
      for (const item of value as Set<unknown>) visit(item, survey, depth + 1)
  }
  survey.plain = false
}

/** `for in` is the fastest walk. It may find too much, which at worst costs the fast path. */
function visitProperties(value: object, survey: Survey, depth: number): void {
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key]
    if (typeof item !== 'string') visit(item, survey, depth)
  }
}

function visitItems(items: readonly unknown[], survey: Survey, depth: number): void {
  for (let at = 0; at < items.length; at++) {
    const item = items[at]
    if (item === undefined && isTooSparse(items, at)) {
      survey.plain = false
      return
    }
    visit(item, survey, depth)
  }
}

function visitMap(map: ReadonlyMap<unknown, unknown>, survey: Survey, depth: number): void {
  for (const [key, value] of map) {
    visit(key, survey, depth)
    visit(value, survey, depth)
  }
}

/** What a value is. Knows things from other realms, as tests run by Jest have them. */
export function kindOf(value: object): Kind {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return 'object'
  if (prototype === Array.prototype && Array.isArray(value)) return 'array'
  return rareKindOf(value)
}

function rareKindOf(value: object): Kind {
  const ancestors = ancestorsOf(value)
  if (types.isUint8Array(value)) {
    return ancestors === 3 || (ancestors === 4 && Buffer.isBuffer(value)) ? 'bytes' : 'other'
  }
  if (ancestors === 1)
    return Object.hasOwn(Object.getPrototypeOf(value), 'isPrototypeOf') ? 'object' : 'other'
  if (ancestors > 2) return 'other'
  if (Array.isArray(value)) return 'array'
  if (types.isMap(value)) return 'map'
  if (types.isSet(value)) return 'set'
  if (types.isDate(value)) return 'date'
  return value instanceof URL ? 'url' : 'other'
}

/** Tells a built-in from a class that extends it, whose instances have one prototype more. */
function ancestorsOf(value: object): number {
  let count = 0
  let ancestor: unknown = Object.getPrototypeOf(value)
  while (ancestor !== null) {
    count++
    ancestor = Object.getPrototypeOf(ancestor)
  }
  return count
}

/** Whether JSON can say it, and it holds nothing else. */
export function isPlainScalar(value: unknown): boolean {
  return (
    typeof value === 'string' || typeof value === 'boolean' || value === null || isJsonNumber(value)
  )
}

export function isJsonNumber(value: unknown): boolean {
  return Number.isFinite(value) && !Object.is(value, -0)
}

export function hasToJSON(value: object): boolean {
  return typeof (value as { toJSON?: unknown }).toJSON === 'function'
}

export function isTooSparse(items: readonly unknown[], at: number): boolean {
  return items.length > MAX_SPARSE_LENGTH && !(at in items)
}
