import { UsageError } from '../errors.ts'
import { expiryOf } from '../record/record.ts'
import type { ScanStep } from '../store/store.ts'
import { type Asking, type Engine, ask, storeNow, storeTime } from './engine.ts'
import { isBefore } from './epochs.ts'
import { type ScannedSession, scannedOf } from './summary.ts'

/** One step of a scan. */
export interface Scanned {
  /** About how many keys were looked at. */
  readonly keys: number
  /** The store's time of this step. */
  readonly at: number
  readonly sessions: readonly ScannedSession[]
}

/** Every session of the set, step by step; the deadline of the store is for each step. */
export async function* scan(engine: Engine, asking: Asking): AsyncGenerator<Scanned> {
  await storeTime(engine, asking)
  const steps = await ask(engine, asking, 'scan', async (store) => {
    if (store.scan !== undefined) return store.scan(engine.policy.prefix)[Symbol.asyncIterator]()
    throw new UsageError('this store cannot give all its sessions: it has no scan()')
  })
  try {
    for (;;) {
      const { done, value } = await ask(engine, asking, 'scan', async () => steps.next())
      if (done === true) return
      yield await living(engine, asking, value)
    }
  } finally {
    // A step that is late may never end, and then neither does this.
    steps.return?.().catch(() => undefined)
  }
}

async function living(
  engine: Engine,
  asking: Asking,
  { keys, records }: ScanStep,
): Promise<Scanned> {
  const epoch = await engine.epochs?.current(engine, asking)
  const now = storeNow(engine, asking)
  const live = records.filter(
    (record) => now < expiryOf(record) && (epoch === undefined || !isBefore(record, epoch)),
  )
  return { keys, at: now, sessions: live.map(scannedOf) }
}
