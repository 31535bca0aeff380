import { Rounds } from './memory-rounds.ts'
import type { Listing } from './store.ts'

/** The lists of principals' sessions in memory: members by when they end at last. */
export class MemoryLists {
  readonly #lists = new Map<string, Map<string, number>>()
  readonly #rounds = new Rounds(this.#lists)

  /** With those whose members have all ended and that were not looked at since. */
  get size(): number {
    return this.#lists.size
  }

  enlist(
    key: string,
    { member, until, instead, atMost }: Listing,
    now: number,
  ): 'listed' | readonly string[] {
    this.#rounds.goOn((each) => this.#sweepOne(each, now))
    const list = this.#current(key, now)
    const known = list.has(member)
    const takes = instead !== undefined && list.delete(instead)
    if (!known && !takes && atMost !== undefined && list.size >= atMost) return [...list.keys()]
    list.set(member, until)
    this.#lists.set(key, list)
    return 'listed'
  }

  listed(key: string, now: number): readonly string[] {
    return [...this.#current(key, now).keys()]
  }

  delist(key: string, members: readonly string[]): void {
    const list = this.#lists.get(key)
    for (const member of members) list?.delete(member)
    if (list?.size === 0) this.#lists.delete(key)
  }

  sweep(now: number): void {
    for (const key of this.#lists.keys()) this.#sweepOne(key, now)
  }

  #sweepOne(key: string, now: number): void {
    if (this.#current(key, now).size === 0) this.#lists.delete(key)
  }

  /** Without what has ended at last. */
  #current(key: string, now: number): Map<string, number> {
    const list = this.#lists.get(key) ?? new Map<string, number>()
    for (const [member, until] of list) if (until <= now) list.delete(member)
    return list
  }
}
