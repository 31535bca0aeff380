import { UsageError } from '../errors.ts'
import type { Operator } from '../lifecycle/operator.ts'
import type { ScannedSession } from '../lifecycle/summary.ts'
import type { Store } from '../store/store.ts'

/** What one scan has seen. */
export interface Survey {
  /** The store's time at its end. */
  readonly at: number
  readonly tookMs: number
  /** About how many keys it looked at. */
  readonly keys: number
  /** It has looked at all of them. */
  readonly whole: boolean
  readonly sessions: number
  readonly signedIn: number
  readonly principals: number
  readonly bytes: number
  readonly endingSoon: number
  /** Milliseconds since each session's last activity, and since it was made; and its bytes. */
  readonly idles: readonly number[]
  readonly ages: readonly number[]
  readonly sizes: readonly number[]
  /** Who has most, more than one at least. */
  readonly most: readonly (readonly [principal: string, sessions: number])[]
  /** Those that were active last. */
  readonly latest: readonly ScannedSession[]
}

/** The store cannot be scanned. */
export type NoSurvey = 'unscannable'

export interface SurveyLimits {
  readonly maxKeys: number
  /** Between the end of one scan and the start of the next, at least. */
  readonly intervalMs: number
}

/** Longer nobody waits for a page. */
const LONGEST_MS = 10_000
/** A scan that takes long is not begun again for so many times as long. */
const REST = 9
const SOON_MS = 5 * 60_000
const LISTED = 20
const MOST = 10

interface Known {
  readonly survey: Promise<Survey | NoSurvey>
  readonly until: number
}

/** Lets all operators share one scan of a store, and the next one wait a while. */
export class Surveys {
  readonly #limits: SurveyLimits
  readonly #known = new WeakMap<Store, Known>()

  constructor(limits: SurveyLimits) {
    this.#limits = limits
  }

  /** @throws {StoreError} when the store failed or was late; that is not kept. */
  async current(operator: Operator): Promise<Survey | NoSurvey> {
    const store = await operator.store()
    const known = this.#known.get(store)
    if (known !== undefined && performance.now() < known.until) return known.survey
    const survey = take(operator, this.#limits.maxKeys).catch(unlessUnscannable)
    this.#known.set(store, { survey, until: Infinity })
    try {
      const taken = await survey
      const tookMs = taken === 'unscannable' ? 0 : taken.tookMs
      const until = performance.now() + Math.max(this.#limits.intervalMs, REST * tookMs)
      this.#known.set(store, { survey, until })
      return taken
    } catch (error) {
      this.#known.delete(store)
      throw error
    }
  }
}

function unlessUnscannable(error: unknown): NoSurvey {
  if (error instanceof UsageError) return 'unscannable'
  throw error
}

async function take(operator: Operator, maxKeys: number): Promise<Survey> {
  const began = performance.now()
  const tally = new Tally()
  let at = await operator.now()
  let keys = 0
  let whole = true
  for await (const step of operator.scan()) {
    whole = keys === 0 || (keys < maxKeys && performance.now() - began < LONGEST_MS)
    if (!whole) break
    at = step.at
    keys += step.keys
    step.sessions.forEach((session) => tally.add(session))
  }
  return { at, keys, whole, tookMs: performance.now() - began, ...tally.of(at) }
}

/** What is kept of the sessions of a scan: a few numbers of each. */
class Tally {
  readonly #ids = new Set<string>()
  readonly #active: number[] = []
  readonly #created: number[] = []
  readonly #ends: number[] = []
  readonly #sizes: number[] = []
  readonly #principals = new Map<string, number>()
  #latest: ScannedSession[] = []
  #signedIn = 0

  add(session: ScannedSession): void {
    if (this.#ids.has(session.id)) return
    this.#ids.add(session.id)
    this.#active.push(Number(session.lastActiveAt))
    this.#created.push(Number(session.createdAt))
    this.#ends.push(Number(session.expiresAt))
    this.#sizes.push(session.bytes)
    this.#latest.push(session)
    if (this.#latest.length > 20 * LISTED) this.#latest = latestOf(this.#latest)
    const { principal } = session
    if (principal === null) return
    this.#signedIn += 1
    this.#principals.set(principal, (this.#principals.get(principal) ?? 0) + 1)
  }

  of(at: number): Omit<Survey, 'at' | 'keys' | 'whole' | 'tookMs'> {
    const several = [...this.#principals].filter(([, sessions]) => sessions > 1)
    return {
      sessions: this.#ids.size,
      signedIn: this.#signedIn,
      principals: this.#principals.size,
      bytes: this.#sizes.reduce((sum, size) => sum + size, 0),
      endingSoon: this.#ends.filter((end) => end - at < SOON_MS).length,
      idles: this.#active.map((instant) => at - instant),
      ages: this.#created.map((instant) => at - instant),
      sizes: this.#sizes,
      most: several.toSorted(([, one], [, other]) => other - one).slice(0, MOST),
      latest: latestOf(this.#latest),
    }
  }
}

function latestOf(sessions: readonly ScannedSession[]): ScannedSession[] {
  const sorted = sessions.toSorted((one, other) => +other.lastActiveAt - +one.lastActiveAt)
  return sorted.slice(0, LISTED)
}
