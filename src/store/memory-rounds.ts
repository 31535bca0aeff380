/** Two for each entry that comes, so that what is over is found faster than it piles up. */
const LOOKED_AT = 2

/** Goes round the entries of a map for ever, a few at a time. */
export class Rounds<V> {
  readonly #entries: ReadonlyMap<string, V>
  #round: Iterator<[string, V]>

  constructor(entries: ReadonlyMap<string, V>) {
    this.#entries = entries
    this.#round = entries.entries()
  }

  /** A Map's iterator goes on rightly whatever is deleted. */
  goOn(look: (key: string, value: V) => void): void {
    for (let looked = 0; looked < LOOKED_AT; looked++) {
      const next = this.#round.next()
      if (next.done) this.#round = this.#entries.entries()
      else look(...next.value)
    }
  }
}
