/**
 * What was used lately, by its key. Of two generations the older one goes, whole, when the younger
 * has no room left: what nobody asked for meanwhile goes with it.
 */
export class Recent<V> {
  readonly #room: number
  readonly #sizeOf: (value: V) => number
  #young = new Map<string, V>()
  #old = new Map<string, V>()
  #size = 0

  /** @param room of each generation, in what `sizeOf` counts. */
  constructor(room: number, sizeOf: (value: V) => number) {
    this.#room = room
    this.#sizeOf = sizeOf
  }

  get(key: string): V | undefined {
    return this.#young.get(key) ?? this.#revive(key)
  }

  set(key: string, value: V): void {
    const before = this.#young.get(key)
    if (before !== undefined) this.#size -= this.#sizeOf(before)
    if (this.#size >= this.#room) {
      this.#old = this.#young
      this.#young = new Map()
      this.#size = 0
    }
    this.#young.set(key, value)
    this.#size += this.#sizeOf(value)
  }

  #revive(key: string): V | undefined {
    const value = this.#old.get(key)
    if (value !== undefined) this.set(key, value)
    return value
  }
}
