/** Data that JSON can say, and that hold no object twice. */
export type Plain = Record<string, unknown>

/** To spread an object is quicker than to fill one. */
export function copyOf(object: Plain): Plain {
  const copy = { ...object }
  for (const key in copy) {
    const value = copy[key]
    if (typeof value === 'object' && value !== null) copy[key] = copyOfNested(value)
  }
  return copy
}

function copyOfNested(value: object): object {
  if (!Array.isArray(value)) return copyOf(value as Plain)
  const copy = [...(value as unknown[])]
  for (let at = 0; at < copy.length; at++) {
    const item = copy[at]
    if (typeof item === 'object' && item !== null) copy[at] = copyOfNested(item)
  }
  return copy
}

/** All that plain data hold, in order. */
export type Outline = readonly unknown[]

const OBJECT = Symbol('object')
const ARRAY = Symbol('array')
/** Closes an object, so that a key which moves into the object before it does not go unnoticed. */
const END = Symbol('end')

/** To see later whether data have changed, at a fraction of what their text costs. */
export function outlineOf(data: Plain): Outline {
  const outline: unknown[] = []
  addProperties(data, outline)
  return outline
}

function addProperties(object: Plain, outline: unknown[]): void {
  for (const key in object) {
    outline.push(key)
    add(object[key], outline)
  }
  outline.push(END)
}

function add(value: unknown, outline: unknown[]): void {
  if (typeof value !== 'object' || value === null) {
    outline.push(value)
  } else if (Array.isArray(value)) {
    outline.push(ARRAY, value.length)
    for (const item of value as unknown[]) add(item, outline)
  } else {
    outline.push(OBJECT)
    addProperties(value as Plain, outline)
  }
}

/**
 * Whether data are what their outline says. `false` does not say that they have changed: the order of
 * keys may be another, and what is not plain may be the same as text. That only their text tells.
 */
export function isAsOutlined(data: object, outline: Outline): boolean {
  return followProperties(data as Plain, outline, 0) === outline.length
}

/** Not a place in any outline, and neither is what comes after it. */
const NOWHERE = Number.NaN

/** Where the outline goes on behind an object; nowhere when that has parted from it. */
function followProperties(object: Plain, outline: Outline, from: number): number {
  let at = from
  for (const key in object) {
    if (outline[at] !== key) return NOWHERE
    at = follow(object[key], outline, at + 1)
  }
  return outline[at] === END ? at + 1 : NOWHERE
}

function follow(value: unknown, outline: Outline, at: number): number {
  if (typeof value !== 'object' || value === null) {
    return Object.is(value, outline[at]) ? at + 1 : NOWHERE
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (Array.isArray(value)) {
    const isLike = outline[at] === ARRAY && prototype === Array.prototype
    return isLike ? followItems(value, outline, at + 1) : NOWHERE
  }
  const isLike = outline[at] === OBJECT && prototype === Object.prototype
  return isLike ? followProperties(value as Plain, outline, at + 1) : NOWHERE
}

function followItems(items: readonly unknown[], outline: Outline, from: number): number {
  if (outline[from] !== items.length) return NOWHERE
  let at = from + 1
  for (const item of items) at = follow(item, outline, at)
  return at
}
