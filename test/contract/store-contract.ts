import { describe, test } from 'vitest'

import { type MakeStore, storeConformance } from '../../src/testing/testing.ts'

/** The exported suite, for a store of ours. Cases that wait for real time do so together. */
export function describeStoreContract(name: string, makeStore: MakeStore): void {
  describe.concurrent(name, () => {
    for (const { name, run } of storeConformance(makeStore)) test(name, run)
  })
}
