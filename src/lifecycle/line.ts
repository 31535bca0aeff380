import type { SessionRecord } from '../record/record.ts'
import { remembersSince } from '../record/writes.ts'
import type { Visit } from '../session/visit.ts'
import type { Store } from '../store/store.ts'

/** How long one writer may hold up the others, in milliseconds, whatever it waits for. */
const LONGEST_TURN_MS = 250

/** So many, and then it is the turn of another process, if one writes too. */
const TURNS_IN_A_ROW = 8

/** A write, as far as those who stand in line with it need to know it. */
interface Writer {
  readonly visit: Visit
}

interface Waiting {
  readonly writer: Writer
  readonly begin: () => void
}

/**
 * The writers of one session that have met in this process: each has its turn, and goes on from what
 * the one before has stored. All at once, each would be refused for the sake of every other
 * (docs/decisions/030).
 */
export class Line {
  readonly #turnMs: number
  readonly #close: () => void
  readonly #waiting: Waiting[] = []
  #writing: Writer | undefined
  #limit: NodeJS.Timeout | undefined
  /** How many turns have begun. */
  #turns = 0
  #stored: SessionRecord | undefined
  /** In which turn that was stored. */
  #storedIn = 0

  constructor(turnMs: number, close: () => void) {
    this.#turnMs = turnMs
    this.#close = close
  }

  /** Waits for the turn. Gives the newest record that is known then: `mine`, or a later one. */
  async enter(writer: Writer, mine: SessionRecord): Promise<SessionRecord> {
    // Writes of one request wait for each other already, and two places would do so crosswise.
    if (this.#has(writer.visit)) return mine
    const turns = this.#turns
    if (this.#writing === undefined) this.#begin(writer)
    else await new Promise<void>((begin) => void this.#waiting.push({ writer, begin }))
    // It is refused, and whoever has just been refused in another process comes before its next try.
    if (this.#turns % TURNS_IN_A_ROW === 0) return mine
    const stored = this.#stored
    // Whoever is of another family is told so by the store.
    if (stored?.familyHash !== mine.familyHash) return mine
    // What a turn has stored that began after `mine` was known is later than `mine`.
    return this.#storedIn > turns || remembersSince(stored, mine) ? stored : mine
  }

  /** Ends the turn, unless it has lasted too long and was ended already. */
  leave(writer: Writer, stored: SessionRecord | undefined): void {
    if (this.#writing !== writer) return
    if (stored !== undefined) {
      this.#stored = stored
      this.#storedIn = this.#turns
    }
    this.#next()
  }

  #has(visit: Visit): boolean {
    return (
      this.#writing?.visit === visit || this.#waiting.some(({ writer }) => writer.visit === visit)
    )
  }

  #begin(writer: Writer): void {
    this.#writing = writer
    this.#turns++
    this.#limit = setTimeout(() => this.#next(), this.#turnMs)
  }

  #next(): void {
    clearTimeout(this.#limit)
    this.#writing = undefined
    const next = this.#waiting.shift()
    if (next === undefined) return this.#close()
    this.#begin(next.writer)
    next.begin()
  }
}

/** The lines there are. Each is there only while somebody stands in it. */
export class Lines {
  readonly #turnMs: number
  readonly #lines = new Map<Store, Map<string, Line>>()

  constructor(storeTimeoutMs: number) {
    this.#turnMs = Math.min(LONGEST_TURN_MS, storeTimeoutMs / 4)
  }

  /** While this is so, there is nothing to look up. */
  get areNone(): boolean {
    return this.#lines.size === 0
  }

  find(store: Store, key: string): Line | undefined {
    return this.#lines.get(store)?.get(key)
  }

  begin(store: Store, key: string): Line {
    const lines = this.#lines.get(store) ?? new Map<string, Line>()
    const line = new Line(this.#turnMs, () => {
      lines.delete(key)
      if (lines.size === 0) this.#lines.delete(store)
    })
    this.#lines.set(store, lines.set(key, line))
    return line
  }
}
