import type { SessionRecord } from '../../src/record/record.ts'
import {
  type EndAnswer,
  type Ending,
  type Expected,
  type Listing,
  type ReadAnswer,
  type RemoveAnswer,
  type ReplaceAnswer,
  type ScanStep,
  type Store,
  type Touch,
  type TouchAnswer,
  isRecord,
} from '../../src/store/store.ts'

export type Operation =
  | 'read'
  | 'create'
  | 'replace'
  | 'touch'
  | 'remove'
  | 'end'
  | 'enlist'
  | 'listed'
  | 'delist'
  | 'scan'

/** Stops one call of a store operation until the test lets it go on. */
export interface Latch {
  /** Resolves when a call has come and waits. */
  readonly reached: Promise<void>
  /** Lets it go on. */
  release(): void
}

interface Stop {
  readonly operation: Operation
  readonly when: 'before' | 'after'
  readonly pass: () => Promise<void>
}

/** Any store, with calls counted, delayed or failed as a test wants. */
export class LatchStore implements Store {
  readonly calls = {
    read: 0,
    create: 0,
    replace: 0,
    touch: 0,
    remove: 0,
    end: 0,
    enlist: 0,
    listed: 0,
    delist: 0,
    scan: 0,
  }
  readonly #inner: Store
  readonly #keys = new Set<string>()
  readonly #stops: Stop[] = []

  constructor(inner: Store) {
    this.#inner = inner
  }

  /** The next call waits before it reaches the store. */
  holdBefore(operation: Operation): Latch {
    return this.#hold(operation, 'before')
  }

  /** The next call is carried out, and its answer waits. */
  holdAfter(operation: Operation): Latch {
    return this.#hold(operation, 'after')
  }

  /** The next call fails and does nothing. */
  failNext(operation: Operation, error: Error): void {
    this.#stops.push({ operation, when: 'before', pass: () => Promise.reject(error) })
  }

  /** The next call is carried out, and its answer is lost. */
  loseAnswer(operation: Operation, error: Error): void {
    this.#stops.push({ operation, when: 'after', pass: () => Promise.reject(error) })
  }

  get totalCalls(): number {
    return Object.values(this.calls).reduce((sum, calls) => sum + calls)
  }

  /** Every record that was created through this store and is still there. */
  async records(): Promise<SessionRecord[]> {
    const answers = await Promise.all([...this.#keys].map((key) => this.#inner.read(key)))
    return answers.filter(isRecord)
  }

  now(): number {
    return this.#inner.now()
  }

  measureClock(): Promise<void> | undefined {
    return this.#inner.measureClock?.()
  }

  read(key: string): Promise<ReadAnswer> {
    return this.#pass('read', () => this.#inner.read(key))
  }

  create(key: string, record: SessionRecord): Promise<'created' | 'taken'> {
    this.#keys.add(key)
    return this.#pass('create', () => this.#inner.create(key, record))
  }

  replace(key: string, expected: Expected, record: SessionRecord): Promise<ReplaceAnswer> {
    return this.#pass('replace', () => this.#inner.replace(key, expected, record))
  }

  touch(key: string, touch: Touch): Promise<TouchAnswer> {
    return this.#pass('touch', () => this.#inner.touch(key, touch))
  }

  remove(key: string, principal: string | null): Promise<RemoveAnswer> {
    return this.#pass('remove', () => this.#inner.remove(key, principal))
  }

  end(key: string, ending: Ending): Promise<EndAnswer> {
    return this.#pass('end', async () => this.#inner.end?.(key, ending) ?? 'absent')
  }

  enlist(key: string, listing: Listing): Promise<'listed' | readonly string[]> {
    return this.#pass('enlist', async () => this.#inner.enlist?.(key, listing) ?? 'listed')
  }

  listed(key: string): Promise<readonly string[]> {
    return this.#pass('listed', async () => this.#inner.listed?.(key) ?? [])
  }

  delist(key: string, members: readonly string[]): Promise<void> {
    return this.#pass('delist', async () => this.#inner.delist?.(key, members))
  }

  /** Each step is a call. */
  async *scan(prefix: string): AsyncGenerator<ScanStep> {
    const steps = this.#inner.scan?.(prefix)[Symbol.asyncIterator]()
    for (;;) {
      const step = await this.#pass('scan', async () => steps?.next())
      if (step?.done !== false) return
      yield step.value
    }
  }

  async close(): Promise<void> {
    await this.#inner.close?.()
  }

  async #pass<T>(operation: Operation, call: () => Promise<T>): Promise<T> {
    this.calls[operation]++
    await this.#take(operation, 'before')?.pass()
    const after = this.#take(operation, 'after')
    const answer = await call()
    await after?.pass()
    return answer
  }

  #take(operation: Operation, when: Stop['when']): Stop | undefined {
    const at = this.#stops.findIndex((stop) => stop.operation === operation && stop.when === when)
    return at < 0 ? undefined : this.#stops.splice(at, 1)[0]
  }

  #hold(operation: Operation, when: Stop['when']): Latch {
    const reached = signal()
    const released = signal()
    const pass = () => {
      reached.give()
      return released.given
    }
    this.#stops.push({ operation, when, pass })
    return { reached: reached.given, release: released.give }
  }
}

/** A promise that is kept from outside. */
export function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give!: () => void
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { given, give }
}

/** Lets nobody through before `count` callers have come. */
export function barrier(count: number): () => Promise<void> {
  const all = signal()
  let waiting = 0
  return () => {
    waiting++
    if (waiting === count) all.give()
    return all.given
  }
}
