import type { Left } from './verdict.ts'

/** Mutants that survive for one reason. */
export interface Reason {
  readonly title: string
  readonly why: string
  /** By file: a line of its code, and what each mutant writes in place of a part of it. */
  readonly mutants: Readonly<Record<string, readonly Changed[]>>
}

export type Changed = readonly [code: string, ...after: string[]]

export interface Explained {
  readonly reason: Reason
  readonly left: readonly Left[]
}

/** Which reason each mutant has. Line numbers do not count: they move. */
export function explain(reasons: readonly Reason[], left: readonly Left[]) {
  const explained = reasons.map((reason): Explained => {
    return { reason, left: left.filter((mutant) => isAmong(reason, mutant)) }
  })
  const known = new Set(explained.flatMap((group) => group.left))
  return {
    explained,
    unexplained: left.filter((mutant) => !known.has(mutant)),
    outdated: reasons.flatMap(({ mutants }) => Object.entries(mutants).flatMap(unusedIn(left))),
  }
}

function isAmong({ mutants }: Reason, { file, code, after }: Left): boolean {
  return (
    mutants[file]?.some(([line, ...afters]) => line === code && afters.includes(after)) ?? false
  )
}

/** Explanations of mutants that are killed by now, or are no more. */
function unusedIn(left: readonly Left[]) {
  return ([file, changes]: readonly [string, readonly Changed[]]) =>
    changes.flatMap(([code, ...afters]) =>
      afters
        .filter((after) => !left.some((mutant) => isSame(mutant, { file, code, after })))
        .map((after) => `${file}: ${code} → ${after}`),
    )
}

interface Place {
  readonly file: string
  readonly code: string
  readonly after: string
}

function isSame(one: Place, other: Place): boolean {
  return one.file === other.file && one.code === other.code && one.after === other.after
}
