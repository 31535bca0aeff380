import assert from 'node:assert/strict'
import type { SessionRecord } from '../../record/record.ts'
import { type Store, expectedOf } from '../../store/store.ts'
import type { Checks } from '../conformance.ts'
import { type Given, SHORT_LIFE_MS } from './given.ts'
import { dying, fresh, recordOf, successor } from './records.ts'

type Scannable = Store & Required<Pick<Store, 'scan'>>

/** The same check, for stores that can be scanned. */
function where(
  check: (given: Given, store: Scannable, prefix: string) => Promise<void>,
): (given: Given) => Promise<void> {
  return async (given) => {
    if (given.store.scan !== undefined) {
      await check(given, given.store as Scannable, `${fresh('set')}:`)
    }
  }
}

/** Puts so many records under a prefix. */
async function filled(store: Store, prefix: string, count: number): Promise<SessionRecord[]> {
  const records = Array.from({ length: count }, () => recordOf(store))
  await Promise.all(records.map((record) => store.create(prefix + record.id, record)))
  return records
}

async function scanned(store: Scannable, prefix: string): Promise<SessionRecord[]> {
  const records: SessionRecord[] = []
  for await (const step of store.scan(prefix)) {
    assert.ok(Number.isFinite(step.keys) && step.keys >= 0, 'a step says how many keys it took')
    records.push(...step.records)
  }
  return records
}

/** Once each, in any order; twice is allowed. */
async function expectScan(
  store: Scannable,
  prefix: string,
  records: readonly SessionRecord[],
): Promise<void> {
  const byId = new Map((await scanned(store, prefix)).map((record) => [record.id, record]))
  assert.deepEqual([...byId.keys()].toSorted(), records.map(({ id }) => id).toSorted())
  for (const record of records) assert.deepEqual({ ...byId.get(record.id) }, { ...record })
}

/** Store.scan: all sessions of a set. */
export const scanChecks: Checks<Given> = {
  'gives every record under the prefix, as it is stored': where(async (_, store, prefix) => {
    await expectScan(store, prefix, [])
    const records = await filled(store, prefix, 25)
    await expectScan(store, prefix, records)
    const [first] = records as [SessionRecord]
    const next = successor(first)
    await store.replace(prefix + first.id, expectedOf(first), next)
    await expectScan(store, prefix, [next, ...records.slice(1)])
  }),

  'gives nothing of another prefix, whatever characters it has': where(async (_, store, prefix) => {
    const prefixes = ['*', '?', '[a-z]', '[^a]', '\\', 'é', 'a'].map((odd) => `${prefix}${odd}:`)
    const held = await Promise.all(prefixes.map((each) => filled(store, each, 1)))
    for (const [at, each] of prefixes.entries()) {
      await expectScan(store, each, held[at] as SessionRecord[])
    }
    await expectScan(store, prefix, [])
  }),

  'gives no record that lies under the key of another': where(async (_, store, prefix) => {
    await store.create(prefix + fresh('id'), recordOf(store))
    await expectScan(store, prefix, [])
  }),

  'gives neither what has expired nor what was removed': where(
    async ({ passed }, store, prefix) => {
      const [lives, goes] = await filled(store, prefix, 2)
      const dies = dying(store, SHORT_LIFE_MS)
      const key = prefix + dies.id
      await store.create(key, dies)
      await store.remove(prefix + (goes as SessionRecord).id, null)
      await passed(key, Math.trunc(store.now()) + SHORT_LIFE_MS)
      await expectScan(store, prefix, [lives as SessionRecord])
    },
  ),

  'gives neither lists nor what was ended': where(async (_, store, prefix) => {
    const [lives, goes] = (await filled(store, prefix, 2)) as [SessionRecord, SessionRecord]
    const now = Math.trunc(store.now())
    const tombstone = { id: goes.id, ended: { reason: 'why', at: now } }
    const whose = { principal: undefined, evenAbsent: false }
    const how = { ...whose, tombstone, forMs: 60_000, writeId: fresh('write') }
    const listing = { member: `${lives.id}.1`, until: now + 60_000 }
    const others = { instead: undefined, atMost: undefined }
    await store.enlist?.(`${prefix}of:ada`, { ...listing, ...others })
    if ((await store.end?.(prefix + goes.id, how)) === undefined) {
      await store.remove(prefix + goes.id, null)
    }
    await expectScan(store, prefix, [lives])
  }),

  'gives nothing that is no record': where(async ({ putForeign }, store, prefix) => {
    const records = await filled(store, prefix, 1)
    await putForeign?.(prefix + fresh('id'))
    await expectScan(store, prefix, records)
  }),

  'gives what lies there all the time, whatever comes and goes': where(async (_, store, prefix) => {
    const goes = await filled(store, prefix, 300)
    const stays = await filled(store, prefix, 300)
    const found = new Set<string>()
    for await (const { records } of store.scan(prefix)) {
      for (const { id } of records) found.add(id)
      const gone = goes.splice(0, 50)
      await Promise.all(gone.map(({ id }) => store.remove(prefix + id, null)))
      await filled(store, prefix, Math.trunc(gone.length / 5))
    }
    const missed = stays.filter(({ id }) => !found.has(id))
    assert.deepEqual(missed, [])
  }),

  'can be left, and begun again': where(async (_, store, prefix) => {
    const records = await filled(store, prefix, 3)
    for await (const { records: some } of store.scan(prefix)) if (some.length > 0) break
    await expectScan(store, prefix, records)
  }),
}
