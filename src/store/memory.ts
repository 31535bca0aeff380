import { OptionError, StoreError } from '../errors.ts'
import { refuseUnknown, requireFunction, requireInteger } from '../options/check.ts'
import {
  expiryOf,
  lastWriteOf,
  revisionOf,
  type SessionRecord,
  withWrite,
} from '../record/record.ts'
import type { Tombstone } from '../record/tombstone.ts'
import { MemoryLists } from './memory-lists.ts'
import type {
  EndAnswer,
  Ending,
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
/** Two for each record that comes, so that expired ones are found faster than they pile up. */
const LOOKED_AT_PER_CREATE = 2
/** Looking at everything takes a while; a full store does it this often at most. */
const FULL_SWEEP_EVERY_MS = 1000
/** Nobody else is served while it looks at so many. */
const LOOKED_AT_PER_STEP = 1000

/**
 * Keeps sessions in the memory of this process: for development, tests, and applications that run
 * as a single process. They end with the process and no other process sees them. The rules are
 * those of every other store, timeouts included.
 *
 * @throws {OptionError} when an option is unknown or no such function or number.
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  if (typeof options !== 'object' || options === null) {
    throw new OptionError('memoryStore', 'takes an object with options')
  }
  refuseUnknown('', options, ['now', 'maxRecords'])
  const { now = localTime, maxRecords = MAX_RECORDS } = options
  requireFunction('now', now)
  requireInteger('maxRecords', maxRecords, { min: 1, max: Number.MAX_SAFE_INTEGER })
  return new MemoryStore(now, maxRecords)
}

function localTime(): number {
  return Date.now()
}

interface Lying {
  readonly tombstone: Tombstone
  readonly until: number
  /** The write id of the end that has ended a session here. */
  readonly endedBy: string | undefined
}

class MemoryStore implements Store {
  readonly #listeners = new Map<string, Set<() => void>>()
  readonly #records = new Map<string, SessionRecord>()
  readonly #tombstones = new Map<string, Lying>()
  readonly #lists = new MemoryLists()
  readonly #clock: () => number
  readonly #maxRecords: number
  #sweep: Iterator<[string, SessionRecord]> = this.#records.entries()
  #sweptAt = Number.NEGATIVE_INFINITY

  constructor(clock: () => number, maxRecords: number) {
    this.#clock = clock
    this.#maxRecords = maxRecords
  }

  now(): number {
    return this.#clock()
  }

  async read(key: string): Promise<ReadAnswer> {
    return this.#live(key) ?? this.#tombstone(key) ?? 'absent'
  }

