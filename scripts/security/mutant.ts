import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../run.ts'

/**
 * A defence taken out of the code, and the test that then fails. The rows of the list of attacks it
 * stands for are those that the test names.
 */
export interface Mutant {
  /** What the code does then, as the end of "fails when …". */
  readonly when: string
  readonly file: string
  /** Is in the file exactly once. */
  readonly search: string
  readonly replacement: string
  readonly test: string
  /** A title in that file as its source has it: of a test, or of a group. */
  readonly fails: string
}

const folder = join(root, 'test/mutants')

/** Every mutant, by the names of their files. */
export async function allMutants(): Promise<Mutant[]> {
  const files = readdirSync(folder).toSorted()
  const modules = await Promise.all(
    files.map(async (file) => (await import(join(folder, file))) as { mutants: Mutant[] }),
  )
  return modules.flatMap(({ mutants }) => mutants)
}

/** The text of the mutated file. @throws when the text to replace is not there exactly once. */
export function mutated({ file, search, replacement }: Mutant): string {
  const source = readFileSync(join(root, file), 'utf8')
  const times = source.split(search).length - 1
  if (times !== 1) throw new Error(`${file} has ${times} times, not once: ${search}`)
  return source.replace(search, () => replacement)
}
