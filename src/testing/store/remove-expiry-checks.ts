import assert from 'node:assert/strict'
import { expiryOf } from '../../record/record.ts'
import { type Checks, forEach } from '../conformance.ts'
import { type Given, SHORT_LIFE_MS } from './given.ts'
import { dying, fresh, successor, touchOf } from './records.ts'
import { expectedOf } from '../../store/store.ts'

type Removal = readonly [principal: string | null, who: string | null]

const ALLOWED: readonly Removal[] = [
  [null, null],
  [null, 'ann'],
  ['ann', 'ann'],
  ['', ''],
  ['-', '-'],
  ['Zoë 🦊 %\n', 'Zoë 🦊 %\n'],
]

const REFUSED: readonly Removal[] = [
  ['ann', null],
  ['ann', 'bob'],
  ['-', null],
  ['', null],
]

/** Store.remove: rule 14 of the protocol. */
export const removeChecks: Checks<Given> = {
  ...forEach(
    ALLOWED,
    ([principal, who]) =>
      `removes a record of principal ${JSON.stringify(principal)} for ${JSON.stringify(who)}`,
    async ({ store, twice, created }: Given, [principal, who]) => {
      const { key } = await created({ principal })
      assert.equal(await store.remove(key, who), 'removed')
      assert.equal(await store.read(key), 'absent')
      assert.equal(await twice(key, () => store.remove(key, who)), 'absent')
    },
  ),

  ...forEach(
    REFUSED,
    ([principal, who]) =>
      `is refused for a record of principal ${JSON.stringify(principal)} to ${JSON.stringify(who)}`,
    async ({ store, twice, created, stored }: Given, [principal, who]) => {
      const { key, record } = await created({ principal })
      assert.equal(await twice(key, () => store.remove(key, who)), 'gone')
      assert.deepEqual(await stored(key), record)
    },
  ),

  'is final: no operation brings the record back but create': async ({ store, created }) => {
    const { key, record } = await created()
    await store.remove(key, null)
    await store.replace(key, expectedOf(record), successor(record))
    await store.touch(key, touchOf(record, { edition: 1 }))
    assert.equal(await store.read(key), 'absent')
  },

  'leaves other keys alone': async ({ store, created, stored }) => {
    const { key } = await created()
    const other = await created()
    await store.remove(key, null)
    assert.deepEqual(await stored(other.key), other.record)
  },
}

/** When records end. */
export const expiryChecks: Checks<Given> = {
  'a record is absent from the instant on that expiryOf says': async ({ store, expired }) => {
    const { key, record } = await expired()
    assert.deepEqual(await store.replace(key, expectedOf(record), successor(record)), {
      status: 'gone',
    })
    assert.equal(await store.remove(key, null), 'absent')
  },

  'is to the millisecond, by a clock that can be moved': async ({ store, clock }) => {
    if (clock === undefined) return
    const key = fresh('key')
    await store.create(key, dying(store, 2000))
    clock.advance(1.999)
    assert.notEqual(await store.read(key), 'absent')
    clock.advance(0.001)
    assert.equal(await store.read(key), 'absent')
  },

  'is not rounded up to the second': async ({ store, expired }) => {
    const toNextSecond = 1000 - (Math.trunc(store.now()) % 1000)
    await expired(toNextSecond + (toNextSecond < SHORT_LIFE_MS ? 1050 : 50))
  },

  'follows the record that replaced another': async ({ store, stored, outlived }) => {
    const key = fresh('key')
    const record = dying(store, SHORT_LIFE_MS)
    await store.create(key, record)
    const next = successor(record, { touchedAt: record.touchedAt + 60_000 })
    await store.replace(key, expectedOf(record), next)
    await outlived(record)
    assert.deepEqual(await stored(key), next)
  },

  'a record that is born expired is created and absent': async ({ store, created }) => {
    const { key } = await created({ deadline: Math.trunc(store.now()) - 1000 })
    assert.equal(await store.read(key), 'absent')
  },

  ...forEach(
    [null, 5000, 100_000_000],
    (left) => `is where expiryOf says, deadline ${left}`,
    async ({ store, twice, created, expiryAt }: Given, left) => {
      if (expiryAt === undefined) return
      const deadline = left === null ? null : Math.trunc(store.now()) + left
      const { key, record } = await created({ deadline })
      assert.equal(await expiryAt(key), expiryOf(record))
      const next = successor(record, { timeoutMs: 2000, touchIntervalMs: 1500 })
      await twice(key, () => store.replace(key, expectedOf(record), next))
      assert.equal(await expiryAt(key), expiryOf(next))
    },
  ),
}