  async create(key: string, record: SessionRecord): Promise<'created' | 'taken'> {
    const stored = this.#live(key)
    if (stored !== undefined) return wrote(stored, revisionOf(record)) ? 'created' : 'taken'
    if (this.#tombstone(key) !== undefined) return 'taken'
    this.#makeRoom()
    this.#records.set(key, record)
    return 'created'
  }

  async replace(
    key: string,
    expected: { readonly revision: string; readonly familyHash: string },
    record: SessionRecord,
  ): Promise<ReplaceAnswer> {
    const stored = this.#live(key)
    if (stored === undefined) return { status: 'gone' }
    if (wrote(stored, revisionOf(record))) {
      return { status: 'replaced', familyHash: stored.familyHash }
    }
    if (revisionOf(stored) !== expected.revision) return { status: 'conflict', record: stored }
    if (stored.familyHash !== expected.familyHash) return { status: 'gone' }
    this.#records.set(key, record)
    if (expiryOf(record) < expiryOf(stored)) this.#tell(key)
    return { status: 'replaced', familyHash: record.familyHash }
  }

  async touch(key: string, touch: Touch): Promise<TouchAnswer> {
    const stored = this.#live(key)
    if (stored === undefined || stored.familyHash !== touch.familyHash) return { status: 'gone' }
    const promotes = touch.edition > stored.edition
    const touchedAt = touch.active ? Math.max(stored.touchedAt, touch.at) : stored.touchedAt
    if (touchedAt === stored.touchedAt && !promotes) return touched(stored)
    const record: SessionRecord = {
      ...stored,
      writes: withWrite(stored.writes, touch.writeId),
      touchedAt,
      edition: promotes ? touch.edition : stored.edition,
      promotedAt: promotes ? touch.at : stored.promotedAt,
    }
    this.#records.set(key, record)
    return touched(record)
  }

  async remove(key: string, principal: string | null): Promise<RemoveAnswer> {
    const stored = this.#live(key)
    if (stored === undefined) return this.#tombstone(key) === undefined ? 'absent' : 'gone'
    if (stored.principal !== null && stored.principal !== principal) return 'gone'
    this.#records.delete(key)
    this.#tell(key)
    return 'removed'
  }

  async end(key: string, ending: Ending): Promise<EndAnswer> {
    const { tombstone, forMs, principal, evenAbsent, writeId } = ending
    const stored = this.#live(key)
    const lies = this.#tombstone(key) !== undefined
    if (lies && this.#tombstones.get(key)?.endedBy === writeId) return 'ended'
    if (stored === undefined && (!evenAbsent || lies)) return 'absent'
    const its = stored !== undefined && (principal ?? stored.principal) === stored.principal
    if (stored !== undefined && !its && !(evenAbsent && stored.principal === null)) return 'refused'
    const endedBy = its ? writeId : undefined
    this.#tombstones.set(key, { tombstone, until: this.#clock() + forMs, endedBy })
    if (this.#records.delete(key)) this.#tell(key)
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

  /** A Map's iterator goes on rightly whatever is deleted; what is added could keep it for ever. */
  async *scan(prefix: string): AsyncGenerator<ScanStep> {
    let left = this.#records.size
    let keys = 0
    let records: SessionRecord[] = []
    for (const [key, record] of this.#records) {
      if (left-- === 0) break
      if (key === prefix + record.id && expiryOf(record) > this.#clock()) records.push(record)
      keys += 1
      if (keys < LOOKED_AT_PER_STEP) continue
      yield { keys, records }
      keys = 0
      records = []
    }
    yield { keys, records }
  }

  /** A clock that was given may jump past any expiry, and nobody tells. */
  watch(key: string, changed: () => void): Subscription {
    const listeners = this.#listeners.get(key) ?? new Set<() => void>()
    this.#listeners.set(key, listeners)
    const listener = () => changed()
    listeners.add(listener)
    return {
      live: this.#clock === localTime,
      end: async () => {
        listeners.delete(listener)
        const unused = listeners.size === 0 && this.#listeners.get(key) === listeners
        if (unused) this.#listeners.delete(key)
      },
    }
  }

  #tell(key: string): void {
    for (const changed of this.#listeners.get(key) ?? []) queueMicrotask(changed)
  }

  #live(key: string): SessionRecord | undefined {
    const record = this.#records.get(key)
    if (record === undefined || expiryOf(record) > this.#clock()) return record
    this.#records.delete(key)
    return undefined
  }

  #tombstone(key: string): Tombstone | undefined {
    const lying = this.#tombstones.get(key)
    if (lying === undefined || lying.until > this.#clock()) return lying?.tombstone
    this.#tombstones.delete(key)
    return undefined
  }

  #makeRoom(): void {
    const now = this.#clock()
    for (let looked = 0; looked < LOOKED_AT_PER_CREATE; looked++) {
      const next = this.#sweep.next()
      if (next.done) this.#sweep = this.#records.entries()
      else if (expiryOf(next.value[1]) <= now) this.#records.delete(next.value[0])
    }
    if (this.#records.size < this.#maxRecords) return
    this.#sweepAll(now)
    if (this.#records.size < this.#maxRecords) return
    throw new StoreError('create', `it holds ${this.#maxRecords} sessions, its maxRecords`)
  }

  #sweepAll(now: number): void {
    if (now - this.#sweptAt < FULL_SWEEP_EVERY_MS) return
    this.#sweptAt = now
    for (const key of this.#tombstones.keys()) this.#tombstone(key)
    this.#lists.sweep(now)
    for (const [key, record] of this.#records) {
      if (expiryOf(record) <= now) this.#records.delete(key)
    }
  }
}

function wrote(record: SessionRecord, writeId: string): boolean {
  return record.writes.includes(writeId)
}

function touched(record: SessionRecord): TouchAnswer {
  const { touchedAt, edition, promotedAt } = record
  const [written, revision] = [lastWriteOf(record), revisionOf(record)]
  return { status: 'touched', written, revision, touchedAt, edition, promotedAt }
}
