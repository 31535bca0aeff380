import { expectedOf } from '../../store/store.ts'
import assert from 'node:assert/strict'
import { type Checks, forEach } from '../conformance.ts'
import type { Given } from './given.ts'
import { comparable, fresh, ODD_PRINCIPALS, PAYLOADS, recordOf, successor } from './records.ts'

/** Store.read. */
export const readChecks: Checks<Given> = {
  'answers absent where nothing was stored': async ({ store }) => {
    assert.equal(await store.read(fresh('key')), 'absent')
  },

  ...forEach(
    Object.entries(PAYLOADS),
    ([name]) => `gives back ${name}`,
    async ({ created, stored }: Given, [, payload]) => {
      const { key, record } = await created(payload)
      assert.deepEqual(await stored(key), comparable(record))
    },
  ),

  ...forEach(
    ODD_PRINCIPALS,
    (principal) => `gives back the principal ${JSON.stringify(principal)}`,
    async ({ created, stored }: Given, principal) => {
      const { key, record } = await created({ principal })
      assert.deepEqual(await stored(key), record)
    },
  ),

  'gives back every field of the header': async ({ store, created, stored }) => {
    const now = Math.trunc(store.now())
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
    assert.deepEqual(await stored(key), record)
  },
}

/** Store.create. */
export const createChecks: Checks<Given> = {
  'is refused where another record lies, which stays': async ({
    store,
    twice,
    created,
    stored,
  }) => {
    const { key, record } = await created()
    assert.equal(await twice(key, () => store.create(key, recordOf(store))), 'taken')
    assert.deepEqual(await stored(key), record)
  },

  'that has already happened is created, and undoes no later write': async ({
    store,
    created,
    stored,
  }) => {
    const { key, record } = await created()
    const next = successor(record)
    await store.replace(key, expectedOf(record), next)
    assert.equal(await store.create(key, record), 'created')
    assert.deepEqual(await stored(key), next)
  },

  'succeeds where a record has expired': async ({ store, expired, stored }) => {
    const { key } = await expired()
    const record = recordOf(store)
    assert.equal(await store.create(key, record), 'created')
    assert.deepEqual(await stored(key), record)
  },
}
