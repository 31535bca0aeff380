import { expect } from 'vitest'
import type { SessionEnd, WatchOptions } from '../../src/lifecycle/watch.ts'

interface Watchable {
  watch(id: string, listener: (end: SessionEnd) => void, options?: WatchOptions): () => void
}

/** What a watch was told, and when. */
export interface Told {
  readonly ends: readonly SessionEnd[]
  /** When it was told first, by performance.now(). */
  readonly at: number
  readonly unsubscribe: () => void
  /** Resolves when it was told. */
  once(withinMs?: number): Promise<SessionEnd>
}

export function watching(sessions: Watchable, id: string, options?: WatchOptions): Told {
  const ends: SessionEnd[] = []
  let at = Number.NaN
  function listener(end: SessionEnd): void {
    if (ends.length === 0) at = performance.now()
    ends.push(end)
  }
  const unsubscribe = sessions.watch(id, listener, options)
  return {
    ends,
    get at() {
      return at
    },
    unsubscribe,
    async once(withinMs = 10_000) {
      await expect.poll(() => ends.length, { interval: 2, timeout: withinMs }).toBeGreaterThan(0)
      return ends[0] as SessionEnd
    },
  }
}
