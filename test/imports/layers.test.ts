import { expect, it } from 'vitest'
import { layeringProblems, problemsIn } from '../../scripts/layers.ts'

it('finds none in src', () => {
  expect(layeringProblems()).toEqual([])
})

it.each([
  "import { run } from '../cli/run.ts'",
  "export type { Result } from '../cli/run.ts'",
  "import {\n  // why\n  run,\n} from '../cli/run.ts'",
  "const load = () => import(/* webpackIgnore: true */ '../cli/run.ts')",
  "const load = () => import( // later\n  '../cli/run.ts')",
  "const all = 'text/*'\nconst load = () => import('../cli/run.ts') /* late */",
])('finds what points the wrong way: %s', (text) => {
  const problem = 'src/record/record.ts (record) imports cli/run.ts (command line)'
  expect(problemsIn('record/record.ts', text)).toEqual([problem])
})

it.each([
  "// import { run } from '../cli/run.ts'",
  "/* as in\n import { run } from '../cli/run.ts' */",
  "import { fail } from '../errors.ts' // not from '../cli/run.ts'",
])('takes no comment for an import: %s', (text) => {
  expect(problemsIn('record/record.ts', text)).toEqual([])
})
