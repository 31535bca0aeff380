import { describe, expect, test } from 'vitest'
import { soak } from './campaign.ts'
import { isFlat, thirdsOf } from './flat.ts'
import { QUICK } from './quick.ts'

test('a process that people have used for a while keeps no more than before', async () => {
  const { rows, ...told } = await soak({ ...QUICK, seed: 1 })
  expect(rows.filter(({ flat }) => !flat)).toEqual([])
  expect(rows.map(({ what }) => what)).toContain('connections to Redis')
  expect(told).toMatchObject({ mixedUp: 0, wrongAnswers: 0, rejections: 0 })
  expect(told.watches).toBeGreaterThan(20)
  expect(told.endsTold).toBeGreaterThan(0)
  expect(told.kills).toBeGreaterThan(QUICK.beats)
}, 120_000)

describe('a row of measurements', () => {
  test('is flat whatever it does while it warms up, and at a single beat', () => {
    const thirds = thirdsOf([1, 5, 9, 10, 10, 17, 10, 10, 16])
    expect(thirds).toEqual({ first: 5, second: 10, last: 10 })
    expect(isFlat(thirds, 0)).toBe(true)
    expect(isFlat(thirdsOf([30, 20, 10]), 0)).toBe(true)
  })

  test('is not when it goes on growing', () => {
    expect(isFlat(thirdsOf([1, 2, 3, 4, 5, 6, 7, 8, 9]), 2)).toBe(false)
    expect(isFlat(thirdsOf([2, 2, 2, 2, 2, 2, 2, 3, 3]), 0)).toBe(false)
  })

  test('is not when it is empty', () => {
    expect(isFlat(thirdsOf([]), 1)).toBe(false)
  })
})
