/**
 * Random requests of one browser to several processes, on a real Redis, with connections cut in every
 * second history; every history is checked. Run: `npm run histories`, with `-- --quick` for a short
 * form, `-- --seed 7` for others, `-- --from 12 --cases 1` for one plan again (what comes first is
 * another matter each time, so ask for it often: `-- --from 12 --cases 1 --times 200`), `-- --broken`
 * for stores with a mistake, `-- --minutes 10` to begin no more after that, `-- --write` to keep the result in docs/reliability/histories.md. The
 * first history that no order explains is printed and ends the run.
 */
import { parseArgs } from 'node:util'
import { machine } from '../support/machine.ts'
import { writeSection } from '../support/page-section.ts'
import { BROKEN } from './broken.ts'
import { type Figures, playAll, someCut } from './campaign.ts'
import { startCrew } from './crew.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    write: { type: 'boolean' },
    broken: { type: 'boolean' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    cases: { type: 'string' },
    times: { type: 'string', default: '1' },
    minutes: { type: 'string', default: 'Infinity' },
  },
})
const seed = Number(values.seed)
const first = seed * 1_000_000 + Number(values.from)
const cases = Number(values.cases ?? (values.quick ? 1000 : 50_000))
const times = Number(values.times)
const BROKEN_CASES = values.quick ? 200 : 1000

const command = ['npm run histories --', ...process.argv.slice(2)].join(' ')
const intro = `\`${command}\` printed this: ${machine()}; seed ${seed}.`
console.log(`${intro}\n`)
const crew = await startCrew(seed)
const began = performance.now()
const text = values.broken ? await tellBroken() : await tellAll()
await crew.end()
console.log(`\n${text}`)
if (values.write && process.exitCode === undefined) {
  const heading = values.broken ? 'Stores with a mistake' : 'Measured'
  writeSection('reliability/histories.md', heading, `${intro}\n\n${text}`)
}

async function tellAll(): Promise<string> {
  let told = 0
  const figures = await playAll(crew, seedsOf(first, cases, times), someCut(2), {
    atOnce: 24,
    upTo: 1,
    minutes: Number(values.minutes),
    seen(_, { histories, operations, unknown }) {
      if (histories % 1000 !== 0 || histories === told) return
      told = histories
      console.log(`${n(histories)} histories, ${n(operations)} operations, ${n(unknown)} unknown`)
    },
  })
  if (figures.firstWrong !== undefined) {
    process.exitCode = 1
    return figures.firstWrong
  }
  const { histories, operations, unknown } = figures
  const minutes = ((performance.now() - began) / 60_000).toFixed(0)
  return [
    `${n(histories)} histories with ${n(operations)} operations, ${n(unknown)} of them without an`,
    `answer, and ${n(crew.cuts)} connections cut, in ${minutes} minutes: **an order that explains`,
    'everything that was read and answered was found for each session of every history.**',
  ].join(' ')
}

async function tellBroken(): Promise<string> {
  const rows = ['| what the store does | caught |', '| --- | ---: |']
  for (const broken of Object.keys(BROKEN)) {
    const seeds = seedsOf(first, BROKEN_CASES, 1)
    const figures = await playAll(crew, seeds, () => ({ faulty: false, broken }))
    rows.push(`| ${broken} | ${share(figures)} |`)
    console.log(rows.at(-1))
    if (figures.wrong * 2 <= figures.histories) process.exitCode = 1
  }
  return rows.join('\n')
}

function share({ wrong, histories }: Figures): string {
  return `${n(wrong)} of ${n(histories)}`
}

function* seedsOf(from: number, count: number, again: number): Generator<number> {
  for (let time = 0; time < again; time++) {
    for (let at = from; at < from + count; at++) yield at
  }
}

function n(count: number): string {
  return count.toLocaleString('en')
}
