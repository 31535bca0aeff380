import { expect, test } from 'vitest'
import { allMutants } from '../../scripts/security/mutant.ts'

/** PROTOCOL.md has so many. */
const RULES = 25

test('each rule of the protocol is taken out of the code by some mutant', async () => {
  const taken = (await allMutants()).map(({ when }) => /^rule (\d+): /.exec(when)?.[1])
  const rules = Array.from({ length: RULES }, (_, at) => String(at + 1))
  expect(rules.filter((rule) => !taken.includes(rule))).toEqual([])
})
