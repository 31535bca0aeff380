import { isRefusal } from './failure.ts'
import type { Port } from './port.ts'

/** How long an offset is used before the server is asked again. */
const MEASURE_EVERY_MS = 5 * 60_000
/** After a failure. Not at once: an outage is not the time for more commands. */
const RETRY_AFTER_MS = 1000
/** A slower answer says too little: the error is up to half of it. */
const LONGEST_ROUND_TRIP_MS = 1000
/** The wall clock leaves the monotonic one by so much only when it was set, or the machine slept. */
const JUMP_MS = 500
/** How long the first operations wait for the time when theirs came back over another connection. */
const LONGEST_WAIT_MS = 250

/**
 * The clock of the server behind one client. It is asked along with a command, in the same tick,
 * so that it costs no round trip: before the first one, when the local clock has jumped, and else at
 * most every five minutes. Where the server does not tell (an ACL without TIME) this is the local
 * clock.
 */
export class ServerClock {
  readonly #port: Port
  #offsetMs = 0
  #roundTripMs = 0
  #known = false
  /** How far the wall clock was ahead of the monotonic one when this was measured. */
  #aheadMs = 0
  #dueAt = 0
  #asking: Promise<void> | undefined

  constructor(port: Port) {
    this.#port = port
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return Date.now() + this.#offsetMs
  }

  /** Whether a command can go out on its own. */
  get isSet(): boolean {
    return !this.#isDue() && (this.#known || this.#asking === undefined)
  }

  #isDue(): boolean {
    const now = performance.now()
    return now >= this.#dueAt || this.#hasJumped(now)
  }

  /** What was measured by the local clock no longer holds. */
  #hasJumped(now = performance.now()): boolean {
    return this.#known && Math.abs(aheadMs(now) - this.#aheadMs) >= JUMP_MS
  }

  /** The next command asks again: the server behind the client may be another one now. */
  doubt(): void {
    this.#dueAt = Math.min(this.#dueAt, performance.now() + RETRY_AFTER_MS)
  }

  /** Sends a command about `key`, asking the server's time just before it when that is due. */
  async along<T>(key: string, send: () => Promise<T>): Promise<T> {
    if (this.#isDue()) void this.#start(key)
    const reply = await send()
    if (!this.#known && this.#asking !== undefined) await this.#wait(this.#asking, LONGEST_WAIT_MS)
    return reply
  }

  /** Asks the server's time now, unless it is known or the server was asked lately. */
  measure(): Promise<void> | undefined {
    if (this.isSet || (this.#known && !this.#hasJumped())) return undefined
    return this.#wait(this.#start(''), LONGEST_ROUND_TRIP_MS)
  }

  /** One question at a time. */
  #start(key: string): Promise<void> {
    if (this.#hasJumped()) {
      this.#known = false
      this.#offsetMs = 0
    }
    if (this.#asking !== undefined) return this.#asking
    const asking = this.#ask(key)
    this.#asking = asking
    void asking.then(() => this.#forget(asking))
    return asking
  }

  #forget(asking: Promise<void>): void {
    if (this.#asking === asking) this.#asking = undefined
  }

  async #ask(key: string): Promise<void> {
    const sentAt = performance.now()
    let pause = RETRY_AFTER_MS
    try {
      const reply = this.#port.send('time', key, [])
      const serverMs = milliseconds(await reply)
      const roundTripMs = performance.now() - sentAt
      if (roundTripMs < LONGEST_ROUND_TRIP_MS) {
        this.#learn(Math.round(serverMs + roundTripMs / 2 - Date.now()), roundTripMs)
        pause = MEASURE_EVERY_MS
      }
    } catch (error) {
      if (isRefusal(error)) pause = MEASURE_EVERY_MS
    }
    this.#dueAt = performance.now() + pause
  }

  /** A slower answer that does not contradict what a faster one said teaches nothing. */
  #learn(offsetMs: number, roundTripMs: number): void {
    const contradicts = Math.abs(offsetMs - this.#offsetMs) > roundTripMs / 2
    if (this.#known && roundTripMs > this.#roundTripMs && !contradicts) return
    this.#offsetMs = offsetMs
    this.#roundTripMs = roundTripMs
    this.#known = true
    this.#aheadMs = aheadMs()
  }

  /** Over a command's own connection the time arrives before its reply, and nothing is waited. */
  async #wait(asking: Promise<void>, limitMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const enough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limitMs)
    })
    await Promise.race([asking, enough])
    clearTimeout(timer)
    if (this.#asking !== asking) return
    this.#forget(asking)
    this.#dueAt = performance.now() + MEASURE_EVERY_MS
  }
}

function aheadMs(now = performance.now()): number {
  return Date.now() - now
}

/** The reply to TIME: whole seconds, and microseconds of the next one. */
function milliseconds(reply: unknown): number {
  const [seconds, micros] = (reply as unknown[]).map((part) => Number(String(part)))
  const at = (seconds as number) * 1000 + (micros as number) / 1000
  if (!Number.isFinite(at)) throw new TypeError('TIME answered no time')
  return at
}
