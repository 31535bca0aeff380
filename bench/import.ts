/**
 * What it costs to import `sojourn` and `sojourn/redis`, as they are built, in a process that has
 * done nothing yet. Run: `npm run bench:import`, with `-- --rounds 20` for less of it.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { machine } from '../test/support/machine.ts'
import { asText } from './table.ts'
import { medians } from './timing.ts'

const TARGET_MS = 15
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '50' } } })
const rounds = Number(values.rounds)

const IMPORTED = {
  'an empty module': ['data:text/javascript,'],
  sojourn: ['sojourn'],
  'sojourn, sojourn/redis': ['sojourn', 'sojourn/redis'],
  'the same, and sojourn/express': ['sojourn', 'sojourn/redis', 'sojourn/express'],
  'node:crypto, node:buffer, cookie': ['node:crypto', 'node:buffer', 'cookie'],
} as const

const here = fileURLToPath(new URL('..', import.meta.url))

/** In a process of its own: the time from the first line to the last module that has run. */
function importing(modules: readonly string[]): number {
  const program = `const began = performance.now()
    for (const name of ${JSON.stringify(modules)}) await import(name)
    process.stdout.write(String(performance.now() - began))`
  const args = ['--input-type=module', '--eval', program]
  return Number(execFileSync(process.execPath, args, { cwd: here, encoding: 'utf8' }))
}

console.log(`${machine()}\n`)
const works = Object.values(IMPORTED).map((modules) => async () => importing(modules))
const times = await medians(rounds, works)
const rows = Object.keys(IMPORTED).map((name, at) => [
  name,
  (times[at] ?? Number.NaN).toFixed(1),
  ((times[at] ?? Number.NaN) - (times[0] ?? Number.NaN)).toFixed(1),
])
const head = ['', 'ms', 'above nothing']
console.log(asText({ title: `Importing, medians of ${rounds} processes`, head, rows }))
console.log(`the target is at most ${TARGET_MS} ms for sojourn and sojourn/redis together`)
