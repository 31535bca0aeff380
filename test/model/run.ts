/**
 * Drives the lifecycle through every scenario in every way it can go. Run: `npm run model`, with
 * `-- --only 'logout×set'` for scenarios with such names, `-- --most 5000` to give a scenario up
 * after so many runs. The first step that goes wrong ends it.
 */
import { parseArgs } from 'node:util'
import { everyWay } from './explore.ts'
import { SCENARIOS } from './scenarios.ts'
import { makeStage } from './stage.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    most: { type: 'string', default: '200000' },
  },
})

const began = performance.now()
let allRuns = 0
let allStates = 0
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  if (!name.includes(values.only)) continue
  const { runs, states, whole } = await everyWay(await makeStage(scenario), Number(values.most))
  allRuns += runs
  allStates += states
  const left = whole ? '' : ', and others that were left out'
  console.log(`${name}: ${states.toLocaleString('en')} states${left}`)
}
const seconds = ((performance.now() - began) / 1000).toFixed(0)
const total = `${allStates.toLocaleString('en')} states in ${allRuns.toLocaleString('en')} runs`
console.log(`\n${total}, ${seconds} s, nothing wrong`)
