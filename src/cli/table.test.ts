import { expect, it } from 'vitest'
import { table } from './table.ts'

it('makes columns as wide as they have to be', () => {
  expect(
    table([
      ['A', 'B'],
      ['long', '1'],
    ]),
  ).toBe('A     B\nlong  1\n')
})
