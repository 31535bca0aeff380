import { StoreError } from '../errors.ts'
import { requireFunction, requireGroup, requireInteger } from '../options/check.ts'
import { expiryOf, revisionOf, type SessionRecord } from '../record/record.ts'
import { MemoryListeners } from './memory-listeners.ts'
import { MemoryLists } from './memory-lists.ts'
import { MemoryRecords } from './memory-records.ts'
import { MemoryTombstones } from './memory-tombstones.ts'
import type {
  EndAnswer,
  Ending,
  Expected,
  Listing,
  ReadAnswer,
  RemoveAnswer,
  ReplaceAnswer,
  ScanStep,
  Store,
  Subscription,
  Touch,
  TouchAnswer,
} from './store.ts'
import { touchAnswerOf, touched } from './touched.ts'

export interface MemoryStoreOptions {
  /** The store's clock: milliseconds since the epoch. Default: the local clock. */
  readonly now?: () => number
  /**
   * How many sessions it holds, 1 or more. Default 100000. When it is full of sessions that have
   * not expired, a new one is refused with a {@link StoreError}; nobody's session is dropped.
   */
  readonly maxRecords?: number
}

const MAX_RECORDS = 100_000
/** Looking at everything takes a while; a full store does it this often at most. */
const FULL_SWEEP_EVERY_MS = 1000

/**
 * Keeps sessions in the memory of this process: for development, tests, and applications that run
 * as a single process. They end with the process and no other process sees them. The rules are
 * those of every other store, timeouts included.
 *
 * @throws {OptionError} when an option is unknown or no such function or number.
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  requireGroup('memoryStore', options, ['now', 'maxRecords'], {
    group: '',
    rule: 'takes an object',
  })
  const { now = localTime, maxRecords = MAX_RECORDS } = options
  requireFunction('now', now)
  requireInteger('maxRecords', maxRecords, { min: 1, max: Number.MAX_SAFE_INTEGER })
  return new MemoryStore(now, maxRecords)
}

function localTime(): number {
  return Date.now()
}

class MemoryStore implements Store {
  readonly #listeners = new MemoryListeners()
  readonly #records: MemoryRecords
  readonly #tombstones: MemoryTombstones
  readonly #lists = new MemoryLists()
  readonly #clock: () => number
  readonly #maxRecords: number
  #sweptAt = Number.NEGATIVE_INFINITY

  constructor(clock: () => number, maxRecords: number) {
    this.#clock = clock
    this.#records = new MemoryRecords(clock)
    this.#tombstones = new MemoryTombstones(clock)
    this.#maxRecords = maxRecords
  }

  now(): number {
    return this.#clock()
  }

  async read(key: string): Promise<ReadAnswer> {
    return this.#records.get(key) ?? this.#tombstones.get(key) ?? 'absent'
  }

  async create(key: string, record: SessionRecord): Promise<'created' | 'taken'> {
    const stored = this.#records.get(key)
    if (stored !== undefined) return wrote(stored, revisionOf(record)) ? 'created' : 'taken'
    if (this.#tombstones.get(key) !== undefined) return 'taken'
    this.#makeRoom()
    this.#records.set(key, record)
    return 'created'
  }

  async replace(key: string, expected: Expected, record: SessionRecord): Promise<ReplaceAnswer> {
    const stored = this.#records.get(key)
    if (stored === undefined) return { status: 'gone' }
    if (wrote(stored, revisionOf(record))) {
      return { status: 'replaced', familyHash: stored.familyHash }
    }
    if (revisionOf(stored) !== expected.revision) return { status: 'conflict', record: stored }
    if (stored.familyHash !== expected.familyHash) return { status: 'gone' }
    this.#records.set(key, record)
    if (expiryOf(record) < expiryOf(stored)) this.#listeners.tell(key)
    return { status: 'replaced', familyHash: record.familyHash }
  }

  async touch(key: string, touch: Touch): Promise<TouchAnswer> {
    const stored = this.#records.get(key)
    if (stored === undefined || stored.familyHash !== touch.familyHash) return { status: 'gone' }
    const record = touched(stored, touch)
    if (record !== stored) this.#records.set(key, record)
    return touchAnswerOf(record)
  }

  async remove(key: string, principal: string | null): Promise<RemoveAnswer> {
    const stored = this.#records.get(key)
    if (stored === undefined) return this.#tombstones.get(key) === undefined ? 'absent' : 'gone'
    if (stored.principal !== null && stored.principal !== principal) return 'gone'
    this.#records.delete(key)
    this.#listeners.tell(key)
    return 'removed'
  }

  async end(key: string, ending: Ending): Promise<EndAnswer> {
    const { tombstone, forMs, principal, evenAbsent, writeId } = ending
    const stored = this.#records.get(key)
    if (this.#tombstones.endedBy(key) === writeId) return 'ended'
    const lies = this.#tombstones.get(key) !== undefined
    if (stored === undefined && (!evenAbsent || lies)) return 'absent'
    const its = stored !== undefined && (principal ?? stored.principal) === stored.principal
    if (stored !== undefined && !its && !(evenAbsent && stored.principal === null)) return 'refused'
    this.#tombstones.put(key, tombstone, forMs, its ? writeId : undefined)
    if (this.#records.delete(key)) this.#listeners.tell(key)
    return its ? 'ended' : 'absent'
  }

  async enlist(key: string, listing: Listing): Promise<'listed' | readonly string[]> {
    return this.#lists.enlist(key, listing, this.#clock())
  }

  async listed(key: string): Promise<readonly string[]> {
    return this.#lists.listed(key, this.#clock())
  }

  async delist(key: string, members: readonly string[]): Promise<void> {
    this.#lists.delist(key, members)
  }

  scan(prefix: string): AsyncGenerator<ScanStep> {
    return this.#records.scan(prefix)
  }

  /** A clock that was given may jump past any expiry, and nobody tells. */
  watch(key: string, changed: () => void): Subscription {
    const remove = this.#listeners.add(key, changed)
    return { live: this.#clock === localTime, end: async () => remove() }
  }

  #makeRoom(): void {
    this.#records.sweepSome()
    if (this.#records.size >= this.#maxRecords) this.#sweepAll(this.#clock())
    if (this.#records.size < this.#maxRecords) return
    throw new StoreError('create', `it holds ${this.#maxRecords} sessions, its maxRecords`)
  }

  #sweepAll(now: number): void {
    if (now - this.#sweptAt < FULL_SWEEP_EVERY_MS) return
    this.#sweptAt = now
    this.#tombstones.sweep()
    this.#lists.sweep(now)
    this.#records.sweep()
  }
}

function wrote(record: SessionRecord, writeId: string): boolean {
  return record.writes.includes(writeId)
}
