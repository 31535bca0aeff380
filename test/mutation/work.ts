import { appendFileSync, existsSync, readFileSync } from 'node:fs'

/**
 * What is known of a room's mutants, line by line in a file, so that a process that hangs or dies
 * costs one mutant and not what was found before.
 */
export type Finding =
  /** How often a test reaches which mutants. */
  | { readonly test: string; readonly reaches: Readonly<Record<string, number>> }
  /** Mutants of what is done while code is loaded, outside of any test. */
  | { readonly atLoad: readonly string[] }
  /** A test has been run with every mutant that it reaches. */
  | { readonly done: string }
  | { readonly mutant: string; readonly killedBy: string; readonly how: How }
  /** The test was late, or failed without it afterwards: to be seen in a process of its own. */
  | { readonly mutant: string; readonly unsure: string }
  /** A test failed with no mutant active. The second time it is given up. */
  | { readonly fails: string }
  /** All tests passed with it active from the start. */
  | { readonly survives: string }

export type How = 'failure' | 'timeout' | 'endless loop' | 'at load'

export function note(file: string, finding: Finding): void {
  appendFileSync(file, `${JSON.stringify(finding)}\n`)
}

export function notedIn(file: string): Finding[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Finding)
}

export function killedIn(findings: readonly Finding[]): Map<string, How> {
  return new Map(findings.flatMap((found) => ('how' in found ? [[found.mutant, found.how]] : [])))
}
