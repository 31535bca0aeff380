/** Who is to be told about a key. */
export class MemoryListeners {
  readonly #listeners = new Map<string, Set<() => void>>()

  /** Answers how to listen no more. */
  add(key: string, changed: () => void): () => void {
    const listeners = this.#listeners.get(key) ?? new Set<() => void>()
    this.#listeners.set(key, listeners)
    const listener = () => changed()
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      const unused = listeners.size === 0 && this.#listeners.get(key) === listeners
      if (unused) this.#listeners.delete(key)
    }
  }

  /** Never within this call. */
  tell(key: string): void {
    for (const changed of this.#listeners.get(key) ?? []) queueMicrotask(changed)
  }
}
