import assert from 'node:assert/strict'
import type { Checks } from '../conformance.ts'
import type { Given } from './given.ts'
import { fresh, recordOf, successor, touchOf } from './records.ts'
import { expectedOf } from '../../store/store.ts'

/** Records are values: nobody changes one. */
export const valueChecks: Checks<Given> = {
  'one that was read stays as it is when another is stored': async ({
    store,
    itself,
    created,
    stored,
  }) => {
    const { key, record } = await created({ data: Buffer.from('first') })
    const read = await itself.read(key)
    const copy = structuredClone(read)
    await store.touch(key, touchOf(record, { edition: 9 }))
    const touched = await stored(key)
    await store.replace(key, expectedOf(touched), successor(touched, { flash: '["later"]' }))
    await store.remove(key, null)
    assert.deepEqual(structuredClone(read), copy)
  },

  'no operation changes what it is given': async ({ store }) => {
    const key = fresh('key')
    const record = recordOf(store)
    const next = successor(record)
    const copies = structuredClone([record, next])
    for (const given of [record, next]) {
      Object.freeze(given.writes)
      Object.freeze(given)
    }
    await store.create(key, record)
    await store.replace(key, Object.freeze(expectedOf(record)), next)
    await store.touch(key, Object.freeze(touchOf(next, { edition: 9 })))
    assert.deepEqual([record, next], copies)
  },

  'none lies under a key that is the name of something else': async ({ store }) => {
    for (const key of ['__proto__', 'constructor', 'toString', 'length']) {
      assert.equal(await store.read(key), 'absent')
    }
  },

  'an id may be any that an id generator may make': async ({ created, stored }) => {
    for (const id of ['__proto__', 'constructor', '0', '007', '1e3', '-', 'Aa', '_'.repeat(128)]) {
      const { key, record } = await created({ id, data: id })
      assert.deepEqual(await stored(key), record)
    }
  },

  'lie under keys that tell upper case from lower case': async ({ store, stored }) => {
    const lower = fresh('key')
    for (const key of [lower, lower.toUpperCase()]) {
      assert.equal(await store.create(key, recordOf(store, { data: key })), 'created')
    }
    assert.equal((await stored(lower)).data, lower)
  },
}
