import assert from 'node:assert/strict'
import type { SessionRecord } from '../../record/record.ts'
import { type Checks, forEach } from '../conformance.ts'
import type { Given } from './given.ts'
import { fresh, recordOf, successor } from './records.ts'
import { expectedOf } from '../../store/store.ts'

/** Store.replace: rules 9 and 10 of the protocol. */
export const replaceChecks: Checks<Given> = {
  'writes in place of the revision it expects': async ({ store, twice, created, stored }) => {
    const { key, record } = await created()
    const next = successor(record, { flash: '["saved"]', timeoutMs: 5000, edition: 3 })
    const answer = await twice(key, () => store.replace(key, expectedOf(record), next))
    assert.deepEqual(answer, { status: 'replaced', familyHash: record.familyHash })
    assert.deepEqual(await stored(key), next)
  },

  'never creates': async ({ store, twice }) => {
    const key = fresh('key')
    const record = recordOf(store)
    const answer = await twice(key, () => store.replace(key, expectedOf(record), successor(record)))
    assert.deepEqual(answer, { status: 'gone' })
    assert.equal(await store.read(key), 'absent')
  },

  'is a conflict when somebody else wrote since, with what is there': async ({
    store,
    twice,
    created,
    stored,
  }) => {
    const { key, record } = await created({ data: Buffer.from([255, 0]) })
    const theirs = successor(record, { data: Buffer.from([0, 255]) })
    await store.replace(key, expectedOf(record), theirs)
    const answer = await twice(key, () => store.replace(key, expectedOf(record), successor(record)))
    assert.deepEqual(answer, { status: 'conflict', record: theirs })
    assert.deepEqual(await stored(key), theirs)
  },

  'is a conflict, not gone, when revision and family both differ': async ({ store, created }) => {
    const { key, record } = await created()
    const expected = { ...expectedOf(record), revision: 'another', familyHash: 'another' }
    const answer = await store.replace(key, expected, successor(record))
    assert.deepEqual(answer, { status: 'conflict', record })
  },

  'is a conflict when the revision only begins alike': async ({ store, created, stored }) => {
    const { key, record } = await created()
    const { revision, ...others } = expectedOf(record)
    const expected = { ...others, revision: revision.slice(0, -1) }
    const answer = await store.replace(key, expected, successor(record))
    assert.deepEqual(answer, { status: 'conflict', record })
    assert.deepEqual(await stored(key), record)
  },

  'is gone when the family is another one': async ({ store, twice, created, stored }) => {
    const { key, record } = await created()
    const expected = { ...expectedOf(record), familyHash: 'another' }
    const answer = await twice(key, () => store.replace(key, expected, successor(record)))
    assert.deepEqual(answer, { status: 'gone' })
    assert.deepEqual(await stored(key), record)
  },

  'may bring a new family': async ({ store, twice, created, stored }) => {
    const { key, record } = await created()
    const next = successor(record, { familyHash: 'rotated', principal: 'ann' })
    const answer = await twice(key, () => store.replace(key, expectedOf(record), next))
    assert.deepEqual(answer, { status: 'replaced', familyHash: 'rotated' })
    assert.deepEqual(await stored(key), next)
  },

  'that has already happened says so first, with the family that is there now': async ({
    store,
    created,
    stored,
  }) => {
    const { key, record } = await created()
    const mine = successor(record)
    await store.replace(key, expectedOf(record), mine)
    const theirs = successor(mine, { familyHash: 'rotated' })
    await store.replace(key, expectedOf(mine), theirs)
    const answer = await store.replace(key, expectedOf(record), mine)
    assert.deepEqual(answer, { status: 'replaced', familyHash: 'rotated' })
    assert.deepEqual(await stored(key), theirs)
  },

  'has happened when its revision is among the writes of the one it names': async ({
    store,
    created,
    stored,
  }) => {
    const { key, record } = await created()
    const next = successor(record)
    await store.replace(key, expectedOf(record), next)
    const again = successor(next, { writes: [...record.writes] })
    const answer = await store.replace(key, expectedOf(next), again)
    assert.deepEqual(answer, { status: 'replaced', familyHash: record.familyHash })
    assert.deepEqual(await stored(key), next)
  },

  ...forEach(
    [
      [7, 'replaced'],
      [8, 'conflict'],
    ] as const,
    ([later, status]) => `is recognised among 8 writes: after ${later} later ones it is ${status}`,
    async ({ store, created, stored }: Given, [later, status]) => {
      const { key, record } = await created()
      const mine = successor(record)
      await store.replace(key, expectedOf(record), mine)
      let last: SessionRecord = mine
      for (let count = 0; count < later; count++) {
        const next = successor(last)
        await store.replace(key, expectedOf(last), next)
        last = next
      }
      assert.equal((await store.replace(key, expectedOf(record), mine)).status, status)
      assert.deepEqual(await stored(key), last)
    },
  ),
}
