/**
 * Sessions over HTTP, on each framework: with nothing, by hand, with Sojourn, and with what else
 * its users take. Run: `npm run bench`, and with `-- --write` to keep the result in docs/.
 *
 * - without more: what the targets are about, sessions of 1.2 KB
 * - `--cases`: every case; `--sizes`: reads and writes of sessions of 1.2, 10 and 64 KB
 * - `--frameworks Koa,Hono`, `--starts 1`, `--rounds 5`, `--requests 500`: less of it
 * - `--connections 1`: one request at a time
 *
 * Each has a server process of its own. Those of a framework take turns in every round. What
 * counts are ratios of CPU: microseconds are those of one machine at one time.
 */
import { posix } from 'node:path'
import { parseArgs } from 'node:util'
import { machine } from '../test/support/machine.ts'
import type { Trial } from './http/cases.ts'
import { partCores } from './http/cores.ts'
import { keepDay } from './http/days.ts'
import { type Measured, type Plan, measure } from './http/measure.ts'
import { PROFILES, type ProfileName } from './http/profiles.ts'
import { targetsOf } from './http/targets.ts'
import { FRAMEWORKS, type Framework, type Subject, nameOf, subjectsOf } from './http/subjects.ts'
import { type RedisUse, observe } from './http/traffic.ts'
import { writePage } from './page.ts'
import { type Table, asText } from './table.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'boolean' },
    sizes: { type: 'boolean' },
    frameworks: { type: 'string', default: FRAMEWORKS.join(',') },
    starts: { type: 'string' },
    rounds: { type: 'string' },
    requests: { type: 'string' },
    connections: { type: 'string' },
    write: { type: 'boolean' },
  },
})
const name: ProfileName = values.cases ? 'cases' : values.sizes ? 'sizes' : 'targets'
const profile = PROFILES[name]
const asked = (['starts', 'rounds', 'requests', 'connections'] as const)
  .filter((option) => values[option] !== undefined)
  .map((option) => [option, Number(values[option])] as const)
const plan: Plan = { ...profile.plan, ...Object.fromEntries(asked) }

console.log(`${machine()}\n`)
const began = performance.now()
const uses: RedisUse[] = []
const results: Measured[] = []
for (const framework of values.frameworks.split(',')) {
  if (!FRAMEWORKS.includes(framework as Framework)) throw new Error(`no framework ${framework}`)
  results.push(await compare(framework as Framework))
}
const measured: Measured = new Map(results.flatMap((result) => [...result]))
const result = { measured, uses, trials: plan.trials }
const tables: Table[] = profile.tables(result)
for (const table of tables) console.log(asText(table))
if (values.write) {
  const { starts, warmUps, rounds, requests, connections } = plan
  const why = posix.relative(posix.dirname(profile.page.path), 'decisions/040-as-under-load.md')
  const says =
    `Each server is started ${starts} times, and each time it is asked for each row in ${rounds} ` +
    `rounds of ${requests} requests over ${connections} connections, after ${warmUps} that do not ` +
    'count. While it waits for its turn it keeps what V8 has compiled ' +
    `([040](${why})).` +
    (partCores() ? ' It has a core for itself; the client and Redis share the others.' : '')
  const charts = profile.charts(measured, plan.trials)
  if (name === 'targets') tables.push(keepDay(targetsOf(result)))
  writePage({
    ...profile.page,
    command: 'npm run bench --',
    says: [says, ...profile.page.says],
    tables,
    charts,
  })
}
console.log(`in ${((performance.now() - began) / 60_000).toFixed(1)} minutes`)

/** All that keep sessions in one framework: first each is looked at, then they take turns. */
async function compare(framework: Framework): Promise<Measured> {
  const able = new Map<Subject, ReadonlySet<Trial>>()
  for (const subject of subjectsOf(framework)) {
    const use = await observe(subject)
    uses.push(use)
    able.set(subject, new Set(plan.trials.filter(({ name }) => use.traffic.has(name))))
    console.error(`${nameOf(subject)} does its job`)
  }
  return measure(able, plan)
}
