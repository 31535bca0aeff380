/**
 * Where the time of a request goes: the CPU of the server process, and how much of it V8 saw in each
 * part. Run: `npm run bench:where`, with `-- --write` to keep the result in docs/bench/where.md. CPU
 * is measured without the profiler, as `npm run bench` does it; the profile is taken afterwards.
 */
import { parseArgs } from 'node:util'
import { machine } from '../test/support/machine.ts'
import { type CaseName, type Trial, caseOf } from './http/cases.ts'
import { run } from './http/load.ts'
import { measure, prepare } from './http/measure.ts'
import { medianOf } from './http/ratio.ts'
import { type ServerProcess, withServers } from './http/server-process.ts'
import { type Framework, type Keeper, NEAR, SAFE, type Subject } from './http/subjects.ts'
import { writePage } from './page.ts'
import { type Table, asText } from './table.ts'
import { type Part, partsIn, partsOf } from './where/parts.ts'

const { values } = parseArgs({
  options: {
    starts: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    requests: { type: 'string', default: '20000' },
    write: { type: 'boolean' },
  },
})
const PROFILED = Number(values.requests)
const PLAN = {
  starts: Number(values.starts),
  rounds: Number(values.rounds),
  requests: 2000,
  warmUps: 6,
  connections: 10,
}

const FRAMEWORKS = ['node:http', 'Fastify', 'Koa', 'Hono'] as const
const CASES: readonly (readonly [CaseName, readonly Keeper[]])[] = [
  ['none', ['nothing', SAFE, 'Sojourn']],
  ['anonymous', ['nothing', SAFE, 'Sojourn']],
  ['read', ['nothing', 'limit', SAFE, 'Sojourn', NEAR]],
  ['write', ['limit', SAFE, 'Sojourn']],
]
/** What a session takes that nobody has read before is the same on each of them. */
const ONCE: readonly CaseName[] = ['read once', 'write once']

const QUESTIONS: readonly (readonly [Framework, CaseName, readonly Keeper[]])[] = [
  ...FRAMEWORKS.flatMap((framework) =>
    CASES.map(([name, keepers]) => [framework, name, keepers] as const),
  ),
  ...ONCE.map((name) => ['node:http', name, ['limit', SAFE, 'Sojourn']] as const),
]

console.log(`${machine()}\n`)
const tables: Table[] = []
for (const [framework, name, keepers] of QUESTIONS) {
  const table = await ask(framework, name, keepers)
  console.log(asText(table))
  tables.push(table)
}
if (values.write) {
  writePage({
    path: 'bench/where.md',
    title: 'Benchmark: where the time goes',
    command: 'npm run bench:where --',
    says: [
      `Microseconds of CPU of the server process per request: all of it is the median of ${PLAN.rounds} ` +
        `rounds of ${PLAN.requests} requests over ${PLAN.connections} connections after each of ` +
        `${PLAN.starts} starts, without a profiler; the parts are from a profile of ${PROFILED} more. \`system calls and the rest\` ` +
        'is what remains: the kernel, and what Node and V8 do in C++. What a function has V8 do for ' +
        'it counts as its own: JSON.parse by hand is the handler.',
      'The parts are of another start than the whole, and two starts are not equally fast: the last ' +
        'row is right to a few microseconds, and can be less than nothing. [Without ' +
        'sockets](overhead.md), where all is warm, the same work takes less.',
    ],
    tables,
  })
}
process.exit()

async function ask(
  framework: Framework,
  name: CaseName,
  keepers: readonly Keeper[],
): Promise<Table> {
  const trial = { name, size: 1.2 } as const
  const subjects = keepers.map((keeper) => ({ framework, keeper }))
  const able = new Map(subjects.map((subject) => [subject, new Set([trial])]))
  const measured = await measure(able, { ...PLAN, trials: [trial] })
  const cpu = subjects.map((subject) => medianOf(measured.get(subject)?.get(trial) ?? [], 'cpuUs'))
  const parts: ReadonlyMap<Part, number>[] = []
  for (const subject of subjects) parts.push(await profile(subject, trial))
  return tableOf(`${framework}: ${name}, ${caseOf(name).says}`, keepers, cpu, parts)
}

async function profile(subject: Subject, trial: Trial): Promise<ReadonlyMap<Part, number>> {
  return withServers([subject], async ([server], redis) => {
    const asks = (requests: number) =>
      prepare(server as ServerProcess, redis, trial, PLAN.connections, requests)
    await run(await asks(PLAN.warmUps * PLAN.requests))
    const burst = await asks(PROFILED)
    return partsOf(await (server as ServerProcess).profile(() => run(burst)))
  })
}

function tableOf(
  title: string,
  keepers: readonly Keeper[],
  cpu: readonly number[],
  parts: readonly ReadonlyMap<Part, number>[],
): Table {
  const us = (part: Part, at: number) => (parts[at]?.get(part) ?? 0) / PROFILED
  const all = partsIn(parts)
  const rest = cpu.map((total, at) => total - all.reduce((sum, part) => sum + us(part, at), 0))
  return {
    title,
    head: ['', ...keepers],
    rows: [
      ['all', ...cpu.map((total) => total.toFixed(1))],
      ...all.map((part) => [part, ...keepers.map((_, at) => us(part, at).toFixed(1))]),
      ['system calls and the rest', ...rest.map((left) => left.toFixed(1))],
    ],
  }
}
