import assert from 'node:assert/strict'
import { expiryOf, revisionOf } from '../../record/record.ts'
import { type TouchAnswer, expectedOf } from '../../store/store.ts'
import { type Checks, forEach } from '../conformance.ts'
import type { Given } from './given.ts'
import { comparable, EVERY_BYTE, successor, touchOf } from './records.ts'

/** Store.touch among the writes of a record: rules 9 and 11 of the protocol. */
export const touchWriteChecks: Checks<Given> = {
  ...forEach(
    [0, -1, -5000],
    (late) => `of ${late} ms since the last activity writes nothing`,
    async ({ store, twice, created, stored }: Given, late) => {
      const { key, record } = await created({ edition: 4 })
      const touch = touchOf(record, { at: record.touchedAt + late })
      assert.deepEqual(await twice(key, () => store.touch(key, touch)), {
        status: 'touched',
        written: record.writes[0],
        revision: record.writes[0],
        touchedAt: record.touchedAt,
        edition: 4,
        promotedAt: record.promotedAt,
      })
      assert.deepEqual(await stored(key), record)
    },
  ),

  'that is no activity and promotes nothing writes nothing': async ({
    store,
    twice,
    created,
    stored,
  }) => {
    const { key, record } = await created({ edition: 4 })
    const touch = touchOf(record, { edition: 4, active: false })
    const answer = (await twice(key, () => store.touch(key, touch))) as Touched
    assert.equal(answer.revision, record.writes[0])
    assert.deepEqual(await stored(key), record)
  },

  'made from the record as it was read leaves all else of it, bytes too': async (given) => {
    const { store, twice, created, stored, expiryAt } = given
    const { key, record } = await created({ data: EVERY_BYTE, flash: 'ü\n', principal: 'ann\n' })
    const touch = touchOf(record, { edition: record.edition + 2, from: record })
    const answer = await twice(key, () => store.touch(key, touch))
    const { edition, at } = touch
    const writes = [touch.writeId, ...record.writes]
    const after = { ...record, writes, touchedAt: at, edition, promotedAt: at }
    const [written, revision] = [revisionOf(record), touch.writeId]
    const noted = { touchedAt: at, edition, promotedAt: at }
    assert.deepEqual(answer, { status: 'touched', written, revision, ...noted })
    assert.deepEqual(await stored(key), comparable(after))
    if (expiryAt) assert.equal(await expiryAt(key), expiryOf(after))
  },

  'made from a record that was written since leaves what was written': async (given) => {
    const { store, twice, created, stored } = given
    const { key, record } = await created()
    const next = successor(record, { timeoutMs: record.timeoutMs / 2 })
    await store.replace(key, expectedOf(record), next)
    const touch = touchOf(record, { from: record })
    await twice(key, () => store.touch(key, touch))
    const writes = [touch.writeId, ...next.writes]
    assert.deepEqual(await stored(key), { ...next, writes, touchedAt: touch.at })
  },

  'made from a record of another family is gone': async ({ store, twice, created, stored }) => {
    const { key, record } = await created()
    const touch = touchOf(record, { familyHash: 'another', from: record })
    assert.deepEqual(await twice(key, () => store.touch(key, touch)), { status: 'gone' })
    assert.deepEqual(await stored(key), record)
  },

  'makes a replace from before it a conflict': async ({ store, created }) => {
    const { key, record } = await created()
    await store.touch(key, touchOf(record))
    const answer = await store.replace(key, expectedOf(record), successor(record))
    assert.equal(answer.status, 'conflict')
  },

  'makes room for the next one, and for a write': async ({ store, created, stored }) => {
    const { key, record } = await created()
    for (const count of [1, 2, 3]) {
      const touch = touchOf(record, { at: record.touchedAt + count })
      const { written, revision } = (await store.touch(key, touch)) as Touched
      assert.deepEqual([written, revision], [revisionOf(record), touch.writeId])
      assert.deepEqual((await stored(key)).writes, [touch.writeId, ...record.writes])
    }
    const touched = await stored(key)
    const next = successor(touched)
    await store.replace(key, expectedOf(touched), next)
    assert.deepEqual((await stored(key)).writes, [revisionOf(next), ...record.writes])
  },

  'pushes no write out: 8 are known beside the latest touch': async (given) => {
    const { store, created, stored } = given
    const { key, record } = await created()
    const first = successor(record)
    await store.replace(key, expectedOf(record), first)
    for (let later = 0; later < 7; later++) {
      const before = await stored(key)
      await store.replace(key, expectedOf(before), successor(before))
      const touchedAt = before.touchedAt + 1
      await store.touch(key, touchOf(before, { at: touchedAt }))
      assert.equal((await stored(key)).touchedAt, touchedAt)
    }
    const last = await stored(key)
    assert.equal(last.writes.length, 9)
    const { familyHash } = record
    const again = await store.replace(key, expectedOf(record), first)
    assert.deepEqual(again, { status: 'replaced', familyHash })
    assert.deepEqual(await stored(key), last)
  },

  'that has already happened answers as it did': async ({ store, created, stored }) => {
    const { key, record } = await created()
    for (const given of [{}, { edition: 5, active: false }]) {
      const touch = touchOf(record, given)
      const first = await store.touch(key, touch)
      const touched = await stored(key)
      assert.deepEqual(await store.touch(key, touch), first)
      assert.deepEqual(await stored(key), touched)
    }
  },

  'that has already happened notes nothing, whatever was written since': async (given) => {
    const { store, created, stored } = given
    const { key, record } = await created()
    const touch = touchOf(record, { edition: record.edition + 1 })
    await store.touch(key, touch)
    const touched = await stored(key)
    const later = successor(touched)
    await store.replace(key, expectedOf(touched), later)
    const { touchedAt, edition, promotedAt } = touched
    assert.deepEqual(await store.touch(key, touch), {
      status: 'touched',
      written: revisionOf(later),
      revision: revisionOf(later),
      touchedAt,
      edition,
      promotedAt,
    })
    assert.deepEqual(await stored(key), later)
  },
}

type Touched = Extract<TouchAnswer, { status: 'touched' }>
