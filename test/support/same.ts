/** Like `toStrictEqual`, and stricter: also the order, the repetitions and the circles. */
export function isSame(left: unknown, right: unknown): boolean {
  return areSame(left, right, new Map(), new Map())
}

type Partners = Map<object, object>

function areSame(left: unknown, right: unknown, rights: Partners, lefts: Partners): boolean {
  if (!isObject(left) || !isObject(right)) return Object.is(left, right)
  if (rights.has(left) || lefts.has(right)) {
    return rights.get(left) === right && lefts.get(right) === left
  }
  rights.set(left, right)
  lefts.set(right, left)
  if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return false
  const [parts, others] = [partsOf(left), partsOf(right)]
  if (parts.length !== others.length) return false
  return parts.every((part, index) => areSame(part, others[index], rights, lefts))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Everything in a value, in order: keys and values of an object, entries of a Map. */
export function partsOf(value: object): unknown[] {
  if (value instanceof Date) return [value.getTime()]
  if (value instanceof URL) return [value.href]
  if (value instanceof Map) return [...value].flat(1)
  if (value instanceof Set) return [...value]
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('hex')]
  const properties = Object.getOwnPropertyDescriptors(value)
  return Object.keys(properties).flatMap((key) => [key, properties[key]?.value as unknown])
}
