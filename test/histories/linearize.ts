import type { Operation } from './history.ts'
import { type State, UNBORN, after, keyOf, onlyLooks } from './session-model.ts'

/** How far the best order got, for whoever looks for the reason. */
export interface Stuck {
  readonly order: readonly Operation[]
  readonly state: State
  /** What could come next by the time it took, and cannot have happened then. */
  readonly next: readonly Operation[]
}

const MOST_STEPS = 2_000_000

/**
 * Looks for an order of the operations on one session in which each makes sense, and none comes
 * before one that was answered before it was asked for (Wing and Gong's search, with Lowe's memory
 * of what was tried). What was not answered may have any place after its beginning, or none.
 * `undefined`: there is one.
 */
export function stuckIn(operations: readonly Operation[]): Stuck | undefined {
  const sorted = operations.toSorted((one, other) => one.invokedAt - other.invokedAt)
  const taken = sorted.map(() => false)
  const tried = new Set<string>()
  const order: Operation[] = []
  let best: Stuck = { order: [], state: UNBORN, next: sorted }
  let steps = 0

  function candidates(): number[] {
    const open = sorted.flatMap((_, at) => (taken[at] === true ? [] : [at]))
    const limit = Math.min(...open.map((at) => sorted[at]?.answeredAt ?? Infinity))
    return open.filter((at) => (sorted[at] as Operation).invokedAt <= limit)
  }

  function isDone(): boolean {
    return sorted.every(({ answeredAt }, at) => taken[at] === true || answeredAt === null)
  }

  function search(state: State): boolean {
    if (isDone()) return true
    if (++steps > MOST_STEPS) throw new Error('the search takes too long')
    const memory = `${taken.map(Number).join('')} ${keyOf(state)}`
    if (tried.has(memory)) return false
    tried.add(memory)
    const next = candidates()
    const take = (at: number, then: State): boolean => {
      taken[at] = true
      order.push(sorted[at] as Operation)
      const found = search(then)
      if (!found) {
        taken[at] = false
        order.pop()
      }
      return found
    }
    // What only looks, and may come now, loses nothing by coming now.
    for (const at of next) {
      const { act } = sorted[at] as Operation
      if (onlyLooks(act) && after(state, act) !== undefined) return take(at, state)
    }
    for (const at of next) {
      const then = after(state, (sorted[at] as Operation).act)
      if (then !== undefined && take(at, then)) return true
    }
    if (order.length >= best.order.length) {
      best = { order: [...order], state, next: next.map((at) => sorted[at] as Operation) }
    }
    return false
  }

  return search(UNBORN) ? undefined : best
}
