import { describe, expect, test } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import { type Limit, type World, world } from '../support/account-world.ts'
import { dyingStore } from '../support/dying-store.ts'

interface Scene {
  readonly limit?: Limit
  /** What was there before. */
  readonly begin: (world: World) => Promise<readonly string[]>
  /** What the process does that dies. */
  readonly act: (world: World, store: Store, cookies: readonly string[]) => Promise<unknown>
  /** How many operations that are, at least. */
  readonly steps: number
}

const REASON = { reason: 'the password was changed' }

async function open({ sessions }: World, store: Store, cookie?: string) {
  return sessions.open(cookie, { store })
}

const SCENES: Readonly<Record<string, Scene>> = {
  'signs a visitor in who has no session': {
    begin: async () => [],
    act: (world, store) => world.signIn(store),
    steps: 2,
  },
  'signs a visitor in who has one': {
    begin: async (world) => [await world.visitor()],
    act: (world, store, [cookie]) => world.signIn(store, cookie),
    steps: 3,
  },
  'signs somebody in again': {
    begin: async (world) => [await world.signedIn()],
    act: (world, store, [cookie]) => world.signIn(store, cookie),
    steps: 3,
  },
  'signs in where the list is full, and ends the oldest': {
    limit: { limit: 2 },
    begin: async (world) => [await world.signedIn(), await world.signedIn(), await world.visitor()],
    act: (world, store, cookies) => world.signIn(store, cookies[2]),
    steps: 8,
  },
  'signs in where the list is full, and is refused': {
    limit: { limit: 2, onLimit: 'refuse' },
    begin: async (world) => [await world.signedIn(), await world.signedIn()],
    act: (world, store) => world.signIn(store),
    steps: 3,
  },
  'signs in again where the list is full': {
    limit: { limit: 1 },
    begin: async (world) => [await world.signedIn()],
    act: (world, store, [cookie]) => world.signIn(store, cookie),
    steps: 3,
  },
  'ends one session': {
    begin: async (world) => [await world.signedIn(), await world.signedIn()],
    act: async (world, store, [cookie]) => {
      const { id } = await open(world, store, cookie)
      await world.sessions.of('ada', { request: { store } }).revoke(id, REASON)
    },
    steps: 4,
  },
  'ends one session, whoever’s it is': {
    begin: async (world) => [await world.signedIn()],
    act: async (world, store, [cookie]) => {
      const { id } = await open(world, store, cookie)
      await world.sessions.revoke(id, { ...REASON, request: { store } })
    },
    steps: 2,
  },
  'ends all others': {
    begin: async (world) => [
      await world.signedIn(),
      await world.signedIn(),
      await world.signedIn(),
    ],
    act: async (world, store, [cookie]) => {
      const session = await open(world, store, cookie)
      await world.sessions.of('ada', { request: { store } }).revokeOthers(session, REASON)
    },
    steps: 5,
  },
  'signs out': {
    begin: async (world) => [await world.signedIn(), await world.signedIn()],
    act: async (world, store, [cookie]) => {
      const session = await open(world, store, cookie)
      await session.signOut()
      await world.sessions.commit(session)
    },
    steps: 3,
  },
  'signs out and somebody else in': {
    begin: async (world) => [await world.signedIn()],
    act: async (world, store, [cookie]) => {
      const session = await open(world, store, cookie)
      await session.signIn('bob')
      await world.sessions.commit(session)
    },
    steps: 3,
  },
  lists: {
    begin: async (world) => [await world.signedIn(), await world.signedIn()],
    act: (world, store) => world.sessions.of('ada', { request: { store } }).list(),
    steps: 3,
  },
}

/** Dies at one operation. Answers whether it got there. */
async function dies(scene: Scene, nth: number, when: 'before' | 'after'): Promise<boolean> {
  const there = world(scene.limit)
  const cookies = await scene.begin(there)
  const before = await there.count()
  const { store, counts } = dyingStore(there.store, nth, when)
  await scene.act(there, store, cookies).catch(() => undefined)
  await there.expectListed()
  expect(await there.count()).toBeLessThanOrEqual(before + 1)
  await there.expectHealed()
  // Who comes afterwards finds nothing in the way.
  if (scene.limit?.onLimit !== 'refuse') await there.signedIn()
  await there.expectHealed()
  return counts.asked >= nth
}

describe('a process that dies at any of its steps leaves nobody signed in who is not listed (ASVS 7.4.2)', () => {
  test.each(Object.entries(SCENES))('when it %s', async (_, scene) => {
    let steps = 0
    while (await dies(scene, steps + 1, 'before')) {
      steps++
      await dies(scene, steps, 'after')
    }
    expect(steps).toBeGreaterThanOrEqual(scene.steps)
  })
})
