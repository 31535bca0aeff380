import type { Trial } from './cases.ts'
import type { Measured } from './measure.ts'
import type { RedisUse } from './traffic.ts'

/** All of one run. */
export interface Result {
  readonly measured: Measured
  readonly uses: readonly RedisUse[]
  readonly trials: readonly Trial[]
}
