import { expect } from 'vitest'
import { DataError } from '../../src/errors.ts'
import { decode, encode } from '../../src/record/serialize.ts'

/** Like `toStrictEqual`, and stricter: also the order, the repetitions and the circles. */
export function expectSame(actual: unknown, expected: unknown): void {
  if (isSame(actual, expected, new Map(), new Map())) return
  expect(actual).toStrictEqual(expected)
  throw new Error('equal, but other in order, repetitions or circles')
}

export function expectKept(value: unknown): void {
  expectSame(decode(encode(value)), value)
}

type Partners = Map<object, object>

function isSame(left: unknown, right: unknown, rights: Partners, lefts: Partners): boolean {
  if (!isObject(left) || !isObject(right)) return Object.is(left, right)
  if (rights.has(left) || lefts.has(right)) {
    return rights.get(left) === right && lefts.get(right) === left
  }
  rights.set(left, right)
  lefts.set(right, left)
  if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return false
  const [parts, others] = [partsOf(left), partsOf(right)]
  if (parts.length !== others.length) return false
  return parts.every((part, index) => isSame(part, others[index], rights, lefts))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function partsOf(value: object): unknown[] {
  if (value instanceof Date) return [value.getTime()]
  if (value instanceof URL) return [value.href]
  if (value instanceof Map) return [...value].flat(1)
  if (value instanceof Set) return [...value]
  const properties = Object.getOwnPropertyDescriptors(value)
  return Object.keys(properties).flatMap((key) => [key, properties[key]?.value as unknown])
}

/** A property no literal can make: `{ __proto__: … }` sets the prototype. */
export function withProto(value: unknown): object {
  return Object.fromEntries([
    ['before', 1],
    ['__proto__', value],
  ])
}

export function nest(
  levels: number,
  wrap: (inner: unknown) => unknown,
  innermost: unknown = 'innermost',
): unknown {
  let value = innermost
  for (let level = 0; level < levels; level++) value = wrap(value)
  return value
}

export function refusalOf(value: unknown): DataError {
  try {
    encode(value)
  } catch (error) {
    if (error instanceof DataError) return error
    throw error
  }
  throw new Error('nothing was refused')
}
