// Changes the code one thing at a time and asks whether a test fails (docs/security/mutation.md).
// `npm run mutation -- cookie session` does two rooms; without a name, all. What was found is kept
// in .tmp/mutation, and an interrupted run goes on where it was; `--anew` forgets it. `--write`
// keeps the result in the page.
import { parseArgs } from 'node:util'
import { explain } from '../test/mutation/explained.ts'
import { pageOf } from '../test/mutation/page.ts'
import { ROOMS } from '../test/mutation/rooms.ts'
import { runRoom } from '../test/mutation/run-room.ts'
import { REASONS } from '../test/mutation/survivors.ts'
import { type Left, type Verdict, shareOf, verdictOn } from '../test/mutation/verdict.ts'
import { writeOrCheck } from './security/generated-page.ts'

const ENOUGH = 0.85

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { anew: { type: 'boolean' }, write: { type: 'boolean' } },
})
const rooms = positionals.length > 0 ? positionals : Object.keys(ROOMS)
for (const room of rooms) {
  if (!(room in ROOMS)) throw new Error(`${room} is none of: ${Object.keys(ROOMS).join(', ')}`)
}
const verdicts: Verdict[] = []
for (const room of rooms) {
  const verdict = verdictOn(room, await runRoom(room, values.anew ? 'anew' : 'go on'))
  report(verdict)
  verdicts.push(verdict)
}
if (rooms.length === Object.keys(ROOMS).length) conclude()

function report({ room, mutants, killed, ways, left, undone }: Verdict): void {
  for (const mutant of explain(REASONS, left).unexplained) show(mutant)
  console.log(`${room}: ${shareOf(killed, mutants)} of ${mutants} mutants: ${killed} (${ways})`)
  if (undone > 0) console.log(`${undone} tests were not run with all they reach`)
  if (killed < ENOUGH * mutants) process.exitCode = 1
}

function show({ file, line, column, state, mutator, id, before, after }: Left): void {
  console.log(`${file}:${line}:${column} ${state} ${mutator} #${id}\n- ${before}\n+ ${after}`)
}

function conclude(): void {
  const { explained, unexplained, outdated } = explain(
    REASONS,
    verdicts.flatMap(({ left }) => left),
  )
  for (const change of outdated) console.log(`explained, but survives no more: ${change}`)
  console.log(`${unexplained.length} survivors are not explained in test/mutation/survivors.ts`)
  if (unexplained.length > 0 || outdated.length > 0) process.exitCode = 1
  if (values.write) writeOrCheck('docs/security/mutation.md', pageOf(verdicts, explained), false)
}
