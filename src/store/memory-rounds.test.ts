import { expect, test } from 'vitest'
import { MemoryLists } from './memory-lists.ts'
import { MemoryTombstones } from './memory-tombstones.ts'

/** So many are put, one a millisecond, and each is over after a hundred. */
const PUT = 5000
const LIVE = 100
/** Those that live, and what came while a round passed all that is there. */
const MOST = 3 * LIVE

test('tombstones whose time is over go as others come', () => {
  let now = 0
  const tombstones = new MemoryTombstones(() => now)
  for (; now < PUT; now++) {
    const id = String(now)
    tombstones.put(id, { id, ended: { reason: 'x', at: now } }, LIVE, undefined)
    expect(tombstones.size).toBeLessThanOrEqual(MOST)
  }
  expect(tombstones.get(String(now - LIVE + 1))).toBeDefined()
})

test('lists whose members have all ended go as others come', () => {
  const lists = new MemoryLists()
  let now = 0
  for (; now < PUT; now++) {
    const until = now + LIVE
    lists.enlist(String(now), { member: 'a.1', until, instead: undefined, atMost: undefined }, now)
    expect(lists.size).toBeLessThanOrEqual(MOST)
  }
  expect(lists.listed(String(now - LIVE + 1), now)).toEqual(['a.1'])
})

test('a list that is looked at while a sign-in is put on it is no other list', () => {
  const lists = new MemoryLists()
  const listing = { member: 'a.1', until: 10, instead: undefined, atMost: 1 }
  expect(lists.enlist('one', listing, 0)).toBe('listed')
  expect(lists.enlist('one', { ...listing, member: 'b.11', until: 30 }, 11)).toBe('listed')
  expect(lists.enlist('one', { ...listing, member: 'c.12', until: 30 }, 12)).toEqual(['b.11'])
  expect(lists.listed('one', 12)).toEqual(['b.11'])
})
