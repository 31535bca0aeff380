// Taken by name, so that an application whose tests stand in for the global timers is still answered.
import { setImmediate } from 'node:timers'
import type { Visit } from '../session/visit.ts'

let turn: Promise<void> | undefined

/**
 * A visit that nothing was asked of Redis for, of a visitor or out of the near cache, goes on when
 * every request that came in this turn of the event loop has been seen, and all of them go on
 * together, as those do whose sessions come in one reply of Redis. What a framework does for one
 * request after another takes less than between reading one socket and the next
 * (docs/decisions/038).
 */
export function together(opened: Visit | Promise<Visit>): Promise<Visit> {
  if (opened instanceof Promise) return opened
  turn ??= new Promise((resolve) => setImmediate(endTurn, resolve))
  return turn.then(() => opened)
}

function endTurn(resolve: () => void): void {
  turn = undefined
  resolve()
}
