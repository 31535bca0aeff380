import { describe, expect, test } from 'vitest'

import { expiryOf, type SessionRecord } from '../../src/record/record.ts'
import type { Touch } from '../../src/store/store.ts'
import type { Given } from './given.ts'
import { comparable, EVERY_BYTE, expecting, fresh, successor } from './records.ts'

/** Store.touch: rule 11. */
export function describeTouch({ subject, twice, created, stored }: Given): void {
  const store = () => subject().store

  describe('touch', () => {
    test('is gone where nothing lies', async () => {
      const key = fresh('key')
      const touch = { familyHash: 'any', edition: 0, at: store().now(), writeId: fresh('write') }
      expect(await twice(key, () => store().touch(key, touch))).toEqual({ status: 'gone' })
      expect(await store().read(key)).toBe('absent')
    })

    test('is gone for another family, and notes nothing', async () => {
      const { key, record } = await created()
      const touch = touchOf(record, { familyHash: 'another', edition: 9 })
      expect(await twice(key, () => store().touch(key, touch))).toEqual({ status: 'gone' })
      expect(await stored(key)).toEqual(record)
    })

    test('notes later activity as a write of its own', async () => {
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
      expect(await twice(key, () => store().touch(key, touch))).toEqual({
        status: 'touched',
        previous: record.writes[0],
        revision: touch.writeId,
        touchedAt: touch.at,
        edition: record.edition,
        promotedAt: record.promotedAt,
      })
      expect(await stored(key)).toEqual(comparable(expected))
      if (subject().expiryAt) expect(await subject().expiryAt?.(key)).toBe(expiryOf(expected))
    })

    test.each([0, -1, -5000])('of %i ms since the last activity writes nothing', async (late) => {
      const { key, record } = await created({ edition: 4 })
      const touch = touchOf(record, { at: record.touchedAt + late })
      expect(await twice(key, () => store().touch(key, touch))).toEqual({
        status: 'touched',
        previous: record.writes[0],
        revision: record.writes[0],
        touchedAt: record.touchedAt,
        edition: 4,
        promotedAt: record.promotedAt,
      })
      expect(await stored(key)).toEqual(record)
    })

    test.each([10, 0, -10])(
      'promotes a higher edition, %i ms after the last activity',
      async (late) => {
        const { key, record } = await created({ edition: 4 })
        const at = record.touchedAt + late
        const touch = touchOf(record, { edition: 5, at })
        expect(await twice(key, () => store().touch(key, touch))).toMatchObject({
          revision: touch.writeId,
          edition: 5,
          promotedAt: at,
          touchedAt: Math.max(at, record.touchedAt),
        })
        expect(await stored(key)).toMatchObject({ edition: 5, promotedAt: at })
      },
    )

    test('never takes the edition back', async () => {
      const { key, record } = await created({ edition: 4 })
      const answer = await store().touch(key, touchOf(record, { edition: 3 }))
      expect(answer).toMatchObject({ edition: 4, promotedAt: record.promotedAt })
      expect(await stored(key)).toMatchObject({ edition: 4, promotedAt: record.promotedAt })
    })

    test('computes the expiry from what is stored, so an adjusted timeout stays', async () => {
      const { key, record } = await created()
      const adjusted = successor(record, { timeoutMs: 28_800_000, touchIntervalMs: 1500 })
      await store().replace(key, expecting(record), adjusted)
      const touch = touchOf(record)
      await twice(key, () => store().touch(key, touch))
      const now = await stored(key)
      expect(now).toMatchObject({ timeoutMs: 28_800_000, touchIntervalMs: 1500 })
      if (!subject().expiryAt) return
      expect(await subject().expiryAt?.(key)).toBe(touch.at + 28_801_500)
    })

    test('never outlives the deadline', async () => {
      const deadline = store().now() + 100_000
      const { key, record } = await created({ deadline })
      await store().touch(key, touchOf(record, { at: record.touchedAt + 50_000 }))
      expect(expiryOf(await stored(key))).toBe(deadline)
      if (subject().expiryAt) expect(await subject().expiryAt?.(key)).toBe(deadline)
    })

    test('that has already happened answers as it did, whatever was written since', async () => {
      const { key, record } = await created()
      const touch = touchOf(record)
      await store().touch(key, touch)
      const touched = await stored(key)
      const later = successor(touched, { touchedAt: touch.at })
      await store().replace(key, expecting(touched), later)
      expect(await store().touch(key, touch)).toMatchObject({
        status: 'touched',
        previous: record.writes[0],
        revision: touch.writeId,
      })
      expect(await stored(key)).toEqual(later)
    })

    test('keeps the latest 8 writes', async () => {
      const { key, record } = await created()
      const ids: string[] = [...record.writes]
      for (let count = 1; count <= 9; count++) {
        const touch = touchOf(record, { at: record.touchedAt + count })
        await store().touch(key, touch)
        ids.unshift(touch.writeId)
        expect((await stored(key)).writes).toEqual(ids.slice(0, 8))
      }
      const oldest = touchOf(record, { writeId: ids[7] as string, at: record.touchedAt + 99 })
      expect(await store().touch(key, oldest)).toMatchObject({ previous: '', revision: ids[7] })
      expect((await stored(key)).writes).toEqual(ids.slice(0, 8))
    })

    test('makes a replace from before it a conflict', async () => {
      const { key, record } = await created()
      await store().touch(key, touchOf(record))
      const answer = await store().replace(key, expecting(record), successor(record))
      expect(answer.status).toBe('conflict')
    })
  })
}

function touchOf({ familyHash, edition, touchedAt }: SessionRecord, given: Partial<Touch> = {}) {
  return { familyHash, edition, at: touchedAt + 100, writeId: fresh('write'), ...given }
}
