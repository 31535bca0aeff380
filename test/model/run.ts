/**
 * Drives the lifecycle through every scenario in every way it can go. Run: `npm run model`, with
 * `-- --only 'logout×set'` for scenarios with such names, `-- --most 5000` to give a scenario up
 * after so many runs, `-- --write` to keep the result in docs/security/rotation.md. The first step
 * that goes wrong ends it.
 */
import { parseArgs } from 'node:util'
import { machine } from '../support/machine.ts'
import { writeSection } from '../support/page-section.ts'
import { everyWay } from './explore.ts'
import { SCENARIOS } from './scenarios.ts'
import { makeStage } from './stage.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    most: { type: 'string', default: '1000000' },
    write: { type: 'boolean' },
  },
})

// An error for each operation that a run leaves behind; what goes wrong says by which steps.
Error.stackTraceLimit = 0

const command = ['npm run model --', ...process.argv.slice(2)].join(' ')
const intro = `\`${command}\` printed this: ${machine()}.`
console.log(`${intro}\n`)
const names = Object.keys(SCENARIOS).filter((name) => name.includes(values.only))
const total = { states: 0, runs: 0, cut: 0 }
for (const name of names) {
  const stage = await makeStage(SCENARIOS[name]!)
  const { runs, states, whole } = await everyWay(stage, Number(values.most))
  total.runs += runs
  total.states += states
  if (!whole) total.cut++
  console.log(`${name}: ${n(states)} states${whole ? '' : ', and others that were left out'}`)
}
const result = [
  `${names.length} scenarios, ${n(total.states)} states in ${n(total.runs)} runs: **nothing`,
  `wrong.** In ${total.cut} scenarios, states were left out.`,
].join(' ')
console.log(`\n${result}`)
if (values.write) writeSection('security/rotation.md', 'Every order', pageText())

function n(count: number): string {
  return count.toLocaleString('en')
}

function pageText(): string {
  const what = [
    'The lifecycle itself is driven through the scenarios in which its protocol was searched before',
    'it was written, one store operation after the other, in every order, with commands that are',
    'executed twice, responses that are lost, nodes that die and seconds that pass. After every step',
    'it must hold that ends are final, nothing is lost or happens twice, killed cookies open',
    'nothing, no browser is refused or thrown back, and timeouts are what they were made.',
  ].join(' ')
  return `${what}\n\n${intro} ${result}`
}
