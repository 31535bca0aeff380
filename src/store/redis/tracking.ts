import { randomWriteId } from '../../cookie/random.ts'
import type { Link, OpenLink } from './link.ts'

/** So often, at most, it makes sure that it hears, as long as somebody asks. */
const BEAT_MS = 250
/** An answer that takes longer means that a connection is dead without a word. */
const LATE_MS = 500
/** For two connections and what is said over them at first. */
const LONGEST_START_MS = 5000
/** Where the server tells, to a connection of RESP2, which keys have changed. */
const CHANNEL = '__redis__:invalidate'

/** What it tells. */
export interface Tracker {
  /** The keys that have changed since they were read; `undefined`: any may have. */
  readonly changed: (keys: readonly string[] | undefined) => void
  /** Once: nothing is told any more. */
  readonly lost: (reason: unknown) => void
}

/** Nothing that had changed by then, and was read by then, is untold. */
export interface Proof {
  /** By the monotonic clock, in milliseconds. */
  at: number
}

/**
 * Reads keys over one connection, and hears over a second one when one of them changes (Redis: CLIENT
 * TRACKING with REDIRECT). Two, and RESP2, because this is what every client can do: ioredis drops
 * the pushes of RESP3, node-redis shows them to its own cache only.
 *
 * When either is lost both are given up. One that is dead without a word looks like one on which
 * nothing happens, so while it is used it asks both, and what it heard before the answer is proven.
 */
export class Tracking {
  readonly proof: Proof = { at: -Infinity }
  readonly #tracker: Tracker
  readonly #listener: Link
  readonly #reader: Link
  readonly #keyPrefix: string
  /** Written after it was read: it works when that is heard. */
  readonly #probe: string
  readonly #starting: NodeJS.Timeout
  #state: 'starting' | 'live' | 'over' = 'starting'
  #askedAt = 0
  #asking = false

  /** @param key one of those that will be read: beside it the probe is written, for an instant. */
  constructor(open: OpenLink, keyPrefix: string, key: string, tracker: Tracker) {
    const lost = () => this.#fail('a connection of the near cache has ended')
    this.#tracker = tracker
    this.#keyPrefix = keyPrefix
    this.#probe = `${key}:${randomWriteId()}`
    this.#listener = open(lost)
    this.#reader = open(lost)
    const late = `the near cache could not begin within ${LONGEST_START_MS} ms`
    this.#starting = setTimeout(() => this.#fail(late), LONGEST_START_MS).unref()
    this.#start().catch((error: unknown) => this.#fail(error))
  }

  get isLive(): boolean {
    return this.#state === 'live'
  }

  /** A GET after which a change of the key is told. */
  get(key: string): Promise<unknown> {
    return this.#inTime(this.#reader.get(key))
  }

  /** Whoever relies on it asks this, often: it makes sure in the background. */
  assure(now: number): void {
    if (!this.#asking && now - this.#askedAt >= BEAT_MS) void this.#ask(now)
  }

  /** Resolves when nothing of it is left. */
  async end(reason: unknown): Promise<void> {
    if (this.#state === 'over') return
    this.#state = 'over'
    clearTimeout(this.#starting)
    this.#tracker.lost(reason)
    await Promise.all([this.#listener.drop(), this.#reader.drop()])
  }

  #fail(reason: unknown): void {
    void this.end(reason)
  }

  async #start(): Promise<void> {
    await Promise.all([this.#listener.connected, this.#reader.connected])
    const id = await this.#listener.command('CLIENT', 'ID')
    await this.#listener.hear(CHANNEL, (payload) => this.#heard(payload))
    await this.#reader.command('CLIENT', 'TRACKING', 'ON', 'REDIRECT', String(id))
    // Were the two on different servers, after a failover, the id would be somebody else's.
    await this.#reader.get(this.#probe)
    await this.#reader.command('SET', this.#probe, '', 'PX', '1')
  }

  #heard(payload: unknown): void {
    if (this.#state === 'starting') this.#begin(payload)
    if (this.#state === 'live') this.#tracker.changed(this.#keysIn(payload))
  }

  #begin(payload: unknown): void {
    if (!this.#keysIn(payload)?.includes(this.#probe)) return
    clearTimeout(this.#starting)
    this.#state = 'live'
    this.#askedAt = performance.now()
    this.proof.at = this.#askedAt
  }

  #keysIn(payload: unknown): string[] | undefined {
    if (!Array.isArray(payload)) return undefined
    return payload.map((key) => String(key).slice(this.#keyPrefix.length))
  }

  /** What the server had to say before it says this has been heard by then. */
  async #ask(now: number): Promise<void> {
    this.#asking = true
    this.#askedAt = now
    try {
      await this.#inTime(
        Promise.all([this.#listener.command('PING'), this.#reader.command('PING')]),
      )
      this.proof.at = now
      this.#asking = false
    } catch (error) {
      this.#fail(error)
    }
  }

  /** After a pause of this process the answers that came meanwhile are read before it judges. */
  async #inTime<T>(answer: Promise<T>): Promise<T> {
    let waiting = true
    const judge = () => {
      if (waiting) this.#fail(`a connection of the near cache said nothing for ${LATE_MS} ms`)
    }
    const timer = setTimeout(() => setImmediate(judge), LATE_MS).unref()
    try {
      return await answer
    } finally {
      waiting = false
      clearTimeout(timer)
    }
  }
}
