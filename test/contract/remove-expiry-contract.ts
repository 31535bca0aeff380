import { describe, expect, test } from 'vitest'

import { expiryOf } from '../../src/record/record.ts'
import { expecting, fresh, successor } from './records.ts'
import type { Given } from './given.ts'

/** Store.remove, rule 14, and when records end. */
export function describeRemoveAndExpiry({ subject, twice, created, expired, stored }: Given): void {
  const store = () => subject().store

  describe('remove', () => {
    test.each([
      [null, null],
      [null, 'ann'],
      ['ann', 'ann'],
      ['', ''],
      ['-', '-'],
      ['Zoë 🦊 %\n', 'Zoë 🦊 %\n'],
    ])('removes a record of principal %j for %j', async (principal, who) => {
      const { key } = await created({ principal })
      expect(await store().remove(key, who)).toBe('removed')
      expect(await store().read(key)).toBe('absent')
      expect(await twice(key, () => store().remove(key, who))).toBe('absent')
    })

    test.each([
      ['ann', null],
      ['ann', 'bob'],
      ['-', null],
      ['', null],
    ])('is refused for a record of principal %j to %j', async (principal, who) => {
      const { key, record } = await created({ principal })
      expect(await twice(key, () => store().remove(key, who))).toBe('gone')
      expect(await stored(key)).toEqual(record)
    })

    test('is final: no operation brings the record back but create', async () => {
      const { key, record } = await created()
      await store().remove(key, null)
      await store().replace(key, expecting(record), successor(record))
      const { familyHash } = record
      await store().touch(key, {
        familyHash,
        edition: 1,
        at: store().now(),
        writeId: fresh('write'),
      })
      expect(await store().read(key)).toBe('absent')
    })
  })

  describe('expiry', () => {
    test('a record is absent from the instant on that expiryOf says', async () => {
      const { key, record } = await expired()
      expect(await store().replace(key, expecting(record), successor(record))).toEqual({
        status: 'gone',
      })
      expect(await store().remove(key, null)).toBe('absent')
    })

    test('a record that is born expired is created and absent', async () => {
      const { key } = await created({ deadline: store().now() - 1000 })
      expect(await store().read(key)).toBe('absent')
    })

    test.each([null, 5000, 100_000_000])('is where expiryOf says, deadline %j', async (left) => {
      const { expiryAt } = subject()
      if (expiryAt === undefined) return
      const deadline = left === null ? null : store().now() + left
      const { key, record } = await created({ deadline })
      expect(await expiryAt(key)).toBe(expiryOf(record))
      const next = successor(record, { timeoutMs: 2000, touchIntervalMs: 1500 })
      await twice(key, () => store().replace(key, expecting(record), next))
      expect(await expiryAt(key)).toBe(expiryOf(next))
    })
  })
}
