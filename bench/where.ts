/**
 * Where the time of a request goes: the CPU of the server process, and how much of it V8 saw in each
 * part. Run: `npm run bench:where`, with `-- --write` to keep the result in docs/bench/where.md. CPU
 * is measured without the profiler, as `npm run bench` does it; the profile is taken afterwards.
 */
import { parseArgs } from 'node:util'
import { machine } from '../test/support/machine.ts'
import { type RedisServer, startRedis } from '../test/support/redis-server.ts'
import { type CaseName, caseOf } from './http/cases.ts'
import { run } from './http/load.ts'
import { type Contestant, measure, prepare } from './http/measure.ts'
import { medianOf } from './http/ratio.ts'
import { type ServerProcess, startServer } from './http/server-process.ts'
import { type Framework, type Keeper, NEAR } from './http/subjects.ts'
import { writePage } from './page.ts'
import { type Table, asText } from './table.ts'
import { type Part, partsIn, partsOf } from './where/parts.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    requests: { type: 'string', default: '20000' },
    write: { type: 'boolean' },
  },
})
const ROUNDS = Number(values.rounds)
const PROFILED = Number(values.requests)
const PLAN = { rounds: ROUNDS, requests: 2000, warmUp: 12_000, connections: 10 }

const QUESTIONS: readonly (readonly [Framework, CaseName, readonly Keeper[]])[] = [
  ['node:http', 'none', ['nothing', 'Sojourn']],
  ['node:http', 'read', ['nothing', 'limit', 'Sojourn', NEAR]],
  ['node:http', 'read once', ['limit', 'Sojourn']],
  ['node:http', 'write', ['limit', 'Sojourn']],
  ['node:http', 'write once', ['limit', 'Sojourn']],
  ['Koa', 'none', ['nothing', 'Sojourn']],
  ['Hono', 'none', ['nothing', 'Sojourn']],
  ['Hono', 'read', ['limit', 'Sojourn']],
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
      `Microseconds of CPU of the server process per request: all of it is the median of ${ROUNDS} ` +
        `rounds of ${PLAN.requests} requests over ${PLAN.connections} connections, without a ` +
        `profiler; the parts are from a profile of ${PROFILED} more. \`system calls and the rest\` ` +
        'is what remains: the kernel, and what Node and V8 do in C++. What a function has V8 do for ' +
        'it counts as its own: JSON.parse by hand is the handler.',
      'Code that runs seldom is cold: the kernel takes longer to send the same bytes after a library ' +
        'has run than after none. [Without sockets](overhead.md), where all is warm, the same work ' +
        'takes half as long.',
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
  const redis = await startRedis()
  const contestants: Contestant[] = []
  try {
    for (const keeper of keepers) {
      const server = await startServer({ framework, keeper }, redis.url)
      contestants.push({ server, able: new Set([trial]) })
    }
    const measured = await measure(contestants, redis, { ...PLAN, trials: [trial] })
    const cpu = contestants.map(({ server: { subject } }) =>
      medianOf(measured.get(subject)?.get(trial) ?? [], 'cpuUs'),
    )
    const parts: ReadonlyMap<Part, number>[] = []
    for (const { server } of contestants) parts.push(await profile(server, redis, name))
    return tableOf(`${framework}: ${name}, ${caseOf(name).says}`, keepers, cpu, parts)
  } finally {
    await Promise.all(contestants.map(({ server }) => server.stop()))
    await redis.stop()
  }
}

async function profile(
  server: ServerProcess,
  redis: RedisServer,
  name: CaseName,
): Promise<ReadonlyMap<Part, number>> {
  const burst = await prepare(server, redis, { name, size: 1.2 }, PLAN.connections, PROFILED)
  return partsOf(await server.profile(() => run(burst)))
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
