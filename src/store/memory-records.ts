import { type SessionRecord, expiryOf } from '../record/record.ts'
import { Rounds } from './memory-rounds.ts'
import type { ScanStep } from './store.ts'

/** Nobody else is served while it looks at so many. */
const LOOKED_AT_PER_STEP = 1000

/** Records in memory. One that has expired is not there, however long it is kept. */
export class MemoryRecords {
  readonly #records = new Map<string, SessionRecord>()
  readonly #clock: () => number
  readonly #rounds = new Rounds(this.#records)

  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** With those that have expired and were not looked at since. */
  get size(): number {
    return this.#records.size
  }

  get(key: string): SessionRecord | undefined {
    const record = this.#records.get(key)
    if (record === undefined || expiryOf(record) > this.#clock()) return record
    this.#records.delete(key)
    return undefined
  }

  set(key: string, record: SessionRecord): void {
    this.#records.set(key, record)
  }

  delete(key: string): boolean {
    return this.#records.delete(key)
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

  /** Looks at the next few, and forgets those that have expired. */
  sweepSome(): void {
    const now = this.#clock()
    this.#rounds.goOn((key, record) => {
      if (expiryOf(record) <= now) this.#records.delete(key)
    })
  }

  sweep(): void {
    const now = this.#clock()
    for (const [key, record] of this.#records) {
      if (expiryOf(record) <= now) this.#records.delete(key)
    }
  }
}
