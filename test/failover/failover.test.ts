import { expect, test } from 'vitest'
import { failOverUnderLoad } from './campaign.ts'

test.each([
  ['ioredis', 1],
  ['node-redis', 0],
] as const)(
  'a primary fails under load, %s',
  async (client, replicas) => {
    const size = { failovers: 1, requestsPerSecond: 60, people: 30, seed: 1 }
    const seen = await failOverUnderLoad({ ...size, client, replicas })
    expect(seen).toMatchObject({
      mixedUp: 0,
      corrupted: 0,
      wrongAnswers: 0,
      rejections: 0,
      lateErrors: 0,
    })
    expect(seen.writes).toBeGreaterThan(30)
    if (replicas > 0) expect(seen.signOutsUndone).toBe(0)
  },
  120_000,
)
