/** Late answers without one in time between them, after which a store is taken to be down. */
const LATE_IN_A_ROW = 5

/** How long a store that is down is left alone, in milliseconds: a half of this to all of it. */
const PAUSE_MS = 500

interface Trouble {
  late: number
  /** When it is asked again. Of any use only when the store is down. */
  until: number
}

/**
 * Spares requests the wait for a store that has stopped answering: one of them tries it about twice
 * a second, the others fail at once. So a page that does without its session is as fast as ever,
 * and nothing piles up in a client's queue.
 *
 * Only lateness counts. A store that fails at once costs nothing to ask.
 */
export class Breaker {
  readonly #troubles = new WeakMap<object, Trouble>()
  /** How many stores there are in `#troubles`: while there is none, nothing is looked up. */
  #troubled = 0

  /** Whether the store is to be asked now. Who is told so may be the one that tries it. */
  admits(store: object): boolean {
    if (this.#troubled === 0) return true
    const trouble = this.#troubles.get(store)
    if (trouble === undefined || trouble.late < LATE_IN_A_ROW) return true
    if (performance.now() < trouble.until) return false
    pause(trouble)
    return true
  }

  /** It has answered, in time or not. */
  answered(store: object): void {
    if (this.#troubled > 0 && this.#troubles.delete(store)) this.#troubled--
  }

  late(store: object): void {
    let trouble = this.#troubles.get(store)
    if (trouble === undefined) {
      trouble = { late: 0, until: 0 }
      this.#troubles.set(store, trouble)
      this.#troubled++
    }
    trouble.late++
    pause(trouble)
  }
}

/** At random, so that servers that lost one Redis do not come back to it in step. */
function pause(trouble: Trouble): void {
  trouble.until = performance.now() + (PAUSE_MS * (1 + Math.random())) / 2
}
