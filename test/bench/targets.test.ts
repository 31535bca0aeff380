import { expect, it } from 'vitest'
import type { Slice } from '../../bench/http/measure.ts'
import { type Keeper, SAFE, type Subject } from '../../bench/http/subjects.ts'
import { targetsOf } from '../../bench/http/targets.ts'

const READ = { name: 'read', size: 1.2 } as const
const TARGET = 'read: Hono, CPU to limit'

/** By the CPU of the rounds, as parts of what the limit took. */
function measuredOf(keeper: Keeper, ratios: readonly number[]) {
  const subject: Subject = { framework: 'Hono', keeper }
  const same = { requestsPerSecond: 1, p50Ms: 1, p99Ms: 1, executed: 1 }
  const series = ratios.map((ratio): Slice => ({ ...same, cpuUs: 100 * ratio }))
  return [subject, new Map([[READ, series]])] as const
}

function saidOf(ratios: readonly number[], safe?: number): readonly string[] | undefined {
  const limits = ratios.map(() => 1)
  const keepers = [measuredOf('limit', limits), measuredOf('Sojourn', ratios)]
  if (safe !== undefined) keepers.push(measuredOf(SAFE, [safe]))
  const measured = new Map(keepers)
  const { rows } = targetsOf({ measured, trials: [READ], uses: [] })
  return rows.find(([name]) => name === TARGET)?.slice(1)
}

it.each([
  [[0.9, 1, 1.1], '1.00 (0.90–1.10)', 'reached'],
  [[0.9, 1, 1.2], '1.00 (0.90–1.20)', 'reached, within noise'],
  [[1.1, 1.1, 1.2], '1.10 (1.10–1.20)', 'reached, within noise'],
  [[0.9, 1.2, 1.3], '1.20 (0.90–1.30)', 'not reached'],
  [[Number.NaN], 'NaN (NaN–NaN)', 'not reached'],
])('of rounds %j a target of 1.1 is said: %s, %s', (ratios, is, verdict) => {
  expect(saidOf(ratios)).toEqual(['1.1', is, verdict, '–'])
})

it('what the promises take by hand is said beside it', () => {
  expect(saidOf([1.3], 1.25)?.at(-1)).toBe('1.25')
})
