import { expect, test } from 'vitest'
import { changeUnderLoad } from './campaign.ts'

test.each([
  ['sentinels', 'ioredis', 2],
  ['cluster', 'node-redis', 0],
  ['slots', 'ioredis', 0],
] as const)(
  'people are served right while Redis changes: %s, %s',
  async (what, client, replicas) => {
    const size = { times: 1, requestsPerSecond: 60, people: 30, seed: 1 }
    const seen = await changeUnderLoad({ ...size, what, client, replicas })
    expect(seen).toMatchObject({
      mixedUp: 0,
      corrupted: 0,
      wrongAnswers: 0,
      rejections: 0,
      lateErrors: 0,
    })
    expect(seen.writes).toBeGreaterThan(30)
    if (what === 'slots') expect(seen).toMatchObject({ writesLost: 0, sessionsLost: 0 })
    if (what === 'slots' || replicas > 0) expect(seen.signOutsUndone).toBe(0)
  },
  240_000,
)
