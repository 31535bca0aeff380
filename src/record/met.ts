const LONG = 64

/** The objects met on a walk. Searching a short list is several times cheaper than filling a Set. */
export class Met {
  readonly #few: object[] = []
  #many: Set<object> | undefined

  /** Whether it has been met before. */
  again(value: object): boolean {
    if (this.#many !== undefined) {
      const { size } = this.#many
      return this.#many.add(value).size === size
    }
    if (this.#few.includes(value)) return true
    if (this.#few.push(value) > LONG) this.#many = new Set(this.#few)
    return false
  }
}
