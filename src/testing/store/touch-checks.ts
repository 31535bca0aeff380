import assert from 'node:assert/strict'
import { type SessionRecord, expiryOf } from '../../record/record.ts'
import { type TouchAnswer, expectedOf } from '../../store/store.ts'
import { type Checks, forEach } from '../conformance.ts'
import { type Given, SHORT_LIFE_MS } from './given.ts'
import { comparable, dying, EVERY_BYTE, fresh, successor, touchId, touchOf } from './records.ts'

const LONGEST_LIFE_MS = 8 * SHORT_LIFE_MS

/** Store.touch: rule 11 of the protocol. */
export const touchChecks: Checks<Given> = {
  'is gone where nothing lies': async ({ store, twice }) => {
    const key = fresh('key')
    const touch = {
      familyHash: 'any',
      edition: 0,
      at: store.now(),
      active: true,
      writeId: touchId(),
    }
    assert.deepEqual(await twice(key, () => store.touch(key, touch)), { status: 'gone' })
    assert.equal(await store.read(key), 'absent')
  },

  'is gone for another family, and notes nothing': async ({ store, twice, created, stored }) => {
    const { key, record } = await created()
    const touch = touchOf(record, { familyHash: 'another', edition: 9 })
    assert.deepEqual(await twice(key, () => store.touch(key, touch)), { status: 'gone' })
    assert.deepEqual(await stored(key), record)
  },

  'notes later activity as a write of its own': async ({
    store,
    twice,
    created,
    stored,
    expiryAt,
  }) => {
    const { key, record } = await created({
      data: EVERY_BYTE,
      flash: '["ö"]',
      principal: 'Zoë',
      touchIntervalMs: 1001,
    })
    const touch = touchOf(record)
    const expected: SessionRecord = {
      ...record,
      writes: [touch.writeId, ...record.writes],
      touchedAt: touch.at,
    }
    assert.deepEqual(await twice(key, () => store.touch(key, touch)), {
      status: 'touched',
      written: record.writes[0],
      revision: touch.writeId,
      touchedAt: touch.at,
      edition: record.edition,
      promotedAt: record.promotedAt,
    })
    assert.deepEqual(await stored(key), comparable(expected))
    if (expiryAt !== undefined) assert.equal(await expiryAt(key), expiryOf(expected))
  },

  ...forEach(
    [10, 0, -10],
    (late) => `promotes a higher edition, ${late} ms after the last activity`,
    async ({ store, twice, created, stored }: Given, late) => {
      const { key, record } = await created({ edition: 4 })
      const at = record.touchedAt + late
      const touchedAt = Math.max(at, record.touchedAt)
      const touch = touchOf(record, { edition: 5, at })
      assert.deepEqual(await twice(key, () => store.touch(key, touch)), {
        status: 'touched',
        written: record.writes[0],
        revision: touch.writeId,
        touchedAt,
        edition: 5,
        promotedAt: at,
      })
      const writes = [touch.writeId, ...record.writes]
      assert.deepEqual(await stored(key), {
        ...record,
        writes,
        touchedAt,
        edition: 5,
        promotedAt: at,
      })
    },
  ),

  'that is no activity promotes a higher edition, and prolongs nothing': async ({
    store,
    twice,
    created,
    stored,
    expiryAt,
  }) => {
    const { key, record } = await created({ edition: 4 })
    const touch = touchOf(record, { edition: 5, active: false })
    const promoted = { edition: 5, promotedAt: touch.at }
    assert.deepEqual(editionIn(await twice(key, () => store.touch(key, touch))), promoted)
    const writes = [touch.writeId, ...record.writes]
    assert.deepEqual(await stored(key), { ...record, writes, ...promoted })
    if (expiryAt !== undefined) assert.equal(await expiryAt(key), expiryOf(record))
  },

  'never takes the edition back': async ({ store, created, stored }) => {
    const { key, record } = await created({ edition: 4 })
    const answer = await store.touch(key, touchOf(record, { edition: 3 }))
    assert.deepEqual(editionIn(answer), { edition: 4, promotedAt: record.promotedAt })
    assert.deepEqual(editionIn(await stored(key)), { edition: 4, promotedAt: record.promotedAt })
  },

  'computes the expiry from what is stored, so an adjusted timeout stays': async ({
    store,
    twice,
    created,
    stored,
    expiryAt,
  }) => {
    const { key, record } = await created()
    const adjusted = successor(record, { timeoutMs: 28_800_000, touchIntervalMs: 1500 })
    await store.replace(key, expectedOf(record), adjusted)
    const touch = touchOf(record)
    await twice(key, () => store.touch(key, touch))
    const now = await stored(key)
    assert.equal(now.timeoutMs, 28_800_000)
    assert.equal(now.touchIntervalMs, 1500)
    if (expiryAt !== undefined) assert.equal(await expiryAt(key), touch.at + 28_801_500)
  },

  'never outlives the deadline': async ({ store, created, stored, expiryAt }) => {
    const deadline = Math.trunc(store.now()) + 100_000
    const { key, record } = await created({ deadline })
    await store.touch(key, touchOf(record, { at: record.touchedAt + 50_000 }))
    assert.equal(expiryOf(await stored(key)), deadline)
    if (expiryAt !== undefined) assert.equal(await expiryAt(key), deadline)
  },

  'revives nothing that has expired': async ({ store, expired }) => {
    const { key, record } = await expired()
    const touch = touchOf(record, { at: Math.trunc(store.now()) })
    assert.deepEqual(await store.touch(key, touch), { status: 'gone' })
    assert.equal(await store.read(key), 'absent')
  },

  'prolongs a life: the record is there after its first expiry': async ({
    store,
    stored,
    outlived,
  }) => {
    for (let lifeMs = SHORT_LIFE_MS; ; lifeMs *= 2) {
      const key = fresh('key')
      const record = dying(store, lifeMs)
      await store.create(key, record)
      const touch = touchOf(record, { at: record.touchedAt + 60_000 })
      await store.touch(key, touch)
      // A touch that came too late, on a busy machine, says nothing.
      if (store.now() >= expiryOf(record) && lifeMs < LONGEST_LIFE_MS) continue
      await outlived(record)
      assert.equal((await stored(key)).touchedAt, touch.at)
      return
    }
  },
}

function editionIn(found: TouchAnswer | SessionRecord) {
  const { edition, promotedAt } = found as SessionRecord
  return { edition, promotedAt }
}
