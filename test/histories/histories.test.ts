import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedsFrom } from '../rotation/interleave.ts'
import { BROKEN } from './broken.ts'
import { playAll, someCut } from './campaign.ts'
import { type Crew, startCrew } from './crew.ts'

/* The short form of `npm run histories`, whose figures are in docs/reliability/histories.md. */

let crew: Crew
beforeAll(async () => {
  crew = await startCrew(1)
}, 60_000)
afterAll(() => crew.end())

test('of many requests at once, every answer makes sense in one order, with connections cut too', async () => {
  const figures = await playAll(crew, seedsFrom(0, 1000), someCut(5), { atOnce: 24, upTo: 1 })
  expect(figures.firstWrong).toBeUndefined()
  expect(figures.histories).toBe(1000)
  expect(figures.operations).toBeGreaterThan(20_000)
  expect(figures.unknown).toBeGreaterThan(100)
}, 240_000)

describe('a store with a mistake is caught in more than half of its histories', () => {
  test.each(Object.keys(BROKEN))(
    '%s',
    async (broken) => {
      const seeds = seedsFrom(10_000, 150)
      const { wrong } = await playAll(crew, seeds, () => ({ faulty: false, broken }))
      expect(wrong).toBeGreaterThan(75)
    },
    120_000,
  )
})
