import { describe, expect, test } from 'vitest'

import {
  comparable,
  expecting,
  fresh,
  ODD_PRINCIPALS,
  PAYLOADS,
  recordOf,
  successor,
} from './records.ts'
import type { Given } from './given.ts'

/** Store.read and Store.create. */
export function describeReadAndCreate({ subject, twice, created, expired, stored }: Given): void {
  const store = () => subject().store

  describe('read', () => {
    test('answers absent where nothing was stored', async () => {
      expect(await store().read(fresh('key'))).toBe('absent')
    })

    test.each(Object.entries(PAYLOADS))('gives back %s', async (_, payload) => {
      const { key, record } = await created(payload)
      expect(await stored(key)).toEqual(comparable(record))
    })

    test.each(ODD_PRINCIPALS)('gives back the principal %j', async (principal) => {
      const { key, record } = await created({ principal })
      expect(await stored(key)).toEqual(record)
    })

    test('gives back every field of the header', async () => {
      const now = store().now()
      const { key, record } = await created({
        writes: Array.from({ length: 8 }, () => fresh('write')),
        edition: 41,
        promotedAt: now - 500,
        createdAt: now - 9000,
        touchedAt: now - 10,
        timeoutMs: 34_560_000_000,
        touchIntervalMs: 1001,
        deadline: null,
        persistent: true,
        csrfNonce: 'nonce_-1',
      })
      expect(await stored(key)).toEqual(record)
    })
  })

  describe('create', () => {
    test('is refused where another record lies, which stays', async () => {
      const { key, record } = await created()
      expect(await twice(key, () => store().create(key, recordOf(store())))).toBe('taken')
      expect(await stored(key)).toEqual(record)
    })

    test('that has already happened is created, and undoes no later write', async () => {
      const { key, record } = await created()
      const next = successor(record)
      await store().replace(key, expecting(record), next)
      expect(await store().create(key, record)).toBe('created')
      expect(await stored(key)).toEqual(next)
    })

    test('succeeds where a record has expired', async () => {
      const { key } = await expired()
      expect(await store().create(key, recordOf(store()))).toBe('created')
      expect(await stored(key)).toBeDefined()
    })
  })
}
