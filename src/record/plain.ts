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

/**
 * Whether data are what they were when this copy of them was made, to find which costs a fraction of
 * their text. The order of keys does not count. `false` says little: what is not plain any more
 * may still be the same as text.
 */
export function isLike(data: object, copy: Plain): boolean {
  const object = data as Plain
  let left = 0
  for (const key in object) {
    if (!isSame(object[key], copy[key])) return false
    left--
  }
  for (const _ in copy) left++
  return left === 0
}

/** What the copy does not have itself it may inherit: functions, and by `__proto__` the prototype. */
function isSame(value: unknown, copied: unknown): boolean {
  switch (typeof copied) {
    case 'undefined':
    case 'function':
      return false
    case 'object':
      if (copied !== null) return isSameObject(value, copied)
  }
  return Object.is(value, copied)
}

function isSameObject(value: unknown, copied: object): boolean {
  if (typeof value !== 'object' || value === null || copied === Object.prototype) return false
  if (Object.getPrototypeOf(value) !== Object.getPrototypeOf(copied)) return false
  return Array.isArray(copied)
    ? Array.isArray(value) && areSame(value, copied)
    : isLike(value, copied as Plain)
}

function areSame(items: readonly unknown[], copied: readonly unknown[]): boolean {
  if (items.length !== copied.length) return false
  for (let at = 0; at < copied.length; at++) if (!isSame(items[at], copied[at])) return false
  return true
}
