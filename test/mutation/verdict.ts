import type { Mutant } from './mutants.ts'
import type { Judged } from './run-room.ts'
import { killedIn } from './work.ts'

export interface Verdict {
  readonly room: string
  readonly mutants: number
  readonly killed: number
  /** `5 by failure, 1 by timeout`. */
  readonly ways: string
  readonly left: readonly Left[]
  /** Tests that were not run with every mutant that they reach and no other test kills. */
  readonly undone: number
}

export interface Left extends Mutant {
  readonly state: 'survived' | 'not reached'
}

export function verdictOn(room: string, { mutants, findings }: Judged): Verdict {
  const killed = killedIn(findings)
  const reached = new Set<string>()
  const done = new Set<string>()
  for (const found of findings) {
    if ('reaches' in found) for (const id of Object.keys(found.reaches)) reached.add(id)
    if ('atLoad' in found) for (const id of found.atLoad) reached.add(id)
    if ('done' in found) done.add(found.done)
  }
  const undone = findings.filter(
    (found) =>
      'reaches' in found &&
      !done.has(found.test) &&
      Object.keys(found.reaches).some((mutant) => !killed.has(mutant)),
  )
  const ways = [...killed.values()]
  const left = mutants
    .filter(({ id }) => !killed.has(id))
    .map((mutant): Left => {
      return { ...mutant, state: reached.has(mutant.id) ? 'survived' : 'not reached' }
    })
  return {
    room,
    mutants: mutants.length,
    killed: mutants.length - left.length,
    ways: [...new Set(ways)]
      .map((way) => `${ways.filter((other) => other === way).length} by ${way}`)
      .join(', '),
    left,
    undone: undone.length,
  }
}

/** With one digit; the last mutant makes the hundred. */
export function shareOf(killed: number, mutants: number): string {
  return `${(Math.floor((1000 * killed) / mutants) / 10).toFixed(1)} %`
}
