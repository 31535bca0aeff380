import { median } from '../http/ratio.ts'
import { NONE } from '../table.ts'

export type Work = () => unknown

/** Pieces of work beside the bare thing they are measured against, which is the first of them. */
export interface Part {
  readonly name: string
  /** Of each piece and round. */
  readonly calls: number
  /** How many of them are under way at once. Default 1. */
  readonly atOnce?: number
  readonly works: Readonly<Record<string, Work>>
}

/** Microseconds of CPU per call, all threads of the process, and the ratio to the bare thing. */
export async function compare(part: Part, rounds: number): Promise<string[][]> {
  const works = Object.entries(part.works)
  const times = works.map((): number[] => [])
  for (let round = -Math.ceil(rounds / 4); round < rounds; round++) {
    for (let next = 0; next < works.length; next++) {
      const at = (next + Math.abs(round)) % works.length
      const us = await cpuPerCall((works[at] as [string, Work])[1], part)
      if (round >= 0) times[at]?.push(us)
    }
  }
  return works.map(([name], at) => {
    const ratios = (times[at] ?? []).map((us, round) => us / (times[0]?.[round] ?? Number.NaN))
    const us = median(times[at] ?? [])
    return [`${part.name}: ${name}`, us.toFixed(2), at === 0 ? NONE : median(ratios).toFixed(2)]
  })
}

async function cpuPerCall(work: Work, { calls, atOnce = 1 }: Part): Promise<number> {
  const before = process.cpuUsage()
  for (let call = 0; call < calls; call += atOnce) {
    if (atOnce > 1) {
      await Promise.all(Array.from({ length: atOnce }, work))
    } else {
      const result = work()
      if (result instanceof Promise) await result
    }
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / calls
}
