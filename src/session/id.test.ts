import { expect, test } from 'vitest'
import { SessionError } from '../errors.ts'
import type { Policy } from '../options/resolve.ts'
import { newId } from './id.ts'

function idFrom(idGenerator?: () => unknown): string {
  return newId({ idGenerator } as Policy)
}

test('an id is 128 random bits, unless the application makes it', () => {
  expect(idFrom()).toMatch(/^[\w-]{22}$/)
  expect(idFrom()).not.toBe(idFrom())
  for (const id of ['a', 'A-z_0', 'x'.repeat(128)]) expect(idFrom(() => id)).toBe(id)
})

test.each([
  [''],
  ['x'.repeat(129)],
  ['a.b'],
  ['a b'],
  ['a\n'],
  ['ä'],
  [7],
  [undefined],
  [['array']],
  [Promise.resolve('late')],
])('and %j is none (ASVS 7.2.3)', (id) => {
  let error: unknown
  try {
    idFrom(() => id)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(SessionError)
  expect(error).toMatchObject({ code: 'id_generator', status: 500 })
  expect(String(error)).toMatch(/must give 1 to 128 characters of A-Z a-z 0-9 _ -/)
})

test('a generator that throws is the cause of the error', () => {
  const cause = new Error('no entropy')
  const fails = () => {
    throw cause
  }
  expect(() => idFrom(fails)).toThrow(
    expect.objectContaining({ code: 'id_generator', status: 500, cause }) as Error,
  )
})
