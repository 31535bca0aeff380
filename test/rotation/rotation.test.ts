import { describe, expect, test } from 'vitest'
import { createSessions } from '../../src/sessions.ts'
import { signedIn } from '../../src/testing/signed-in.ts'
import { type Data, SECRET } from '../support/app.ts'
import { describeOnBothStores, useRedis } from '../support/both-stores.ts'
import { interleave, seedsFrom } from './interleave.ts'
import { rotateUnderLoad } from './load.ts'

/* Short forms of `npm run rotation`, whose figures are in docs/security/rotation.md. */

test('renewals refuse nobody and lose nothing, with one response in ten lost', async () => {
  const figures = await rotateUnderLoad({ browsers: 30, rounds: 5, seed: 1 })
  expect(figures).toMatchObject({ refused: 0, loggedOut: 0, writesLost: 0, extraRecords: 0 })
  expect(figures.lost).toBeGreaterThan(30)
  expect(figures.renewals).toBeGreaterThan(30)
  expect(figures.overtaken).toBeGreaterThan(10)
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

describeOnBothStores('THREATS 17: many sign-ins at once with one cookie', (makeStore) => {
  test('one wins, all others are told, and the cookie is dead (ASVS 7.2.4)', async () => {
    const store = makeStore()
    const sessions = createSessions<Data>({ secret: SECRET, store, storeTimeoutMs: 30_000 })
    const cookie = await signedIn(sessions, { cart: 1 })
    const opened = await Promise.all(Array.from({ length: 1000 }, () => sessions.open(cookie)))
    const ends = await Promise.all(
      opened.map(async (session, at) => {
        const told = await session.signIn(`user${at}`).catch((error: unknown) => error)
        const { setCookie } = await sessions.commit(session)
        return { told, setCookie }
      }),
    )
    const winners = ends.filter(({ told }) => told === undefined)
    expect(winners).toHaveLength(1)
    expect(ends.filter(({ setCookie }) => setCookie !== undefined)).toEqual(winners)
    const losers = ends.filter(({ told }) => told !== undefined)
    for (const { told } of losers) expect(told).toMatchObject({ code: 'gone' })
    expect((await sessions.open(cookie)).isNew).toBe(true)
    expect(await store.records()).toHaveLength(1)
  }, 60_000)
})
