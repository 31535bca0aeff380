import { OptionError } from '../../errors.ts'
import type { SessionRecord } from '../../record/record.ts'
import { bytesOf } from '../../record/record-format.ts'
import { type Near, type ReadAnswer, isRecord } from '../store.ts'
import { backOff } from './client-options.ts'
import { isRefusal } from './failure.ts'
import { type OpenLink, linkOf } from './link.ts'
import type { NearCache } from './near-cache.ts'
import { type Entry, kept, knownAt, placeholder } from './near-entry.ts'
import { Tracking } from './tracking.ts'

/** A larger one is read each time, so that the number of sessions bounds the memory. */
const LARGEST_BYTES = 64 * 1024
/** After the server has said that it does not do this, or not for us. */
const REFUSED_MS = 30_000

/** The store behind the cache. */
export interface Behind {
  /** Reads what Redis has, past the cache, and asks for its time along with that when it is due. */
  read(key: string): Promise<ReadAnswer>
  /** What the reply to a GET says. */
  answer(key: string, reply: unknown): ReadAnswer
  /** The time of Redis is known. Else nothing can be judged by it, and what is kept is no use. */
  readonly knowsTime: boolean
}

/** @throws {OptionError} when nothing can be opened beside this client. */
export function linkForNearCache(client: object): OpenLink {
  const open = linkOf(client)
  if (open !== undefined) return open
  const rule = 'needs a single client of the package redis or ioredis'
  throw new OptionError('nearCache', `${rule}, not a pool, a cluster, a wrapper or GLIDE`)
}

/**
 * Keeps sessions that were read until the server says that they have changed, this process changes
 * them itself, or nobody can say.
 *
 * An entry is put in place before its key is read. If the key changes meanwhile the entry is gone when
 * the reply comes, and what it says is not kept: news and reply come over two connections, and in one
 * chunk even over one, so that keeping a reply whenever it comes would keep some for ever.
 */
export class NearSessions implements Near {
  readonly #open: OpenLink
  readonly #keyPrefix: string
  readonly #behind: Behind
  readonly #maxSessions: number
  readonly #maxStaleMs: number
  readonly #maxOutageMs: number
  readonly #entries = new Map<string, Entry>()
  #tracking: Tracking | undefined
  #failures = 0
  #retryAt = 0
  #warned = false
  #closed = false

  constructor(
    open: OpenLink,
    keyPrefix: string,
    { maxSessions, maxStale, maxOutage }: Required<NearCache>,
    behind: Behind,
  ) {
    this.#open = open
    this.#keyPrefix = keyPrefix
    this.#maxSessions = maxSessions
    this.#maxStaleMs = maxStale * 1000
    this.#maxOutageMs = maxOutage * 1000
    this.#behind = behind
  }

  held(key: string): SessionRecord | undefined {
    const entry = this.#entries.get(key)
    const tracking = this.#tracking
    if (entry === undefined || tracking === undefined || entry.loading) return undefined
    if (entry.proof !== tracking.proof || !this.#behind.knowsTime) return undefined
    const now = performance.now()
    tracking.assure(now)
    if (now - knownAt(entry, tracking.proof) > this.#maxStaleMs) return undefined
    entry.used = true
    return entry.record
  }

  lastKnown(key: string): SessionRecord | undefined {
    const entry = this.#entries.get(key)
    if (entry?.proof === undefined) return undefined
    const age = performance.now() - knownAt(entry, entry.proof)
    return age > this.#maxOutageMs ? undefined : entry.record
  }

  async read(key: string): Promise<ReadAnswer> {
    const tracking = this.#liveTracking(key)
    if (tracking === undefined || !this.#behind.knowsTime) return this.#behind.read(key)
    const readAt = performance.now()
    const before = this.#entries.get(key)
    const loading = placeholder(before)
    this.#put(key, loading)
    let answer: ReadAnswer
    try {
      answer = this.#behind.answer(key, await tracking.get(key))
    } catch {
      // This cache spoils nothing; and what the server says, it says again.
      return this.#behind.read(key)
    }
    if (this.#entries.get(key) !== loading) return answer
    if (isRecord(answer) && bytesOf(answer) <= LARGEST_BYTES) {
      const record = kept(answer)
      const { proof } = tracking
      this.#entries.set(key, { record, readAt, proof, loading: false, used: false })
    } else {
      this.#entries.delete(key)
    }
    return answer
  }

  forget(key: string): void {
    this.#entries.delete(key)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#entries.clear()
    await this.#tracking?.end('the store is closed')
  }

  /** What could be used, when that is so now. Otherwise it is begun, for later. */
  #liveTracking(key: string): Tracking | undefined {
    const tracking = this.#tracking
    if (tracking !== undefined) {
      if (!tracking.isLive) return undefined
      tracking.assure(performance.now())
      return this.#tracking
    }
    if (this.#closed || performance.now() < this.#retryAt) return undefined
    this.#begin(key)
    return undefined
  }

  #begin(key: string): void {
    try {
      this.#tracking = new Tracking(this.#open, this.#keyPrefix, key, {
        changed: (keys) => this.#changed(keys),
        lost: (reason) => this.#lost(reason),
      })
    } catch (error) {
      this.#giveUp(error as Error)
    }
  }

  #changed(keys: readonly string[] | undefined): void {
    this.#failures = 0
    if (keys === undefined) this.#entries.clear()
    else for (const key of keys) this.#entries.delete(key)
  }

  /** What was kept is no longer used, unless nothing else can be had: see {@link lastKnown}. */
  #lost(reason: unknown): void {
    this.#tracking = undefined
    if (isForGood(reason)) this.#giveUp(reason)
    else this.#retryAt = performance.now() + backOff(this.#failures++)
  }

  #giveUp({ message }: Error): void {
    this.#retryAt = performance.now() + REFUSED_MS
    if (this.#warned) return
    this.#warned = true
    process.emitWarning(`the near cache does not work here: ${message.slice(0, 200)}`, {
      type: 'SojournWarning',
      code: 'SOJOURN_NEAR_CACHE',
    })
  }

  /** Makes room by taking away what has not been used since its last turn. */
  #put(key: string, entry: Entry): void {
    if (!this.#entries.has(key) && this.#entries.size >= this.#maxSessions) this.#makeRoom()
    this.#entries.set(key, entry)
  }

  #makeRoom(): void {
    for (const [key, entry] of this.#entries) {
      this.#entries.delete(key)
      if (!entry.used) return
      entry.used = false
      this.#entries.set(key, entry)
    }
  }
}

/** What the server says for now only. */
const PASSING = /^(?:BUSY|LOADING|MASTERDOWN|MISCONF|OOM|READONLY) /

function isForGood(reason: unknown): reason is Error {
  return isRefusal(reason) && !PASSING.test(reason.message)
}
