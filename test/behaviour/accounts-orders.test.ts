import { describe, expect, test } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import { Random } from '../../src/testing/random.ts'
import { type Limit, type World, world } from '../support/account-world.ts'
import { Actor, type Run, everyOrder, runAlong } from '../support/stepped.ts'

type Work = (world: World, store: Store, cookies: readonly string[]) => Promise<unknown>

const WHY = { reason: 'the password was changed' }

const visitorSignsIn: Work = (its, store, [, cookie]) => its.signIn(store, cookie)
const strangerSignsIn: Work = (its, store) => its.signIn(store)
const signsInAgain: Work = (its, store, [cookie]) => its.signIn(store, cookie)
const revokesAll: Work = (its, store) =>
  its.sessions.of('ada', { request: { store } }).revokeAll(WHY)
const lists: Work = (its, store) => its.sessions.of('ada', { request: { store } }).list()
const signsOut: Work = async (its, store, [cookie]) => {
  const session = await its.sessions.open(cookie, { store })
  await session.signOut()
  await its.sessions.commit(session)
}

interface Ended {
  readonly its: World
  /** Why nodes did not get through. */
  readonly refused: readonly unknown[]
  /** What nodes that got through have got, in the order of their works. */
  readonly got: readonly unknown[]
}

interface Scene {
  readonly works: readonly Work[]
  readonly limit?: Limit
  readonly after: (ended: Ended) => Promise<void>
}

/** Nodes at work; what must hold after each step does, and after the last. */
function beginning({ works, limit, after }: Scene): () => Promise<Run> {
  return async () => {
    const its = world(limit)
    const cookies = [await its.signedIn(), await its.visitor()]
    const refused: unknown[] = []
    const got: unknown[] = []
    const actors = works.map(
      (work, at) =>
        new Actor(its.store, async (store) => {
          try {
            got[at] = await work(its, store, cookies)
          } catch (error) {
            refused.push(error)
          }
        }),
    )
    const check = async () => {
      await its.expectListed()
      if (!actors.every(({ over }) => over)) return
      await after({ its, refused, got })
      await its.expectHealed()
    }
    return { actors, check }
  }
}

/** Where there are too many orders for all of them. */
async function inManyOrders(begin: () => Promise<Run>, count = 250): Promise<void> {
  for (let seed = 1; seed <= count; seed++) {
    const random = new Random(seed)
    await runAlong(await begin(), (_, among) => random.below(among))
  }
}

function expectGone(refused: readonly unknown[]): void {
  for (const error of refused) expect(error).toMatchObject({ code: 'gone' })
}

async function oneOrTold({ its, refused }: Ended): Promise<void> {
  expectGone(refused)
  expect(await its.count()).toBeLessThanOrEqual(1)
  if (refused.length > 0) expect(await its.count()).toBe(0)
}

async function oneLeft({ its, refused }: Ended): Promise<void> {
  expectGone(refused)
  expect(await its.count()).toBe(1)
}

async function bothRefused({ its, refused }: Ended): Promise<void> {
  const full: unknown = expect.objectContaining({ code: 'limit' })
  expect(refused).toEqual([full, full])
  expect(await its.count()).toBe(1)
}

async function oneThrough(ended: Ended): Promise<void> {
  await oneLeft(ended)
  expect(ended.refused.length).toBeLessThan(2)
}

describe('in whatever order the steps of two nodes come (ASVS 7.4.2)', () => {
  test.each([
    ['visitor', visitorSignsIn],
    ['stranger', strangerSignsIn],
    ['signed-in one', signsInAgain],
  ])('a %s who signs in while all are signed out is listed, or learns of it', async (_, work) => {
    expect(
      await everyOrder(beginning({ works: [work, revokesAll], after: oneOrTold })),
    ).toBeGreaterThan(10)
  })

  test.each([
    ['visitor signs in', visitorSignsIn, 2],
    ['stranger signs in', strangerSignsIn, 2],
    ['signed-in one signs in again', signsInAgain, 1],
    ['signed-in one signs out', signsOut, 0],
  ])('a %s while their sessions are listed', async (_, work, count) => {
    async function after({ its, refused, got }: Ended): Promise<void> {
      expect(refused).toEqual([])
      expect(await its.count()).toBe(count)
      const [, list] = got as [unknown, { readonly id: string }[]]
      expect(new Set(list.map(({ id }) => id)).size).toBe(list.length)
    }
    expect(await everyOrder(beginning({ works: [work, lists], after }))).toBeGreaterThan(5)
  })

  test('somebody signs out, a stranger in, where one may be: one is', async () => {
    const works = [signsOut, strangerSignsIn]
    expect(
      await everyOrder(beginning({ works, limit: { limit: 1 }, after: oneLeft })),
    ).toBeGreaterThan(10)
  })

  test('two sign in where one may be, and is: they are refused, and change nothing', async () => {
    const limit = { limit: 1, onLimit: 'refuse' } as const
    await everyOrder(
      beginning({ works: [visitorSignsIn, strangerSignsIn], limit, after: bothRefused }),
    )
  })

  test('who signs in again, twice at once, is not ended for it', async () => {
    const works = [signsInAgain, signsInAgain]
    expect(
      await everyOrder(beginning({ works, limit: { limit: 1 }, after: oneThrough })),
    ).toBeGreaterThan(10)
  })
})

describe('in many orders of the steps of two nodes', () => {
  test.each([
    ['two strangers', strangerSignsIn, strangerSignsIn],
    ['a visitor and a stranger', visitorSignsIn, strangerSignsIn],
    ['a visitor, twice', visitorSignsIn, visitorSignsIn],
  ])('%s sign in where one may be: one is', async (_, first, second) => {
    await inManyOrders(beginning({ works: [first, second], limit: { limit: 1 }, after: oneLeft }))
  })
})
