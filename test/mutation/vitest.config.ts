import { readFileSync } from 'node:fs'
import { matchesGlob, relative } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import type { Instrumented } from './mutants.ts'
import { root } from '../../scripts/run.ts'
import { ROOMS } from './rooms.ts'

/** Set by scripts/mutation.ts. */
const { MUTATION_ROOM = '', MUTATION_CODE = '' } = process.env
const tests = ROOMS[MUTATION_ROOM]?.tests ?? []
const { code } = JSON.parse(readFileSync(MUTATION_CODE, 'utf8')) as Instrumented
process.env['SOJOURN_TEST_WITHOUT_REDIS'] = '1'

/** Runs the tests of a room in the order in which they are listed. */
class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((one, other) => placeOf(one) - placeOf(other))
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  return tests.findIndex((pattern) => matchesGlob(moduleId, `**/${pattern}`))
}

export default defineConfig({
  plugins: [
    {
      name: 'mutants',
      enforce: 'pre',
      load: (id) => code[relative(root, id)],
    },
  ],
  test: {
    root,
    include: [...tests],
    sequence: { sequencer: InOrder },
    // Loading the code anew for each file would take longer than the tests.
    isolate: false,
    maxWorkers: 1,
    pool: 'threads',
    runner: './test/mutation/runner.ts',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
