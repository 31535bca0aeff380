/**
 * What it costs to import `sojourn` and `sojourn/redis`, as they are built, in a process that has
 * done nothing yet. Run: `npm run bench:import`, with `-- --write` to keep the result in
 * docs/bench/import.md, with `-- --rounds 20` for less of it.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { minifySync } from 'rolldown/utils'
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
  'node:module',
  'node:path',
  'node:timers/promises',
  'node:url',
  'node:util',
]

const folder = mkdtempSync(join(tmpdir(), 'sojourn-import-'))
process.once('exit', () => rmSync(folder, { recursive: true }))
const empty = join(folder, 'empty.mjs')
writeFileSync(empty, '')
const here = fileURLToPath(new URL('..', import.meta.url))
/** What both are made of, and the same with nothing in it that only a person reads. */
const core = join(here, 'dist/shared/core.mjs')
const minified = join(folder, 'core.min.mjs')
writeFileSync(minified, minifySync(core, readFileSync(core, 'utf8')).code)

const IMPORTED = {
  'an empty module, in no file': ['data:text/javascript,'],
  'an empty module, in a file': [pathToFileURL(empty).href],
  sojourn: ['sojourn'],
  'sojourn, sojourn/redis': ['sojourn', 'sojourn/redis'],
  'the same, and sojourn/express': ['sojourn', 'sojourn/redis', 'sojourn/express'],
  'what sojourn imports of others': OTHERS,
} as const

/** With what each needs to keep sessions in Redis; no framework and no client. */
const PEERS: readonly (readonly string[])[] = [
  ['express-session', 'connect-redis'],
  ['@fastify/session', '@fastify/cookie', 'connect-redis'],
  ['koa-session'],
  ['@hono/session'],
  ['hono-sessions'],
  ['@remix-run/session', '@remix-run/cookie', '@remix-run/session-storage-redis'],
]

/** In a process of its own: the time from the first line to the last module that has run. */
function importing(modules: readonly string[]): number {
  const program = `const began = performance.now()
    for (const name of ${JSON.stringify(modules)}) await import(name)
    process.stdout.write(String(performance.now() - began))`
  return timeOf(['--input-type=module', '--eval', program])
}

function timeOf(args: readonly string[]): number {
  return Number(execFileSync(process.execPath, args, { cwd: here, encoding: 'utf8' }))
}

/** In a process of its own: the time V8 takes for one file. */
function compiling(file: string): number {
  const program = `import { readFileSync } from 'node:fs'
    import { SourceTextModule } from 'node:vm'
    const text = readFileSync(${JSON.stringify(file)}, 'utf8')
    const began = performance.now()
    new SourceTextModule(text)
    process.stdout.write(String(performance.now() - began))`
  const flags = ['--experimental-vm-modules', '--no-warnings', '--input-type=module']
  return timeOf([...flags, '--eval', program])
}

console.log(`${machine()}\n`)
const names = Object.keys(IMPORTED) as (keyof typeof IMPORTED)[]
const imported = [...names.map((name) => IMPORTED[name]), ...PEERS]
const works = [
  async () => compiling(core),
  async () => compiling(minified),
  ...imported.map((modules) => async () => importing(modules)),
]
const [whole = Number.NaN, short = Number.NaN, ...times] = await medians(rounds, works)
const nothing = times[names.indexOf('an empty module, in no file')] ?? Number.NaN
const ms = (name: keyof typeof IMPORTED) => times[names.indexOf(name)] ?? Number.NaN
const above = (name: keyof typeof IMPORTED) => ms(name) - nothing
const others = above('what sojourn imports of others')
const first = above('an empty module, in a file')
const rest = above('sojourn, sojourn/redis') - whole - others - first
const tables = [
  {
    title: `Importing, medians of ${rounds} processes`,
    head: ['', 'ms', 'above nothing'],
    rows: names.map((name) => [name, ms(name).toFixed(1), above(name).toFixed(1)]),
  },
  {
    title: 'Peers, without a framework and without a client',
    head: ['', 'ms', 'above nothing'],
    rows: PEERS.map((modules, at) => {
      const time = times[names.length + at] ?? Number.NaN
      return [modules.join(', '), time.toFixed(1), (time - nothing).toFixed(1)]
    }),
  },
  {
    title: 'Where it goes: sojourn, sojourn/redis',
    head: ['', 'ms'],
    rows: [
      ['V8 compiles what they are made of', whole.toFixed(1)],
      ['modules of Node that they import', others.toFixed(1)],
      ['what Node loads to read the first module of a file', first.toFixed(1)],
      ['the rest: to find, read, link and run it', rest.toFixed(1)],
      ['V8 compiles what they are made of, if it were minified', short.toFixed(1)],
    ],
  },
]
for (const table of tables) console.log(asText(table))
if (values.write) {
  writePage({
    path: 'bench/import.md',
    title: 'Benchmark: importing',
    command: 'npm run bench:import --',
    says: [
      `The target is at most ${TARGET_MS} ms for \`sojourn\` and \`sojourn/redis\` together. What is loaded, ` +
        '`test/imports` looks at: no package, no adapter that is not imported. Names stay whole in what is ' +
        'published, and so do the lines: an error of a site in production is to say where it was. Without ' +
        'them V8 would not be much faster: it is functions that it takes its time for, not their names.',
    ],
    tables,
  })
}
