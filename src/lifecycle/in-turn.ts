import type { Visit } from '../session/visit.ts'

/** Writes of one request follow each other, so that they do not compete for the same revision. */
export function inTurn<T>(visit: Visit, work: () => Promise<T>): Promise<T> {
  const run = visit.turn === undefined ? work() : visit.turn.then(work, work)
  const end = () => {
    if (visit.turn === turn) visit.turn = undefined
  }
  const turn: Promise<void> = run.then(end, end)
  visit.turn = turn
  return run
}
