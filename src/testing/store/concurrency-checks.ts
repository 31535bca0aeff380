import assert from 'node:assert/strict'
import { type SessionRecord, revisionOf } from '../../record/record.ts'
import { type Store, isRecord, expectedOf } from '../../store/store.ts'
import type { Checks } from '../conformance.ts'
import type { Given } from './given.ts'
import { fresh, recordOf, successor, touchOf } from './records.ts'

const AT_ONCE = 12
const RACES = 8

/** Every mutation is atomic on its one key. */
export const concurrencyChecks: Checks<Given> = {
  'of many creates one wins, and it is what is stored': async ({ store, stored }) => {
    const key = fresh('key')
    const records = many(() => recordOf(store))
    const answers = await Promise.all(records.map((record) => store.create(key, record)))
    const winners = records.filter((_, at) => answers[at] === 'created')
    assert.deepEqual(winners, [await stored(key)])
  },

  'of many replaces of one revision one wins, and the others learn what is there': async ({
    store,
    created,
    stored,
  }) => {
    const { key, record } = await created()
    const nexts = many(() => successor(record))
    const answers = await Promise.all(
      nexts.map((next) => store.replace(key, expectedOf(record), next)),
    )
    const winners = nexts.filter((_, at) => answers[at]?.status === 'replaced')
    assert.deepEqual(winners, [await stored(key)])
    for (const answer of answers) {
      if (answer.status === 'replaced') continue
      assert.deepEqual(answer, { status: 'conflict', record: winners[0] })
    }
  },

  'no writer that retries on conflict loses its write': async ({ store, created, stored }) => {
    const { key, record } = await created({ data: '0' })
    await Promise.all(many(() => increment(store, key, record)))
    assert.equal((await stored(key)).data, String(AT_ONCE))
  },

  'a command re-sent while it is under way happens once': async ({ store, created, stored }) => {
    const { key, record } = await created()
    const next = successor(record)
    const again = () => store.replace(key, expectedOf(record), next)
    const replaced = { status: 'replaced', familyHash: record.familyHash }
    assert.deepEqual(await Promise.all([again(), again()]), [replaced, replaced])
    assert.deepEqual(await stored(key), next)
  },

  'a touch and a replace undo nothing of each other': async ({ store, created, stored }) => {
    for (let race = 0; race < RACES; race++) {
      const { key, record } = await created()
      const touch = touchOf(record)
      const next = successor(record)
      const note = () => store.touch(key, touch)
      const sentFirst = race % 2 === 0 ? note() : undefined
      const writing = store.replace(key, expectedOf(record), next)
      const [{ status }] = await Promise.all([writing, sentFirst ?? note()])
      const now = await stored(key)
      assert.equal(now.touchedAt, touch.at, 'the activity is lost')
      assert.equal(revisionOf(now), touch.writeId)
      assert.equal(now.data, status === 'replaced' ? next.data : record.data, 'the data are lost')
    }
  },

  'nothing revives what is removed meanwhile': async ({ store, created }) => {
    for (let race = 0; race < RACES; race++) {
      const { key, record } = await created()
      const [removed] = await Promise.all([
        store.remove(key, null),
        store.replace(key, expectedOf(record), successor(record)),
        store.touch(key, touchOf(record)),
      ])
      assert.equal(removed, 'removed')
      assert.equal(await store.read(key), 'absent')
    }
  },

  'answers belong to their keys': async ({ store, created }) => {
    const lying = await Promise.all(many(() => created()))
    const touches = await Promise.all(
      lying.map(({ key, record }) => store.touch(key, touchOf(record))),
    )
    const reads = await Promise.all(lying.map(({ key }) => store.read(key)))
    lying.forEach(({ record }, at) => {
      const [touch, read] = [touches[at], reads[at]]
      assert.ok(read !== undefined && isRecord(read), 'the record is not there')
      assert.equal(read.id, record.id, 'a read answers with the record of another key')
      assert.ok(touch?.status === 'touched')
      assert.equal(touch.written, revisionOf(record), 'a touch answers for another key')
      assert.equal(touch.revision, revisionOf(read), 'a touch answers for another key')
    })
  },
}

function many<T>(make: () => T): T[] {
  return Array.from({ length: AT_ONCE }, make)
}

/** Adds one to the number a record holds, as often as it takes. */
async function increment(store: Store, key: string, from: SessionRecord): Promise<void> {
  for (let tries = 0, base = from; ; tries++) {
    assert.ok(tries <= AT_ONCE, 'others win although all have written')
    const next = successor(base, { data: String(Number(base.data) + 1) })
    const answer = await store.replace(key, expectedOf(base), next)
    if (answer.status === 'replaced') return
    assert.equal(answer.status, 'conflict')
    base = (answer as { record: SessionRecord }).record
  }
}
