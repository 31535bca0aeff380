import { wrongIn } from './check.ts'
import type { Crew } from './crew.ts'
import type { History } from './history.ts'
import type { Way } from './job.ts'
import { play } from './play.ts'

export interface Figures {
  histories: number
  operations: number
  /** Operations without an answer. */
  unknown: number
  /** Histories that no order explains. */
  wrong: number
  /** The first of them, to be read. */
  firstWrong: string | undefined
}

/** Plays and checks the histories of these seeds, some at once. Stops at the first `upTo` wrong ones. */
export async function playAll(
  crew: Crew,
  seeds: Iterable<number>,
  wayOf: (seed: number) => Way,
  { atOnce = 12, upTo = Infinity, minutes = Infinity, seen }: Playing = {},
): Promise<Figures> {
  const sum: Figures = {
    histories: 0,
    operations: 0,
    unknown: 0,
    wrong: 0,
    firstWrong: undefined,
  }
  const waiting = seeds[Symbol.iterator]()
  const until = performance.now() + minutes * 60_000
  const player = async () => {
    while (sum.wrong < upTo && performance.now() < until) {
      const next = waiting.next()
      if (next.done === true) return
      const seed = next.value
      const history = await play(crew, seed, wayOf(seed))
      const wrong = wrongIn(history)
      sum.histories++
      sum.operations += history.length
      sum.unknown += history.filter(({ answeredAt }) => answeredAt === null).length
      seen?.(history, sum)
      if (wrong === undefined) continue
      sum.wrong++
      sum.firstWrong ??= `history ${seed}, ${JSON.stringify(wayOf(seed))}: ${wrong}`
    }
  }
  await Promise.all(Array.from({ length: atOnce }, player))
  return sum
}

interface Playing {
  readonly atOnce?: number
  readonly upTo?: number
  readonly minutes?: number
  readonly seen?: (history: History, sum: Figures) => void
}

/** In one history of so many connections are cut. */
export function someCut(oneIn: number): (seed: number) => Way {
  return (seed) => ({ faulty: seed % oneIn === 0 })
}
