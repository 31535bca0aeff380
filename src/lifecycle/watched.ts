import { expiryOf } from '../record/record.ts'
import { type ReadAnswer, type Store, type Subscription, isRecord } from '../store/store.ts'
import type { Turns } from './turns.ts'

/** How a session ended. */
export interface SessionEnd {
  readonly id: string
  /**
   * `expired`: a timeout ran out, idle or absolute. `revoked`: somebody else ended it. `ended`: its
   * record is gone for any other reason, or was gone already when the watch began.
   */
  readonly reason: 'ended' | 'expired' | 'revoked'
  /** What was given as the reason of a revocation. */
  readonly why?: string
}

/** Told once that a session has ended. What it throws becomes a process warning. */
export type WatchListener = (end: SessionEnd) => unknown

/** One call of watch(). */
export interface Watch {
  readonly listener: WatchListener
  watched: Watched | undefined
  over: boolean
}

/** What all watched sessions share. */
export interface Watching {
  /** The longest pause between two looks while the store tells of ends by itself. */
  readonly toldMs: number
  /** The same while it does not. */
  readonly untoldMs: number
  readonly turns: Turns
  read(store: Store, id: string): Promise<ReadAnswer>
  ended(watched: Watched, end: SessionEnd): void
}

type Verdict = Omit<SessionEnd, 'id'> | 'alive' | 'unknown'

/** One session that somebody watches, in one store. Only reading its record says that it ended. */
export class Watched {
  readonly id: string
  readonly store: Store
  /** Who is to be told; one loop serves them all. */
  readonly watches = new Set<Watch>()
  readonly #key: string
  readonly #watching: Watching
  #state: 'waiting' | 'queued' | 'reading' | 'outdated' | 'over' = 'waiting'
  #timer: NodeJS.Timeout | undefined
  #subscription: Subscription | undefined
  /** Another creation under the same id is another session. */
  #createdAt: number | undefined
  #expiresAt = Number.POSITIVE_INFINITY

  constructor(id: string, key: string, store: Store, watching: Watching) {
    this.id = id
    this.store = store
    this.#key = key
    this.#watching = watching
  }

  /** Looks soon. While the record is being read, what is read may be old: then once more. */
  readonly look = (): void => {
    if (this.#state === 'reading') this.#state = 'outdated'
    if (this.#state !== 'waiting') return
    clearTimeout(this.#timer)
    this.#state = 'queued'
    void this.#watching.turns.run(() => this.#turn())
  }

  /** Looks no more. Resolves when nothing is left of it. */
  async stop(): Promise<void> {
    this.#state = 'over'
    clearTimeout(this.#timer)
    await this.#subscription?.end()
  }

  async #turn(): Promise<void> {
    if (this.#state === 'over') return
    this.#state = 'reading'
    this.#conclude(await this.#verdict())
  }

  #conclude(verdict: Verdict): void {
    if (this.#state === 'over') return
    if (typeof verdict === 'object') {
      this.#watching.ended(this, { id: this.id, ...verdict })
      return
    }
    const again = this.#state === 'outdated'
    this.#state = 'waiting'
    if (again) this.look()
    else this.#timer = setTimeout(this.look, this.#pauseMs(verdict)).unref()
  }

  /** A read that fails says nothing, and ends nothing. */
  async #verdict(): Promise<Verdict> {
    try {
      this.#subscription ??= this.store.watch?.(this.#key, this.look)
      return this.#judge(await this.#watching.read(this.store, this.id))
    } catch {
      return 'unknown'
    }
  }

  #judge(answer: ReadAnswer): Verdict {
    const now = this.store.now()
    if (typeof answer !== 'string') {
      if (answer.id !== this.id) return 'unknown'
      if (!isRecord(answer)) return { reason: 'revoked', why: answer.ended.reason }
      this.#createdAt ??= answer.createdAt
      if (answer.createdAt !== this.#createdAt) return { reason: 'ended' }
      this.#expiresAt = expiryOf(answer)
      if (now < this.#expiresAt) return 'alive'
    }
    return { reason: now < this.#expiresAt ? 'ended' : 'expired' }
  }

  #pauseMs(verdict: 'alive' | 'unknown'): number {
    const { toldMs, untoldMs } = this.#watching
    if (verdict === 'unknown') return untoldMs
    const mostMs = this.#subscription?.live ? toldMs : untoldMs
    return Math.min(mostMs, Math.max(1, this.#expiresAt - this.store.now()))
  }
}
