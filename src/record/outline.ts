import type { Plain } from './plain.ts'

/** All that plain data hold, in order, by property. */
export interface Outline {
  readonly keys: readonly string[]
  readonly values: readonly Sketch[]
}

/** A number, text, truth value or null itself; of an object or array all that it holds, in a list. */
export type Sketch = unknown

/** A property with another value. */
export interface Edit {
  readonly key: string
  /** The how manieth it is. */
  readonly nth: number
}

const OBJECT = Symbol('object')
const ARRAY = Symbol('array')
/** Closes an object, so that a key which moves into the object before it does not go unnoticed. */
const END = Symbol('end')

/** To see later whether data have changed, at a fraction of what their text costs. */
export function outlineOf(data: Plain): Outline {
  const keys: string[] = []
  const values: Sketch[] = []
  for (const key in data) {
    keys.push(key)
    values.push(sketchOf(data[key]))
  }
  return { keys, values }
}

export function sketchOf(value: unknown): Sketch {
  if (typeof value !== 'object' || value === null) return value
  const list: unknown[] = []
  add(value, list)
  return list
}

function add(value: unknown, list: unknown[]): void {
  if (typeof value !== 'object' || value === null) {
    list.push(value)
  } else if (Array.isArray(value)) {
    list.push(ARRAY, value.length)
    for (const item of value as unknown[]) add(item, list)
  } else {
    list.push(OBJECT)
    for (const key in value) {
      list.push(key)
      add((value as Plain)[key], list)
    }
    list.push(END)
  }
}

const NONE: readonly Edit[] = []

/**
 * What has become of data since they were outlined: the properties that seem to have another value.
 * `undefined` where they are not the same properties in the same order. Whether it is another value
 * only its text tells: the order of nested keys may be another, and what is not plain may be the same
 * as text.
 */
export function editsSince({ keys, values }: Outline, data: object): readonly Edit[] | undefined {
  let edits: Edit[] | undefined
  let nth = 0
  for (const key in data) {
    if (keys[nth] !== key) return undefined
    if (!isAsSketched((data as Plain)[key], values[nth])) {
      edits ??= []
      edits.push({ key, nth })
    }
    nth++
  }
  return nth === keys.length ? (edits ?? NONE) : undefined
}

function isAsSketched(value: unknown, sketch: Sketch): boolean {
  if (!Array.isArray(sketch)) return Object.is(value, sketch)
  return follow(value, sketch, 0) === sketch.length
}

/** Not a place in any list, and neither is what comes after it. */
const NOWHERE = Number.NaN

/** Where the list goes on behind a value; nowhere when that has parted from it. */
function follow(value: unknown, list: readonly unknown[], at: number): number {
  if (typeof value !== 'object' || value === null) {
    return Object.is(value, list[at]) ? at + 1 : NOWHERE
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (Array.isArray(value)) {
    const isLike = list[at] === ARRAY && prototype === Array.prototype
    return isLike ? followItems(value, list, at + 1) : NOWHERE
  }
  const isLike = list[at] === OBJECT && prototype === Object.prototype
  return isLike ? followProperties(value as Plain, list, at + 1) : NOWHERE
}

function followProperties(object: Plain, list: readonly unknown[], from: number): number {
  let at = from
  for (const key in object) {
    if (list[at] !== key) return NOWHERE
    at = follow(object[key], list, at + 1)
  }
  return list[at] === END ? at + 1 : NOWHERE
}

function followItems(items: readonly unknown[], list: readonly unknown[], from: number): number {
  if (list[from] !== items.length) return NOWHERE
  let at = from + 1
  for (const item of items) at = follow(item, list, at)
  return at
}
