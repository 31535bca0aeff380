import { setImmediate as later } from 'node:timers/promises'
import type { Store } from '../../src/store/store.ts'
import { signal } from './latch-store.ts'

export const OPERATIONS = [
  'read',
  'create',
  'replace',
  'touch',
  'remove',
  'end',
  'enlist',
  'listed',
  'delist',
  'readForeign',
  'removeForeign',
] as const

/** A store, in a Redis in which another library has stored texts. */
export function besideForeign(store: Store, texts: Map<string, string>): Store {
  return {
    now: () => store.now(),
    read: (key) => store.read(key),
    create: (key, record) => store.create(key, record),
    replace: (key, expected, record) => store.replace(key, expected, record),
    touch: (key, touch) => store.touch(key, touch),
    remove: (key, principal) => store.remove(key, principal),
    end: async (key, ending) => store.end?.(key, ending) ?? 'absent',
    enlist: async (key, listing) => store.enlist?.(key, listing) ?? 'listed',
    listed: async (key) => store.listed?.(key) ?? [],
    delist: async (key, members) => store.delist?.(key, members),
    readForeign: async (key) => texts.get(key),
    removeForeign: async (key) => void texts.delete(key),
  }
}

/**
 * A node at work. It stops before each operation of its store, until it may take that step; of
 * several that it begins at once the first comes first.
 */
export class Actor {
  over = false
  readonly #done: Promise<void>
  readonly #due: (() => Promise<unknown>)[] = []
  #arrived = signal()

  constructor(store: Store, work: (stepped: Store) => Promise<void>) {
    this.#done = work(this.#stepped(store)).finally(() => {
      this.over = true
      this.#arrived.give()
    })
    // What went wrong is told to whoever steps.
    this.#done.catch(() => undefined)
  }

  /** Carries out one operation; resolves when the next one is due, or all is done. */
  async step(): Promise<void> {
    await this.#arrived.given
    const next = this.#due.shift()
    if (next !== undefined) {
      this.#arrived = signal()
      await next().catch(() => undefined)
      if (this.#due.length > 0) {
        // What follows from the answer comes before the next step.
        await later()
        this.#arrived.give()
      }
      await this.#arrived.given
    }
    if (this.over) await this.#done
  }

  #stepped(store: Store): Store {
    const stepped = { ...store } as Record<string, unknown>
    for (const name of OPERATIONS) {
      const operation = store[name] as (...args: unknown[]) => Promise<unknown>
      stepped[name] = (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          this.#due.push(() => {
            const answer = operation(...args)
            answer.then(resolve, reject)
            return answer
          })
          this.#arrived.give()
        })
    }
    return stepped as unknown as Store
  }
}

export interface Run {
  readonly actors: readonly Actor[]
  /** Called after each step: what must hold wherever the others stop, for good or for a while. */
  readonly check: () => Promise<void>
}

/** Runs actors in every order their steps can have; answers how many orders there are. */
export async function everyOrder(begin: () => Run | Promise<Run>): Promise<number> {
  const path: number[] = []
  for (let orders = 1; ; orders++) {
    const widths = await runAlong(await begin(), (depth) => (path[depth] ??= 0))
    while (path.length > 0 && Number(path.at(-1)) + 1 >= Number(widths[path.length - 1])) {
      path.pop()
    }
    const last = path.pop()
    if (last === undefined) return orders
    path.push(last + 1)
  }
}

/** Runs actors once, each step that of the one chosen among those not done; answers how many. */
export async function runAlong(
  { actors, check }: Run,
  choose: (depth: number, among: number) => number,
): Promise<number[]> {
  const widths: number[] = []
  for (;;) {
    const going = actors.filter(({ over }) => !over)
    if (going.length === 0) return widths
    await going[choose(widths.length, going.length)]?.step()
    widths.push(going.length)
    await check()
  }
}
