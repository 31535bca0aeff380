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
