import assert from 'node:assert/strict'
import type { Listing, Store } from '../../store/store.ts'
import type { Checks } from '../conformance.ts'
import { type Given, SHORT_LIFE_MS } from './given.ts'
import { fresh } from './records.ts'

const HOUR_MS = 3_600_000
const AT_ONCE = 12
const ACCOUNTS = ['end', 'enlist', 'listed', 'delist'] as const

type Lists = Store & Required<Pick<Store, (typeof ACCOUNTS)[number]>>

/** The same check, for stores that keep lists. */
function where(
  check: (given: Given, store: Lists, key: string) => Promise<void>,
): (given: Given) => Promise<void> {
  return async (given) => {
    if (given.store.enlist !== undefined) await check(given, given.store as Lists, fresh('list'))
  }
}

function listing(store: Store, given: Partial<Listing> = {}): Listing {
  const until = Math.trunc(store.now()) + HOUR_MS
  return { member: fresh('id'), until, instead: undefined, atMost: undefined, ...given }
}

async function holds(store: Lists, key: string, members: readonly string[]): Promise<void> {
  assert.deepEqual((await store.listed(key)).toSorted(), members.toSorted())
}

/** Puts so many members on a list, and answers them. */
async function filled(store: Lists, key: string, count: number): Promise<string[]> {
  const members = Array.from({ length: count }, () => fresh('id'))
  for (const member of members) {
    assert.equal(await store.enlist(key, listing(store, { member })), 'listed')
  }
  return members
}

async function expectFull(store: Lists, key: string, its: Listing, members: readonly string[]) {
  const answer = await store.enlist(key, its)
  assert.notEqual(answer, 'listed', 'it puts one more on a full list')
  assert.deepEqual((answer as readonly string[]).toSorted(), members.toSorted())
}

/** Store.enlist, listed and delist: the sessions of one principal. */
export const listChecks: Checks<Given> = {
  'come with end, and all three together': ({ store }) => {
    const has = ACCOUNTS.filter((name) => store[name] !== undefined)
    if (has.some((name) => name !== 'end')) assert.deepEqual(has, ACCOUNTS)
  },

  'hold what was put on them': where(async (_, store, key) => {
    await holds(store, key, [])
    await holds(store, key, await filled(store, key, 5))
    await holds(store, fresh('list'), [])
  }),

  'hold once what was put on them twice': where(async ({ expiryAt }, store, key) => {
    const its = listing(store, { atMost: 1 })
    assert.equal(await store.enlist(key, its), 'listed')
    const expiry = await expiryAt?.(key)
    assert.equal(await store.enlist(key, its), 'listed')
    assert.equal(await expiryAt?.(key), expiry)
    await holds(store, key, [its.member])
  }),

  'answer with their members when they are full, and stay as they are': where(
    async (_, store, key) => {
      const members = await filled(store, key, 2)
      const third = listing(store, { atMost: 3 })
      assert.equal(await store.enlist(key, third), 'listed')
      const full = [...members, third.member]
      for (const atMost of [3, 2, 1]) {
        await expectFull(store, key, listing(store, { atMost }), full)
        await holds(store, key, full)
      }
    },
  ),

  'take a member they hold, full or not': where(async (_, store, key) => {
    const members = await filled(store, key, 3)
    for (const member of members) {
      assert.equal(await store.enlist(key, listing(store, { member, atMost: 1 })), 'listed')
    }
    await holds(store, key, members)
  }),

  'take one in the place of another, full or not': where(async (_, store, key) => {
    const [first, second] = (await filled(store, key, 2)) as [string, string]
    const next = listing(store, { instead: first, atMost: 2 })
    assert.equal(await store.enlist(key, next), 'listed')
    await holds(store, key, [second, next.member])
    assert.equal(await store.enlist(key, next), 'listed')
    await holds(store, key, [second, next.member])
  }),

  'do not take one in the place of another that they do not hold, when full': where(
    async (_, store, key) => {
      const members = await filled(store, key, 2)
      const its = listing(store, { instead: fresh('id'), atMost: 2 })
      await expectFull(store, key, its, members)
      assert.equal(await store.enlist(key, { ...its, atMost: 3 }), 'listed')
    },
  ),

  'lose a member when it ends at last, which makes room': where(async ({ passed }, store, key) => {
    const until = Math.trunc(store.now()) + SHORT_LIFE_MS
    const dies = listing(store, { until })
    await store.enlist(key, dies)
    const lives = listing(store)
    await store.enlist(key, lives)
    await passed(undefined, until)
    await holds(store, key, [lives.member])
    const next = listing(store, { atMost: 2 })
    assert.equal(await store.enlist(key, next), 'listed')
    await holds(store, key, [lives.member, next.member])
  }),

  'go by when a member was last said to end': where(async ({ passed }, store, key) => {
    const until = Math.trunc(store.now()) + SHORT_LIFE_MS
    const its = listing(store, { until })
    await store.enlist(key, its)
    await store.enlist(key, { ...its, until: until + HOUR_MS })
    await passed(undefined, until)
    await holds(store, key, [its.member])
  }),

  'are forgotten when their last member ends': where(async ({ expiryAt }, store, key) => {
    if (expiryAt === undefined) return
    const { until } = listing(store)
    for (const more of [2, 3, 1]) {
      await store.enlist(key, listing(store, { until: until + more * HOUR_MS }))
    }
    assert.equal(await expiryAt(key), until + 3 * HOUR_MS)
  }),

  'lose what is taken off them, once or twice, and nothing else': where(async (_, store, key) => {
    const members = await filled(store, key, 4)
    const off = [...members.slice(0, 2), fresh('id')]
    for (let times = 0; times < 2; times++) {
      await store.delist(key, off)
      await holds(store, key, members.slice(2))
    }
    await store.delist(key, [])
    await store.delist(fresh('list'), members)
    await holds(store, key, members.slice(2))
    await store.delist(key, members)
    await holds(store, key, [])
  }),

  'are kept apart, by their keys': where(async (_, store, key) => {
    const other = fresh('list')
    const [members, others] = [await filled(store, key, 1), await filled(store, other, 2)]
    await store.delist(key, others)
    await holds(store, key, members)
    await holds(store, other, others)
  }),

  'have no more members than they may, whoever comes at once': where(async (_, store, key) => {
    const all = Array.from({ length: AT_ONCE }, () => listing(store, { atMost: 3 }))
    const answers = await Promise.all(all.map((its) => store.enlist(key, its)))
    const won = all.filter((_, at) => answers[at] === 'listed').map(({ member }) => member)
    assert.equal(won.length, 3)
    await holds(store, key, won)
  }),
}
