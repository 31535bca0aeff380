import assert from 'node:assert/strict'
import type { Checks } from '../conformance.ts'
import type { Given } from './given.ts'
import { fresh, recordOf, successor, touchOf } from './records.ts'
import { expectedOf } from '../../store/store.ts'

const A_YEAR_MS = 31_536_000_000

/** Store.now and Store.measureClock. */
export const clockChecks: Checks<Given> = {
  'is the time in milliseconds since the epoch': ({ store, clock }) => {
    const before = store.now()
    assert.ok(Number.isFinite(before))
    if (clock === undefined) assert.ok(Math.abs(before - Date.now()) < A_YEAR_MS)
    clock?.advance(3)
    if (clock !== undefined) assert.ok(Math.abs(store.now() - before - 3000) <= 1)
  },

  'is known once the clock was measured': ({ store }) => {
    assert.equal(store.measureClock?.(), undefined)
  },
}

/** What lies under a key and is no record. */
export const foreignChecks: Checks<Given> = {
  'is undecodable': async ({ store, putForeign }) => {
    if (putForeign === undefined) return
    const key = fresh('key')
    await putForeign(key)
    assert.equal(await store.read(key), 'undecodable')
  },

  'is neither overwritten nor removed': async ({ store, putForeign }) => {
    if (putForeign === undefined) return
    const key = fresh('key')
    await putForeign(key)
    const record = recordOf(store)
    assert.equal(await store.create(key, record), 'taken')
    const replaced = await store.replace(key, expectedOf(record), successor(record))
    assert.deepEqual(replaced, { status: 'gone' })
    assert.deepEqual(await store.touch(key, touchOf(record)), { status: 'gone' })
    assert.equal(await store.remove(key, null), 'gone')
    assert.equal(await store.read(key), 'undecodable')
  },

  'is read and removed as what it is': async ({ store, putForeign }) => {
    const key = fresh('key')
    assert.equal(await store.readForeign?.(key), undefined)
    if (putForeign === undefined || store.readForeign === undefined) return
    await putForeign(key)
    assert.equal(typeof (await store.readForeign(key)), 'string')
    await store.removeForeign?.(key)
    assert.equal(await store.read(key), 'absent')
    await store.removeForeign?.(key)
  },
}

/** Store.for. The other checks use what it gives, too. */
export const capabilityChecks: Checks<Given> = {
  'what one request writes the next one reads': async ({ created, forAnotherRequest }) => {
    if (forAnotherRequest === undefined) return
    const { key, record } = await created()
    const other = await forAnotherRequest()
    assert.deepEqual(await other.read(key), record)
    assert.equal(await other.remove(key, null), 'removed')
  },
}
