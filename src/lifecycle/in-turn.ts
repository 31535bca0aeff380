import type { Visit } from '../session/visit.ts'

/** Writes of one request follow each other, so that they do not compete for the same revision. */
export function inTurn<T>(visit: Visit, work: () => Promise<T>): Promise<T> {
  const run = visit.turn === undefined ? work() : visit.turn.then(work, work)
  const turn = run
    .then(
      () => undefined,
      () => undefined,
    )
    .then(() => {
      if (visit.turn === turn) visit.turn = undefined
    })
  visit.turn = turn
  return run
}
