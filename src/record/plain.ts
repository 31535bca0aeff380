import { Met } from './met.ts'

/** Data that JSON can say, and that hold no object twice. */
export type Plain = Record<string, unknown>

/*
 * To spread an object is quicker than to fill one, as long as V8 meets few shapes at the place. So
 * data, what lies in a list, and what lies elsewhere are each spread at a place of their own.
 */

export function copyOf(data: Plain): Plain {
  return ownAll({ ...data })
}

function copyOfProperty(value: Plain): Plain {
  return ownAll({ ...value })
}

function copyOfItem(value: Plain): Plain {
  return ownAll({ ...value })
}

/** Takes copies in place of all that a copy shares with the original. */
function ownAll(copy: Plain): Plain {
  for (const key in copy) {
    const value = copy[key]
    if (typeof value !== 'object' || value === null) continue
    copy[key] = Array.isArray(value) ? copyOfList(value) : copyOfProperty(value as Plain)
  }
  return copy
}

function copyOfList(list: unknown[]): unknown[] {
  const copy = [...list]
  for (let at = 0; at < copy.length; at++) {
    const item = copy[at]
    if (typeof item !== 'object' || item === null) continue
    copy[at] = Array.isArray(item) ? copyOfList(item) : copyOfItem(item as Plain)
  }
  return copy
}

/** Whether what would be plain otherwise holds an object more than once. */
export function holdsTwice(data: Plain): boolean {
  return meetsTwice(data, new Met())
}

function meetsTwice(value: object, met: Met): boolean {
  if (Array.isArray(value)) return value.some((item) => isTwice(item, met))
  for (const key in value) if (isTwice((value as Plain)[key], met)) return true
  return false
}

function isTwice(value: unknown, met: Met): boolean {
  return typeof value === 'object' && value !== null && (met.again(value) || meetsTwice(value, met))
}
