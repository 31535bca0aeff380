import { type SessionRecord, expiryOf, revisionOf } from '../../src/record/record.ts'
import { lastWriteOf, withWrite } from '../../src/record/writes.ts'
import type { Tombstone } from '../../src/record/tombstone.ts'
import type {
  EndAnswer,
  Ending,
  Listing,
  ReadAnswer,
  RemoveAnswer,
  ReplaceAnswer,
  ScanStep,
  Store,
  Touch,
  TouchAnswer,
} from '../../src/store/store.ts'

export type Expected = Parameters<Store['replace']>[1]

/** The contract once more, as plainly as it can be said, in steps that a test can break. */
export class MapStore implements Store {
  readonly records = new Map<string, SessionRecord>()
  readonly now: () => number

  constructor(now: () => number = Date.now) {
    this.now = now
  }

  keyOf(key: string): string {
    return key
  }

  keep(key: string, record: SessionRecord): void {
    this.records.set(this.keyOf(key), record)
  }

  expiryOf(record: SessionRecord): number {
    return expiryOf(record)
  }

  live(key: string): SessionRecord | undefined {
    const record = this.records.get(this.keyOf(key))
    return record !== undefined && this.now() < this.expiryOf(record) ? record : undefined
  }

  wrote(record: SessionRecord, writeId: string): boolean {
    return record.writes.includes(writeId)
  }

  async read(key: string): Promise<ReadAnswer> {
    return this.live(key) ?? 'absent'
  }

  async create(key: string, record: SessionRecord): Promise<'created' | 'taken'> {
    const stored = this.live(key)
    if (stored !== undefined) return this.wrote(stored, revisionOf(record)) ? 'created' : 'taken'
    this.keep(key, record)
    return 'created'
  }

  async replace(key: string, expected: Expected, record: SessionRecord): Promise<ReplaceAnswer> {
    const stored = this.live(key)
    if (stored === undefined) return { status: 'gone' }
    const { familyHash } = stored
    if (this.wrote(stored, revisionOf(record))) return { status: 'replaced', familyHash }
    if (revisionOf(stored) !== expected.revision) return { status: 'conflict', record: stored }
    if (familyHash !== expected.familyHash) return { status: 'gone' }
    this.keep(key, record)
    return { status: 'replaced', familyHash: record.familyHash }
  }

  async touch(key: string, touch: Touch): Promise<TouchAnswer> {
    const stored = this.live(key)
    if (stored === undefined || stored.familyHash !== touch.familyHash) return { status: 'gone' }
    const noted = this.noted(stored, touch)
    if (noted !== stored) this.keep(key, noted)
    return answer(noted)
  }

  noted(stored: SessionRecord, { at, active, edition, writeId }: Touch): SessionRecord {
    const promotes = edition > stored.edition
    const touchedAt = active ? Math.max(at, stored.touchedAt) : stored.touchedAt
    if (touchedAt === stored.touchedAt && !promotes) return stored
    return {
      ...stored,
      ...(promotes && { edition, promotedAt: at }),
      touchedAt,
      writes: withWrite(stored.writes, writeId),
    }
  }

  async remove(key: string, principal: string | null): Promise<RemoveAnswer> {
    const stored = this.live(key)
    if (stored === undefined) return 'absent'
    if (stored.principal !== null && stored.principal !== principal) return 'gone'
    this.records.delete(this.keyOf(key))
    return 'removed'
  }
}

/** The same with what accounts need. */
export class AccountsStore extends MapStore {
  readonly tombstones = new Map<string, { readonly tombstone: Tombstone; readonly until: number }>()
  /** Where a session was ended: by which end. */
  readonly endedBy = new Map<string, string>()
  readonly lists = new Map<string, Map<string, number>>()

  lying(key: string): Tombstone | undefined {
    const lying = this.tombstones.get(key)
    return lying !== undefined && this.now() < lying.until ? lying.tombstone : undefined
  }

  override async read(key: string): Promise<ReadAnswer> {
    return this.lying(key) ?? super.read(key)
  }

  override async create(key: string, record: SessionRecord) {
    return this.lying(key) === undefined ? super.create(key, record) : 'taken'
  }

  override async remove(key: string, principal: string | null) {
    return this.lying(key) === undefined ? super.remove(key, principal) : 'gone'
  }

  async end(key: string, ending: Ending): Promise<EndAnswer> {
    const { writeId } = ending
    if (this.lying(key) !== undefined) return this.endedBy.get(key) === writeId ? 'ended' : 'absent'
    const stored = this.live(key)
    const its = this.isOf(stored, ending.principal)
    if (stored === undefined && !ending.evenAbsent) return 'absent'
    const nobodys = ending.evenAbsent && stored?.principal === null
    if (stored !== undefined && !its && !nobodys) return 'refused'
    this.bury(key, ending)
    if (its) this.endedBy.set(key, writeId)
    return its ? 'ended' : 'absent'
  }

  isOf(stored: SessionRecord | undefined, principal: string | undefined): boolean {
    return stored !== undefined && (principal === undefined || stored.principal === principal)
  }

  bury(key: string, { tombstone, forMs }: Ending): void {
    this.tombstones.set(key, { tombstone, until: this.now() + forMs })
    this.records.delete(this.keyOf(key))
  }

  listOf(key: string): Map<string, number> {
    const list = this.lists.get(key) ?? new Map<string, number>()
    this.lists.set(key, list)
    for (const [member, until] of list) if (this.hasEnded(until)) list.delete(member)
    return list
  }

  hasEnded(until: number): boolean {
    return until <= this.now()
  }

  isFull(list: Map<string, number>, { member, atMost = Infinity }: Listing): boolean {
    return !list.has(member) && list.size >= atMost
  }

  async enlist(key: string, listing: Listing): Promise<'listed' | readonly string[]> {
    const list = this.listOf(key)
    const takes = listing.instead !== undefined && list.delete(listing.instead)
    if (!takes && this.isFull(list, listing)) return [...list.keys()]
    list.set(listing.member, listing.until)
    return 'listed'
  }

  async listed(key: string): Promise<readonly string[]> {
    return [...this.listOf(key).keys()]
  }

  async delist(key: string, members: readonly string[]): Promise<void> {
    for (const member of members) this.listOf(key).delete(member)
  }

  async *scan(prefix: string): AsyncGenerator<ScanStep> {
    for (const key of this.records.keys()) {
      if (this.isUnder(prefix, key)) yield { keys: 1, records: this.given(key) }
    }
  }

  isUnder(prefix: string, key: string): boolean {
    return key === prefix + (this.records.get(key)?.id ?? '')
  }

  given(key: string): readonly SessionRecord[] {
    const record = this.live(key)
    return record === undefined ? [] : [record]
  }
}

function answer(record: SessionRecord): TouchAnswer {
  const { touchedAt, edition, promotedAt } = record
  const [written, revision] = [lastWriteOf(record), revisionOf(record)]
  return { status: 'touched', written, revision, touchedAt, edition, promotedAt }
}
