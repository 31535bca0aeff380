import { Random } from '../../src/testing/random.ts'
import { memoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { anyWay } from '../model/explore.ts'
import { makeStage } from '../model/stage.ts'
import { byClock } from '../support/timed.ts'
import { rotationAmongOthers } from './interleavings.ts'

export interface Interleaved {
  readonly interleavings: number
  readonly requests: number
  readonly rotations: number
  /** Requests opened with a cookie that was dead already. */
  readonly refused: number
  /** Requests opened in time, and told `gone` when they had something to write or to hand out. */
  readonly gone: number
}

/**
 * Runs seeded random interleavings around a rotation, each on an empty store.
 *
 * @throws Error with the seed and the steps when something of a killed cookie gets through.
 */
export async function interleave(
  seeds: Iterable<number>,
  emptied: () => Store | Promise<Store> = memoryStore,
): Promise<Interleaved> {
  const sum = { interleavings: 0, requests: 0, rotations: 0, refused: 0, gone: 0 }
  for (const seed of seeds) {
    const random = new Random(seed)
    const stage = await makeStage(rotationAmongOthers(random))
    const store = byClock(await emptied(), stage.clock)
    const { asked } = await anyWay(stage, random, store).catch((cause: unknown) => {
      throw new Error(`interleaving ${seed}: ${String(cause)}`, { cause })
    })
    sum.interleavings++
    sum.requests += asked.length
    for (const { rotated, refused, outcome } of asked) {
      if (rotated) sum.rotations++
      if (refused !== '') sum.refused++
      else if (outcome === 'gone') sum.gone++
    }
  }
  return sum
}

export function* seedsFrom(first: number, count: number): Generator<number> {
  for (let seed = first; seed < first + count; seed++) yield seed
}
