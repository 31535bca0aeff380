import assert from 'node:assert/strict'
import type { SessionRecord } from '../../record/record.ts'
import { type Checks, forEach } from '../conformance.ts'
import type { Given } from './given.ts'
import { expecting, fresh, recordOf, successor } from './records.ts'

/** Store.replace: rules 9 and 10 of the protocol. */
export const replaceChecks: Checks<Given> = {
  'writes in place of the revision it expects': async ({ store, twice, created, stored }) => {
    const { key, record } = await created()
    const next = successor(record, { flash: '["saved"]', timeoutMs: 5000, edition: 3 })
    const answer = await twice(key, () => store.replace(key, expecting(record), next))
    assert.deepEqual(answer, { status: 'replaced', familyHash: record.familyHash })
    assert.deepEqual(await stored(key), next)
  },

  'never creates': async ({ store, twice }) => {
    const key = fresh('key')
    const record = recordOf(store)
    const answer = await twice(key, () => store.replace(key, expecting(record), successor(record)))
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
    await store.replace(key, expecting(record), theirs)
    const answer = await twice(key, () => store.replace(key, expecting(record), successor(record)))
    assert.deepEqual(answer, { status: 'conflict', record: theirs })
    assert.deepEqual(await stored(key), theirs)
  },

  'is a conflict, not gone, when revision and family both differ': async ({ store, created }) => {
    const { key, record } = await created()
    const expected = { revision: 'another', familyHash: 'another' }
    const answer = await store.replace(key, expected, successor(record))
    assert.deepEqual(answer, { status: 'conflict', record })
  },

  'is gone when the family is another one': async ({ store, twice, created, stored }) => {
    const { key, record } = await created()
    const expected = { ...expecting(record), familyHash: 'another' }
    const answer = await twice(key, () => store.replace(key, expected, successor(record)))
    assert.deepEqual(answer, { status: 'gone' })
    assert.deepEqual(await stored(key), record)
  },

  'may bring a new family': async ({ store, twice, created, stored }) => {
    const { key, record } = await created()
    const next = successor(record, { familyHash: 'rotated', principal: 'ann' })
    const answer = await twice(key, () => store.replace(key, expecting(record), next))
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
    await store.replace(key, expecting(record), mine)
    const theirs = successor(mine, { familyHash: 'rotated' })
    await store.replace(key, expecting(mine), theirs)
    const answer = await store.replace(key, expecting(record), mine)
    assert.deepEqual(answer, { status: 'replaced', familyHash: 'rotated' })
    assert.deepEqual(await stored(key), theirs)
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
      await store.replace(key, expecting(record), mine)
      let last: SessionRecord = mine
      for (let count = 0; count < later; count++) {
        const next = successor(last)
        await store.replace(key, expecting(last), next)
        last = next
      }
      assert.equal((await store.replace(key, expecting(record), mine)).status, status)
      assert.deepEqual(await stored(key), last)
    },
  ),
}
