import type { Tombstone } from '../record/tombstone.ts'
import { Rounds } from './memory-rounds.ts'

interface Lying {
  readonly tombstone: Tombstone
  readonly until: number
  /** The write id of the end that has ended a session here. */
  readonly endedBy: string | undefined
}

/** What lies for a while in the place of sessions that somebody ended. */
export class MemoryTombstones {
  readonly #lying = new Map<string, Lying>()
  readonly #rounds = new Rounds(this.#lying)
  readonly #clock: () => number

  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** With those whose time is over and that were not looked at since. */
  get size(): number {
    return this.#lying.size
  }

  get(key: string): Tombstone | undefined {
    return this.#at(key)?.tombstone
  }

  endedBy(key: string): string | undefined {
    return this.#at(key)?.endedBy
  }

  put(key: string, tombstone: Tombstone, forMs: number, endedBy: string | undefined): void {
    this.#rounds.goOn((each) => this.#at(each))
    this.#lying.set(key, { tombstone, until: this.#clock() + forMs, endedBy })
  }

  sweep(): void {
    for (const key of this.#lying.keys()) this.#at(key)
  }

  #at(key: string): Lying | undefined {
    const lying = this.#lying.get(key)
    if (lying === undefined || lying.until > this.#clock()) return lying
    this.#lying.delete(key)
    return undefined
  }
}
