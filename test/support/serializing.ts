import { expect } from 'vitest'
import { DataError } from '../../src/errors.ts'
import { decode, encode } from '../../src/record/serialize.ts'
import { isSame } from './same.ts'

/** {@link isSame}, with a difference to look at. */
export function expectSame(actual: unknown, expected: unknown): void {
  if (isSame(actual, expected)) return
  expect(actual).toStrictEqual(expected)
  throw new Error('equal, but other in order, repetitions or circles')
}

export function expectKept(value: unknown): void {
  expectSame(decode(encode(value)), value)
}

/** A property no literal can make: `{ __proto__: … }` sets the prototype. */
export function withProto(value: unknown): object {
  return Object.fromEntries([
    ['before', 1],
    ['__proto__', value],
  ])
}

export { nest } from './nest.ts'

export function refusalOf(value: unknown): DataError {
  try {
    encode(value)
  } catch (error) {
    if (error instanceof DataError) return error
    throw error
  }
  throw new Error('nothing was refused')
}
