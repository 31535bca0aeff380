import { describe, expect, test } from 'vitest'

import type { SessionRecord } from '../../src/record/record.ts'
import { expecting, fresh, recordOf, successor } from './records.ts'
import type { Given } from './given.ts'

/** Store.replace: rules 9 and 10. */
export function describeReplace({ subject, twice, created, stored }: Given): void {
  const store = () => subject().store

  describe('replace', () => {
    test('writes in place of the revision it expects', async () => {
      const { key, record } = await created()
      const next = successor(record, { flash: '["saved"]', timeoutMs: 5000, edition: 3 })
      const answer = await twice(key, () => store().replace(key, expecting(record), next))
      expect(answer).toEqual({ status: 'replaced', familyHash: record.familyHash })
      expect(await stored(key)).toEqual(next)
    })

    test('never creates', async () => {
      const key = fresh('key')
      const record = recordOf(store())
      const answer = await twice(key, () =>
        store().replace(key, expecting(record), successor(record)),
      )
      expect(answer).toEqual({ status: 'gone' })
      expect(await store().read(key)).toBe('absent')
    })

    test('is a conflict when somebody else wrote since, with what is there', async () => {
      const { key, record } = await created({ data: Buffer.from([255, 0]) })
      const theirs = successor(record)
      await store().replace(key, expecting(record), theirs)
      const answer = await twice(key, () =>
        store().replace(key, expecting(record), successor(record)),
      )
      expect(answer).toEqual({ status: 'conflict', record: theirs })
      expect(await stored(key)).toEqual(theirs)
    })

    test('is a conflict, not gone, when revision and family both differ', async () => {
      const { key, record } = await created()
      const expected = { revision: 'another', familyHash: 'another' }
      const answer = await store().replace(key, expected, successor(record))
      expect(answer.status).toBe('conflict')
    })

    test('is gone when the family is another one', async () => {
      const { key, record } = await created()
      const expected = { ...expecting(record), familyHash: 'another' }
      const answer = await twice(key, () => store().replace(key, expected, successor(record)))
      expect(answer).toEqual({ status: 'gone' })
      expect(await stored(key)).toEqual(record)
    })

    test('may bring a new family', async () => {
      const { key, record } = await created()
      const next = successor(record, { familyHash: 'rotated', principal: 'ann' })
      const answer = await twice(key, () => store().replace(key, expecting(record), next))
      expect(answer).toEqual({ status: 'replaced', familyHash: 'rotated' })
    })

    test('that has already happened says so first, with the family that is there now', async () => {
      const { key, record } = await created()
      const mine = successor(record)
      await store().replace(key, expecting(record), mine)
      const theirs = successor(mine, { familyHash: 'rotated' })
      await store().replace(key, expecting(mine), theirs)
      const answer = await store().replace(key, expecting(record), mine)
      expect(answer).toEqual({ status: 'replaced', familyHash: 'rotated' })
      expect(await stored(key)).toEqual(theirs)
    })

    test.each([
      [7, 'replaced'],
      [8, 'conflict'],
    ])('is recognised among 8 writes: after %i later ones it is %s', async (later, status) => {
      const { key, record } = await created()
      const mine = successor(record)
      await store().replace(key, expecting(record), mine)
      let last: SessionRecord = mine
      for (let count = 0; count < later; count++) {
        const next = successor(last)
        await store().replace(key, expecting(last), next)
        last = next
      }
      expect(await store().replace(key, expecting(record), mine)).toMatchObject({ status })
      expect(await stored(key)).toEqual(last)
    })
  })
}
