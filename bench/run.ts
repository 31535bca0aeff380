/**
 * Sessions on Express and node:http: with nothing, by hand, with Sojourn, and on Express with
 * express-session and connect-redis. Run: `npm run bench`, with `-- --quick` for a short form,
 * with `-- --write` to keep the result in docs/bench.md.
 *
 * Each has a server process of its own, kept for the whole run, and they take turns in every
 * round. What counts are ratios of CPU: microseconds are those of one machine at one time.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { machine } from '../test/support/machine.ts'
import { startRedis } from '../test/support/redis-server.ts'
import { FULL, type Measured, type Plan, QUICK, measure } from './http/measure.ts'
import { reportOf, targetsOf } from './http/report.ts'
import { type ServerProcess, startServer } from './http/server-process.ts'
import { SUBJECTS } from './http/subjects.ts'
import { type Table, asMarkdown, asText } from './http/table.ts'
import { type RedisUse, observe } from './http/traffic.ts'

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, write: { type: 'boolean' } },
})
const plan = values.quick ? QUICK : FULL

console.log(`${machine()}\n`)
const uses: RedisUse[] = []
for (const subject of SUBJECTS) uses.push(await observe(subject))
const measured = await measureAll(plan)
const tables = [targetsOf(measured), ...reportOf(measured, uses)]
for (const table of tables) console.log(asText(table))
if (values.write) writeFileSync(new URL('../docs/bench.md', import.meta.url), pageOf(tables, plan))

async function measureAll(plan: Plan): Promise<Measured> {
  const redis = await startRedis()
  const servers: ServerProcess[] = []
  try {
    for (const subject of SUBJECTS) servers.push(await startServer(subject, redis.url))
    return await measure(servers, redis, plan)
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    await redis.stop()
  }
}

function pageOf(tables: readonly Table[], { rounds, requests, connections }: Plan): string {
  const intro = [
    '# Benchmark',
    `\`npm run bench -- ${process.argv.slice(2).join(' ')}\` made this page: ${machine()}.`,
    `${rounds} rounds of ${requests} requests over ${connections} connections for each row.`,
  ]
  return `${intro.join('\n\n')}\n\n${tables.map(asMarkdown).join('\n')}`
}
