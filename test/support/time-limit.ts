const TICK_MS = 5
/** A tick that comes later than this was kept waiting: by other processes, or by work in this one. */
const LONGEST_TICK_MS = 2 * TICK_MS
/** What is settled by a timer that was due may take some turns of the event loop to be seen. */
const TURNS = 3

/** How long something took. */
export interface Taken {
  /** In time that the event loop had: what other processes or work in this one took does not count. */
  readonly loopMs: number
  /** By the clock. */
  readonly ms: number
}

/**
 * A limit that is kept, or not, by the order of timers: those that were due earlier run earlier,
 * however late all of them are on a busy machine. When the one of the limit has run, and the event
 * loop has turned a few times since, whatever was to end in time has ended.
 */
export class TimeLimit {
  readonly #ticks = setInterval(() => this.#tick(), TICK_MS)
  readonly #exceeded: Promise<never>
  #reject: (error: Error) => void = () => undefined
  #witness: NodeJS.Timeout | undefined
  #round = 0
  #startedAt = 0
  #tickedAt = 0
  #loopMs = 0

  constructor(limitMs: number) {
    this.#exceeded = new Promise((_, reject) => {
      this.#reject = reject
    })
    this.#exceeded.catch(() => undefined)
    this.restart(limitMs)
  }

  /** Counts from now on, and with this limit. */
  restart(limitMs: number): void {
    const round = ++this.#round
    clearTimeout(this.#witness)
    this.#witness = setTimeout(() => this.#turn(TURNS, round, limitMs), limitMs)
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
      this.#round++
      clearTimeout(this.#witness)
      clearInterval(this.#ticks)
    }
  }

  get taken(): Taken {
    return { loopMs: this.#loopMs, ms: this.#tickedAt - this.#startedAt }
  }

  #tick(): void {
    const now = performance.now()
    this.#loopMs += Math.min(now - this.#tickedAt, LONGEST_TICK_MS)
    this.#tickedAt = now
  }

  #turn(left: number, round: number, limitMs: number): void {
    if (round !== this.#round) return
    if (left > 0) {
      setImmediate(() => this.#turn(left - 1, round, limitMs))
      return
    }
    const ms = (performance.now() - this.#startedAt).toFixed(0)
    this.#reject(new Error(`it has not settled within ${limitMs} ms: ${ms} by the clock`))
  }
}
