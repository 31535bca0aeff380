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
