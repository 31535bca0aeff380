/** Lets so many pieces of work run at once; the others wait, first come, first served. */
export class Turns {
  readonly #most: number
  #running = 0
  readonly #waiting = new Set<() => void>()

  constructor(most: number) {
    this.#most = most
  }

  async run(work: () => Promise<void>): Promise<void> {
    if (this.#running < this.#most) this.#running++
    else await this.#turn()
    try {
      await work()
    } finally {
      this.#next()
    }
  }

  async #turn(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting.add(resolve)
    })
  }

  #next(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#running--
      return
    }
    this.#waiting.delete(next)
    next()
  }
}
