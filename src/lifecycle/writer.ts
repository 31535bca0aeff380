import { StoreError } from '../errors.ts'
import type { SessionRecord } from '../record/record.ts'
import type { Visit } from '../session/visit.ts'
import { type Engine, bind, keyOf } from './engine.ts'
import type { Line } from './line.ts'

/** One write of a record, through all its tries. They may take as long as one store operation. */
export class Writer {
  readonly visit: Visit
  readonly #engine: Engine
  readonly #until: number
  #line: Line | undefined

  constructor(engine: Engine, visit: Visit) {
    this.visit = visit
    this.#engine = engine
    this.#until = performance.now() + engine.policy.storeTimeoutMs
  }

  /** Others have met over this session and are writing it: a first try now would be in vain. */
  meetsOthers({ id }: SessionRecord): boolean {
    const { lines } = this.#engine
    if (lines.areNone) return false
    const store = bind(this.#engine, this.visit)
    return !(store instanceof Promise) && lines.find(store, keyOf(this.#engine, id)) !== undefined
  }

  /**
   * Waits in line for its turn, once. Gives the newest record that is known then: `mine`, or what
   * another writer of this process has stored since.
   *
   * @throws {StoreError} as mayRetry().
   */
  async turn(mine: SessionRecord): Promise<SessionRecord> {
    this.mayRetry()
    if (this.#line !== undefined) return mine
    const { lines } = this.#engine
    const store = await bind(this.#engine, this.visit)
    const key = keyOf(this.#engine, mine.id)
    this.#line = lines.find(store, key) ?? lines.begin(store, key)
    const newest = await this.#line.enter(this, mine)
    this.mayRetry()
    return newest
  }

  /** @throws {StoreError} when others have been writing all the time there was. */
  mayRetry(): void {
    if (performance.now() < this.#until) return
    const { storeTimeoutMs } = this.#engine.policy
    const problem = `other requests kept writing this session for ${storeTimeoutMs} ms`
    throw new StoreError('replace', problem)
  }

  /** It is over. The next one goes on from what this one has stored. */
  leave(stored?: SessionRecord): void {
    this.#line?.leave(this, stored)
  }
}
