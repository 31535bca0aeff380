import { UsageError } from '../errors.ts'
import { show } from '../options/check.ts'

/** A clock that stands still until it is told to move. Made by {@link fakeClock}. */
export interface FakeClock {
  /** Milliseconds since the epoch. It needs no `this`: hand it over as it is. */
  readonly now: () => number
  /**
   * Lets time pass, to the millisecond.
   *
   * @throws {UsageError} for anything but a finite number of 0 or more.
   */
  advance(seconds: number): void
  /**
   * Sets the time, forwards or back.
   *
   * @throws {UsageError} for anything but a valid Date.
   */
  set(date: Date): void
}

/**
 * A clock for tests. Every timeout follows the clock of the store, so one that is given to the
 * store moves them all, and nobody has to sleep:
 *
 *     const clock = fakeClock()
 *     const sessions = createSessions({ secret, store: memoryStore({ now: clock.now }) })
 *     clock.advance(20 * 60)
 *
 * It does not move the deadline of a store operation, `storeTimeoutMs`, which is real time.
 *
 * @param start default: the time of the call.
 * @throws {UsageError} for anything but a valid Date.
 */
export function fakeClock(start: Date = new Date()): FakeClock {
  let now = timeOf(start)
  return {
    now: () => now,
    advance(seconds) {
      if (typeof seconds !== 'number' || !(seconds >= 0 && seconds < Infinity)) {
        throw new UsageError(`a clock advances by seconds, 0 or more, not by ${show(seconds)}`)
      }
      now += Math.round(seconds * 1000)
    },
    set(date) {
      now = timeOf(date)
    },
  }
}

function timeOf(date: Date): number {
  const time = date instanceof Date ? date.getTime() : Number.NaN
  if (!Number.isNaN(time)) return time
  throw new UsageError(`a clock is set to a valid Date, not to ${show(date)}`)
}
