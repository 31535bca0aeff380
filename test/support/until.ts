import { setTimeout as sleep } from 'node:timers/promises'

/** Sentinels that felt the machine stand still decide nothing for half of that. */
const WITHIN_MS = 60_000

/** Waits for servers to be as they should; an error counts as not yet. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + WITHIN_MS
  while (!(await holds().catch(() => false))) {
    if (performance.now() > giveUpAt) throw new Error(`not within ${WITHIN_MS} ms: ${what}`)
    await sleep(20)
  }
}
