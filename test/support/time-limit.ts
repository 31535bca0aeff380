const TICK_MS = 5
/** A tick that comes later than this was kept waiting: by other processes, or by work in this one. */
const LONGEST_TICK_MS = 2 * TICK_MS

/** How long something took. */
export interface Taken {
  /** In time that the event loop had. */
  readonly loopMs: number
  /** By the clock. */
  readonly ms: number
}

/**
 * A limit in time that the event loop has had. Whoever waits for a timer waits longer on a machine
 * that is busy, and is not to blame for it; so time in which no timer ran counts for nothing. On a
 * quiet machine it is the time by the clock.
 */
export class TimeLimit {
  readonly #timer = setInterval(() => this.#tick(), TICK_MS)
  readonly #exceeded: Promise<never>
  #reject: (error: Error) => void = () => undefined
  #limitMs: number
  #startedAt = performance.now()
  #tickedAt = this.#startedAt
  #loopMs = 0

  constructor(limitMs: number) {
    this.#limitMs = limitMs
    this.#exceeded = new Promise((_, reject) => {
      this.#reject = reject
    })
    this.#exceeded.catch(() => undefined)
  }

  /** Counts from now on, and with this limit. */
  restart(limitMs: number): void {
    this.#limitMs = limitMs
    this.#startedAt = performance.now()
    this.#tickedAt = this.#startedAt
    this.#loopMs = 0
  }

  /**
   * What the promise gives, if it does in time. It is the last thing to be limited.
   *
   * @throws {Error} when it has not settled by then, and may never.
   */
  async keep<T>(promise: Promise<T>): Promise<T> {
    try {
      return await Promise.race([promise, this.#exceeded])
    } finally {
      this.#tick()
      clearInterval(this.#timer)
    }
  }

  get taken(): Taken {
    return { loopMs: this.#loopMs, ms: this.#tickedAt - this.#startedAt }
  }

  #tick(): void {
    const now = performance.now()
    this.#loopMs += Math.min(now - this.#tickedAt, LONGEST_TICK_MS)
    this.#tickedAt = now
    if (this.#loopMs < this.#limitMs) return
    const ms = (now - this.#startedAt).toFixed(0)
    this.#reject(new Error(`it has not settled within ${this.#limitMs} ms: ${ms} by the clock`))
  }
}
