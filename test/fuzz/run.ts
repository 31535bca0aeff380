/**
 * Millions of hostile inputs, seeded: the same seed, the same inputs. Run: `npm run fuzz`, with
 * `-- --quick` for a short form, `-- --seed 7` for other inputs, `-- --only payloads` for one
 * campaign, `-- --from 12 --cases 1` for one case again, `-- --write` to keep the result in
 * docs/security/fuzzing.md. The first case that breaks a claim ends the run.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { machine } from '../support/machine.ts'
import type { Campaign, Figure } from './campaign.ts'
import { CAMPAIGNS } from './campaigns.ts'

interface Result {
  readonly campaign: Campaign
  readonly cases: number
  readonly seconds: number
  readonly figures: readonly Figure[]
}

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    write: { type: 'boolean' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    from: { type: 'string', default: '0' },
    cases: { type: 'string' },
  },
})
const seed = Number(values.seed)

const wanted = CAMPAIGNS.filter(({ name }) => values.only === undefined || values.only === name)
if (wanted.length === 0) {
  throw new Error(`--only takes one of ${CAMPAIGNS.map(({ name }) => name).join(', ')}`)
}
/** Asked at the start: a run takes long, and the code it runs is that of its start. */
const about = `${machine()}; seed ${seed}`
console.log(`${about}\n`)
const results: Result[] = []
for (const campaign of wanted) {
  const result = await resultOf(campaign)
  results.push(result)
  console.log(`${titleOf(result)}\n${campaign.claim}`)
  for (const { what, value } of result.figures) console.log(`  ${what}: ${value}`)
  console.log('')
}
if (values.write) {
  const folder = new URL('../../docs/security/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  writeFileSync(new URL('fuzzing.md', folder), pageOf(results))
}

async function resultOf(campaign: Campaign): Promise<Result> {
  const cases = Number(values.cases ?? (values.quick ? campaign.quick : campaign.full))
  const began = performance.now()
  try {
    const figures = await campaign.run({ seed, from: Number(values.from), cases, timed: true })
    return { campaign, cases, seconds: (performance.now() - began) / 1000, figures }
  } catch (error) {
    console.error(`FAILED ${campaign.name}: ${campaign.claim}`)
    throw error
  }
}

function titleOf({ campaign, cases, seconds }: Result): string {
  return `${campaign.name}: ${cases.toLocaleString('en')} cases in ${seconds.toFixed(0)} s`
}

function pageOf(results: readonly Result[]): string {
  const command = ['npm run fuzz --', ...process.argv.slice(2)].join(' ')
  const intro = [
    '# Fuzzing',
    `\`${command}\` made this page: ${about}.`,
    'Each campaign is a claim and a program that tries to break it, with inputs that depend on the ' +
      'seed and the number of the case alone. The first case that breaks the claim ends the run with ' +
      'an error, so every figure here is of a claim that held. What exactly counts as breaking it is ' +
      'said at the top of each file in [test/fuzz](../../test/fuzz). A short form runs with the tests.',
  ].join('\n\n')
  const parts = results.map((result) => {
    const rows = result.figures.map(({ what, value }) => `| ${what} | ${value} |`)
    return `## ${titleOf(result)}\n\n${claimOf(result)}\n\n| | |\n| --- | ---: |\n${rows.join('\n')}\n`
  })
  return `${intro}\n\n${parts.join('\n')}`
}

function claimOf({ campaign: { claim, name } }: Result): string {
  return `${claim[0]?.toUpperCase()}${claim.slice(1)}. By itself: \`npm run fuzz -- --only ${name}\`.`
}
