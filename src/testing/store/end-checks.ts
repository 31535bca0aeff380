import assert from 'node:assert/strict'
import { type Ending, type Store, expectedOf } from '../../store/store.ts'
import { type Checks, forEach } from '../conformance.ts'
import { type Given, SHORT_LIFE_MS } from './given.ts'
import { ODD_PRINCIPALS, dying, fresh, recordOf, successor, touchOf } from './records.ts'

/** A store that can end sessions, under another name than `Given.store`. */
type Ends = Store & Required<Pick<Store, 'end'>>

/** The same check, for stores that have `end`. */
function where(
  check: (given: Given, store: Ends) => Promise<void>,
): (given: Given) => Promise<void> {
  return async (given) => {
    if (given.store.end !== undefined) await check(given, given.store as Ends)
  }
}

function ending(store: Store, given: Partial<Ending> = {}): Ending {
  const ended = { reason: 'the password was changed', at: Math.trunc(store.now()) }
  const tombstone = { id: fresh('id'), ended }
  const whose = { principal: undefined, evenAbsent: false }
  return { ...whose, tombstone, forMs: 60_000, writeId: fresh('write'), ...given }
}

/** Store.end: a session that somebody else ended. */
export const endChecks: Checks<Given> = {
  'leaves a tombstone, which is what is read': where(async ({ created }, store) => {
    const { key } = await created()
    const how = ending(store)
    assert.equal(await store.end(key, how), 'ended')
    assert.deepEqual(await store.read(key), how.tombstone)
  }),

  'keeps any reason as it is': where(async ({ created }, store) => {
    for (const reason of ['100% — é\n\t🦊', ' ', "-_.!~*'()"]) {
      const { key } = await created()
      const tombstone = { id: fresh('id'), ended: { reason, at: Math.trunc(store.now()) } }
      await store.end(key, ending(store, { tombstone }))
      assert.deepEqual(await store.read(key), tombstone)
    }
  }),

  'is final: no operation brings the record back, not even create': where(
    async ({ created }, store) => {
      const { key, record } = await created()
      const how = ending(store)
      await store.end(key, how)
      assert.equal(await store.create(key, recordOf(store)), 'taken')
      assert.equal(await store.create(key, record), 'taken')
      const replaced = await store.replace(key, expectedOf(record), successor(record))
      assert.deepEqual(replaced, { status: 'gone' })
      const touched = await store.touch(key, touchOf(record, { edition: 1 }))
      assert.deepEqual(touched, { status: 'gone' })
      assert.equal(await store.remove(key, record.principal), 'gone')
      assert.deepEqual(await store.read(key), how.tombstone)
    },
  ),

  'executed again answers as before, and changes nothing, the expiry included': where(
    async ({ created, expiryAt }, store) => {
      for (const principal of [undefined, 'ann']) {
        const { key } = await created({ principal: 'ann' })
        const how = ending(store, { principal })
        assert.equal(await store.end(key, how), 'ended')
        const expiry = await expiryAt?.(key)
        assert.equal(await store.end(key, how), 'ended')
        assert.deepEqual(await store.read(key), how.tombstone)
        assert.equal(await expiryAt?.(key), expiry)
      }
    },
  ),

  'answers absent where another has ended the session, whose reason and expiry stay': where(
    async ({ created, expiryAt }, store) => {
      const { key } = await created()
      const first = ending(store)
      await store.end(key, first)
      const expiry = await expiryAt?.(key)
      const { tombstone } = first
      for (const other of [{ tombstone }, { forMs: 1 }, { evenAbsent: true }]) {
        assert.equal(await store.end(key, ending(store, other)), 'absent')
      }
      assert.deepEqual(await store.read(key), first.tombstone)
      assert.equal(await expiryAt?.(key), expiry)
      assert.equal(await store.end(key, first), 'ended')
    },
  ),

  ...forEach(
    [null, ...ODD_PRINCIPALS],
    (principal) => `is refused where ${JSON.stringify(principal)} is signed in, not "ann"`,
    async ({ store, created, stored }: Given, principal) => {
      if (store.end === undefined) return
      const { key, record } = await created({ principal })
      assert.equal(await store.end(key, ending(store, { principal: 'ann' })), 'refused')
      assert.deepEqual(await stored(key), record)
      const its = ending(store, { principal: principal ?? undefined })
      assert.equal(await store.end(key, its), 'ended')
    },
  ),

  'is for anybody where no principal is named': where(async ({ created }, store) => {
    for (const principal of [null, 'ann']) {
      const { key } = await created({ principal })
      assert.equal(await store.end(key, ending(store)), 'ended')
    }
  }),

  'leaves nothing where nothing lies': where(async (_, store) => {
    const key = fresh('key')
    assert.equal(await store.end(key, ending(store)), 'absent')
    assert.equal(await store.read(key), 'absent')
    assert.equal(await store.create(key, recordOf(store)), 'created')
  }),

  'where nothing lies, even there: nothing is created any more': where(async (_, store) => {
    const key = fresh('key')
    const how = ending(store, { principal: 'ann', evenAbsent: true })
    assert.equal(await store.end(key, how), 'absent')
    assert.deepEqual(await store.read(key), how.tombstone)
    assert.equal(await store.create(key, recordOf(store)), 'taken')
    assert.equal(await store.end(key, how), 'absent')
  }),

  'even there: nobody signs in any more where nobody has yet': where(async ({ created }, store) => {
    const { key, record } = await created()
    const how = ending(store, { principal: 'ann', evenAbsent: true })
    assert.equal(await store.end(key, how), 'absent')
    assert.equal(await store.end(key, how), 'absent')
    assert.deepEqual(await store.read(key), how.tombstone)
    const signedIn = successor(record, { principal: 'ann', familyHash: fresh('family') })
    assert.deepEqual(await store.replace(key, expectedOf(record), signedIn), { status: 'gone' })
  }),

  'even there: not where somebody else is signed in': where(async ({ created, stored }, store) => {
    const { key, record } = await created({ principal: 'bob' })
    const how = ending(store, { principal: 'ann', evenAbsent: true })
    assert.equal(await store.end(key, how), 'refused')
    assert.deepEqual(await stored(key), record)
  }),

  'takes what has expired for absent': where(async ({ expired }, store) => {
    const { key } = await expired()
    assert.equal(await store.end(key, ending(store)), 'absent')
    assert.equal(await store.read(key), 'absent')
  }),

  'is over after its time, and the key is free': where(async ({ created, passed }, store) => {
    const { key } = await created()
    await store.end(key, ending(store, { forMs: SHORT_LIFE_MS }))
    assert.notEqual(await store.read(key), 'absent')
    await passed(key, Math.trunc(store.now()) + SHORT_LIFE_MS)
    assert.equal(await store.create(key, recordOf(store)), 'created')
  }),

  'outlives the record it took the place of': where(async ({ outlived }, store) => {
    const [key, record] = [fresh('key'), dying(store, SHORT_LIFE_MS)]
    await store.create(key, record)
    const how = ending(store)
    await store.end(key, how)
    await outlived(record)
    assert.deepEqual(await store.read(key), how.tombstone)
  }),

  'leaves other keys alone': where(async ({ created, stored }, store) => {
    const [{ key }, other] = [await created(), await created()]
    await store.end(key, ending(store))
    assert.deepEqual(await stored(other.key), other.record)
  }),

  'is refused where something else lies, which stays': where(async ({ putForeign }, store) => {
    if (putForeign === undefined) return
    const key = fresh('key')
    await putForeign(key)
    for (const evenAbsent of [true, false]) {
      assert.equal(await store.end(key, ending(store, { evenAbsent })), 'refused')
    }
    assert.equal(await store.read(key), 'undecodable')
  }),

  'nothing revives what is ended meanwhile': where(async ({ created }, store) => {
    const { key, record } = await created()
    const how = ending(store)
    const [ended] = await Promise.all([
      store.end(key, how),
      store.replace(key, expectedOf(record), successor(record)),
      store.touch(key, touchOf(record)),
      store.create(key, record),
    ])
    assert.equal(ended, 'ended')
    assert.deepEqual(await store.read(key), how.tombstone)
  }),
}
