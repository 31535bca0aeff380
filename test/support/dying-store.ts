import type { Store } from '../../src/store/store.ts'
import { OPERATIONS } from './stepped.ts'

/** What is asked of a store by a process that is no more. */
export class Died extends Error {}

/**
 * The store as a process has it that dies at its nth operation: before that reached the store, or
 * before the answer came. `asked` counts the operations that reached it.
 */
export function dyingStore(store: Store, nth: number, when: 'before' | 'after') {
  const counts = { asked: 0 }
  const dying = { ...store } as Record<string, unknown>
  for (const name of OPERATIONS) {
    const operation = store[name] as (...args: unknown[]) => Promise<unknown>
    dying[name] = async (...args: unknown[]) => {
      const at = ++counts.asked
      if (at > nth || (at === nth && when === 'before')) throw new Died()
      const answer = await operation(...args)
      if (at === nth) throw new Died()
      return answer
    }
  }
  return { store: dying as unknown as Store, counts }
}
