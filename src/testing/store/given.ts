import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type SessionRecord, expiryOf } from '../../record/record.ts'
import {
  type ReadAnswer,
  type ReplaceAnswer,
  type ScanStep,
  type Store,
  isRecord,
} from '../../store/store.ts'
import type { FakeClock } from '../fake-clock.ts'
import { comparable, dying, fresh, recordOf } from './records.ts'

/** A store to be put through its contract, and what can be done beside it. */
export interface StoreFixture {
  readonly store: Store
  /**
   * Moves the clock the store goes by. Default: the suite waits for real time to pass, less than
   * two seconds in any case.
   */
  readonly clock?: Pick<FakeClock, 'advance'>
  /** The request to use a store by that offers `for`. Default: an empty object. */
  readonly request?: unknown
  /** For a store that forgets a key by itself: the instant it will, in milliseconds. */
  readonly expiryAt?: (key: string) => number | Promise<number>
  /** Lays under a key a text that another program might have left there. */
  readonly putForeign?: (key: string) => unknown
  /** Ends what was made for a case. Default: closes the store. */
  readonly end?: () => unknown
}

/** Makes a store, for one case. */
export type MakeStore = () => Store | StoreFixture | Promise<Store | StoreFixture>

/** What a check has to work with. */
export interface Given {
  /** Its answers are copies that can be compared, whatever kind of object they were. */
  readonly store: Store
  /** The store itself. */
  readonly itself: Store
  /** The same store as another request gets it; only where the store offers `for`. */
  readonly forAnotherRequest?: () => Promise<Store>
  readonly clock: StoreFixture['clock']
  readonly expiryAt: StoreFixture['expiryAt']
  readonly putForeign: StoreFixture['putForeign']
  /** Runs an operation twice: the second execution changes nothing and answers the same. */
  readonly twice: <T>(key: string, operation: () => Promise<T>) => Promise<T>
  /** A record that is there. */
  readonly created: (given?: Partial<SessionRecord>) => Promise<Lying>
  /** A record that was there, `lifeMs` long, and has expired. */
  readonly expired: (lifeMs?: number) => Promise<Lying>
  readonly stored: (key: string) => Promise<SessionRecord>
  /** Waits, by the store's clock, until a record has expired. */
  readonly outlived: (record: SessionRecord) => Promise<void>
  /** Waits until an instant by the store's clock, and until the key is absent then, if given. */
  readonly passed: (key: string | undefined, instant: number) => Promise<void>
}

export interface Lying {
  readonly key: string
  readonly record: SessionRecord
}

/** How long a record lives that a case waits for: time for a slow store to show it. */
export const SHORT_LIFE_MS = 400
/** How far a store's clock may be off from the one that expires its keys. */
const CLOCK_ERROR_MS = 250

export async function lendStore(
  makeStore: MakeStore,
  check: (given: Given) => void | Promise<void>,
): Promise<void> {
  const made = await makeStore()
  const fixture: StoreFixture = 'read' in made ? { store: made } : made
  const { end = () => fixture.store.close?.() } = fixture
  try {
    await check(await givenOf(fixture))
  } finally {
    await end()
  }
}

async function givenOf(fixture: StoreFixture): Promise<Given> {
  const { store: whole, request = {}, clock, expiryAt, putForeign } = fixture
  const bind = whole.for?.bind(whole)
  const itself = bind === undefined ? whole : await bind(request)
  const store = comparing(itself)
  await store.measureClock?.()

  async function twice<T>(key: string, operation: () => Promise<T>): Promise<T> {
    const first = await operation()
    const after = await store.read(key)
    const expiry = await expiryAt?.(key)
    assert.deepEqual(await operation(), first, 'executed again, it answers something else')
    assert.deepEqual(await store.read(key), after, 'executed again, it changes the record')
    assert.equal(await expiryAt?.(key), expiry, 'executed again, it changes the expiry')
    return first
  }

  async function created(given: Partial<SessionRecord> = {}): Promise<Lying> {
    const record = comparable(recordOf(store, given))
    const key = fresh('key')
    assert.equal(await twice(key, () => store.create(key, record)), 'created')
    return { key, record }
  }

  async function expired(lifeMs = SHORT_LIFE_MS): Promise<Lying> {
    const record = dying(store, lifeMs)
    const key = fresh('key')
    await store.create(key, record)
    const answer = await store.read(key)
    // Looked at too late, on a busy machine, it says nothing.
    const isDue = store.now() >= expiryOf(record)
    if (!isDue) assert.notEqual(answer, 'absent', 'it is absent before it has expired')
    await passed(key, expiryOf(record))
    return { key, record }
  }

  function outlived(record: SessionRecord): Promise<void> {
    return passed(undefined, expiryOf(record))
  }

  async function passed(key: string | undefined, instant: number): Promise<void> {
    const left = instant - store.now()
    if (clock === undefined) await sleep(left + 1)
    else clock.advance(Math.ceil(left / 1000))
    assert.ok(store.now() >= instant, 'the clock does not move the time of the store')
    if (key !== undefined) await absentSoon(key)
  }

  async function absentSoon(key: string): Promise<void> {
    const giveUpAt = performance.now() + (clock === undefined ? CLOCK_ERROR_MS : 0)
    while ((await store.read(key)) !== 'absent') {
      assert.ok(performance.now() < giveUpAt, 'it is still there after it has expired')
      await sleep(10)
    }
  }

  async function stored(key: string): Promise<SessionRecord> {
    const record = await store.read(key)
    if (isRecord(record)) return record
    assert.fail(`there should be a record, and the key is ${JSON.stringify(record)}`)
  }

  const forAnotherRequest = bind && (async () => comparing(await bind(request)))
  const offered = { forAnotherRequest, clock, expiryAt, putForeign }
  return { store, itself, ...offered, twice, created, expired, stored, outlived, passed }
}

function comparing(store: Store): Store {
  return {
    now: () => store.now(),
    measureClock: () => store.measureClock?.(),
    read: async (key) => plainRead(await store.read(key)),
    create: (key, record) => store.create(key, record),
    replace: async (key, expected, record) => plain(await store.replace(key, expected, record)),
    touch: async (key, touch) => ({ ...(await store.touch(key, touch)) }),
    remove: (key, principal) => store.remove(key, principal),
    watch: (key, changed) => store.watch?.(key, changed),
    ...(store.end && { end: store.end.bind(store) }),
    ...(store.enlist && { enlist: store.enlist.bind(store) }),
    ...(store.listed && { listed: store.listed.bind(store) }),
    ...(store.delist && { delist: store.delist.bind(store) }),
    ...(store.scan && { scan: (prefix: string) => comparingSteps(store.scan?.(prefix)) }),
    ...(store.readForeign && { readForeign: store.readForeign.bind(store) }),
    ...(store.removeForeign && { removeForeign: store.removeForeign.bind(store) }),
  }
}

async function* comparingSteps(
  steps: AsyncIterable<ScanStep> | undefined,
): AsyncGenerator<ScanStep> {
  for await (const { keys, records } of steps ?? []) {
    yield { keys, records: records.map(comparable) }
  }
}

function plainRead(answer: ReadAnswer): ReadAnswer {
  return isRecord(answer) ? comparable(answer) : answer
}

function plain(answer: ReplaceAnswer): ReplaceAnswer {
  return 'record' in answer ? { ...answer, record: comparable(answer.record) } : { ...answer }
}
