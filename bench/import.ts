/**
 * What it costs to import `sojourn` and `sojourn/redis`, as they are built, in a process that has
 * done nothing yet. Run: `npm run bench:import`, with `-- --write` to keep the result in
 * docs/bench/import.md, with `-- --rounds 20` for less of it.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { machine } from '../test/support/machine.ts'
import { writePage } from './page.ts'
import { asText } from './table.ts'
import { medians } from './timing.ts'

const TARGET_MS = 15
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '50' }, write: { type: 'boolean' } },
})
const rounds = Number(values.rounds)

/** test/imports finds them. */
const OTHERS = [
  'node:buffer',
  'node:crypto',
  'node:diagnostics_channel',
  'node:path',
  'node:timers/promises',
  'node:url',
  'node:util',
]

const IMPORTED = {
  'an empty module': ['data:text/javascript,'],
  sojourn: ['sojourn'],
  'sojourn, sojourn/redis': ['sojourn', 'sojourn/redis'],
  'the same, and sojourn/express': ['sojourn', 'sojourn/redis', 'sojourn/express'],
  'what sojourn imports of others': OTHERS,
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
const table = { title: `Importing, medians of ${rounds} processes`, head, rows }
console.log(asText(table))
if (values.write) {
  writePage({
    path: 'bench/import.md',
    title: 'Benchmark: importing',
    command: 'npm run bench:import --',
    says: [
      `The target is at most ${TARGET_MS} ms for \`sojourn\` and \`sojourn/redis\` together. What is loaded, ` +
        '`test/imports` looks at: no package, no adapter that is not imported.',
    ],
    tables: [table],
  })
}
