import { isDeepStrictEqual } from 'node:util'
import { randomWriteId } from '../cookie/random.ts'

/** One flash message. The id tells it from an equal one when two requests are merged. */
export interface FlashEntry {
  readonly id: string
  readonly queue: string
  readonly message: unknown
  /** Only kept when no equal message is in the queue at the time of the write. */
  readonly unique?: boolean
}

const NOTHING: readonly FlashEntry[] = []
const NOBODY: ReadonlySet<string> = new Set()

/**
 * What one request did to the flash messages, as a log: two requests that both pushed keep both
 * messages, and one that was popped does not come back because another request saved.
 */
export class FlashLog {
  readonly #stored: readonly FlashEntry[]
  #pushed: readonly FlashEntry[] = NOTHING
  #popped: ReadonlySet<string> = NOBODY

  constructor(stored: readonly FlashEntry[]) {
    this.#stored = stored
  }

  get #isEmpty(): boolean {
    return this.#pushed.length === 0 && this.#popped.size === 0
  }

  /** Whether the messages are others than those stored. A duplicate not allowed changes nothing. */
  get changed(): boolean {
    if (this.#isEmpty) return false
    const current = this.#current()
    return (
      current.length !== this.#stored.length ||
      current.some((entry, index) => entry.id !== this.#stored[index]?.id)
    )
  }

  /** Whether a duplicate is in the queue is judged at the write: it may have been popped by then. */
  push(queue: string, message: unknown, allowDuplicate: boolean): void {
    const entry = { id: randomWriteId(), queue, message, unique: !allowDuplicate }
    this.#pushed = [...this.#pushed, entry]
  }

  peek(queue: string): unknown[] {
    return this.#current()
      .filter((entry) => entry.queue === queue)
      .map((entry) => entry.message)
  }

  pop(queue: string): unknown[] {
    const messages = this.peek(queue)
    const shown = this.#stored.filter((entry) => entry.queue === queue)
    this.#popped = new Set([...this.#popped, ...shown.map(({ id }) => id)])
    this.#pushed = this.#pushed.filter((entry) => entry.queue !== queue)
    return messages
  }

  copy(): FlashLog {
    const copy = new FlashLog(this.#stored)
    copy.#pushed = this.#pushed
    copy.#popped = this.#popped
    return copy
  }

  /** What was logged since `earlier`, a copy of this log that is now stored, was made. */
  since(earlier: FlashLog, stored: readonly FlashEntry[]): FlashLog {
    const rest = new FlashLog(stored)
    if (this.#isEmpty && earlier.#isEmpty) return rest
    const popped = [...this.#popped].filter((id) => !earlier.#popped.has(id))
    const taken = earlier.#pushed.filter((entry) => !this.#pushed.includes(entry))
    rest.#pushed = this.#pushed.filter((entry) => !earlier.#pushed.includes(entry))
    rest.#popped = new Set([...popped, ...taken.map(({ id }) => id)])
    return rest
  }

  /** Applies this log to the messages now stored. */
  applyTo(stored: readonly FlashEntry[]): FlashEntry[] {
    const entries = stored.filter((entry) => !this.#popped.has(entry.id))
    for (const { unique, ...entry } of this.#pushed) {
      if (!unique || !holdsEqual(entries, entry)) entries.push(entry)
    }
    return entries
  }

  #current(): FlashEntry[] {
    return this.applyTo(this.#stored)
  }
}

function holdsEqual(entries: readonly FlashEntry[], { queue, message }: FlashEntry): boolean {
  return entries.some((entry) => entry.queue === queue && isDeepStrictEqual(entry.message, message))
}

/** As stored: triples of id, queue and message. */
export function packFlash(entries: readonly FlashEntry[]): Record<string, unknown> {
  return { flash: entries.map(({ id, queue, message }) => [id, queue, message]) }
}

/** The inverse of {@link packFlash}. Throws on anything else. */
export function unpackFlash(stored: Record<string, unknown>): FlashEntry[] {
  const { flash } = stored
  if (!Array.isArray(flash)) throw new SyntaxError('flash messages must be a list')
  return flash.map((item: unknown) => {
    if (!Array.isArray(item) || typeof item[0] !== 'string' || typeof item[1] !== 'string') {
      throw new SyntaxError('a flash message must be [id, queue, message]')
    }
    return { id: item[0], queue: item[1], message: item[2] as unknown }
  })
}
