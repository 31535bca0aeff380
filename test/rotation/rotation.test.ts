import { describe, expect, test } from 'vitest'
import { useRedis } from '../support/both-stores.ts'
import { interleave, seedsFrom } from './interleave.ts'
import { rotateUnderLoad } from './load.ts'

/* Short forms of `npm run rotation`, whose figures are in docs/security/rotation.md. */

test('renewals refuse nobody and lose nothing, with one response in ten lost', async () => {
  const figures = await rotateUnderLoad({ browsers: 30, rounds: 5, seed: 1 })
  expect(figures).toMatchObject({ refused: 0, loggedOut: 0, writesLost: 0, extraRecords: 0 })
  expect(figures.lost).toBeGreaterThan(30)
  expect(figures.renewals).toBeGreaterThan(30)
  expect(figures.overtaken).toBeGreaterThan(0)
}, 60_000)

describe('THREATS 17: with a rotation or a sign-in the old cookie is dead at once (ASVS 7.2.4)', () => {
  const redis = useRedis()

  test('in random interleavings', async () => {
    const { rotations, refused, gone } = await interleave(seedsFrom(0, 400))
    expect(rotations).toBeGreaterThan(200)
    expect(refused).toBeGreaterThan(100)
    expect(gone).toBeGreaterThan(100)
  }, 60_000)

  test('on Redis too', async () => {
    const store = await redis.connectedStore()
    const emptied = async () => {
      await redis.server.cli('flushall')
      return store
    }
    const { rotations } = await interleave(seedsFrom(1_000_000, 60), emptied)
    expect(rotations).toBeGreaterThan(20)
  }, 60_000)
})
