import { median } from './http/ratio.ts'

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/**
 * The median of what each piece of work gives, a number per round. They take turns, and another
 * one begins each time: whoever comes second finds everything warm.
 */
export async function medians(
  rounds: number,
  works: readonly ((round: number) => Promise<number>)[],
): Promise<number[]> {
  const all = works.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    for (let next = 0; next < works.length; next++) {
      const at = (next + round) % works.length
      all[at]?.push((await works[at]?.(round)) as number)
    }
  }
  return all.map(median)
}
