/**
 * Cost as work grows: a million sessions, 200 parallel requests on one, 8 processes, a megabyte;
 * and what one request costs. Run: `npm run bench:growth`, with `-- --write` to keep the result
 * in docs/bench/growth.md and docs/capacity.md, with `-- --rounds 5` for less of it, with
 * `-- --parallel` to see only what comes of requests that meet.
 */
import { parseArgs } from 'node:util'
import { machine } from '../test/support/machine.ts'
import { lineChart } from './chart/lines.ts'
import { capacityPage } from './growth/capacity.ts'
import { cost, costTable } from './growth/cost.ts'
import { parallel } from './growth/parallel.ts'
import { processes } from './growth/processes.ts'
import { sizes } from './growth/sizes.ts'
import { stored } from './growth/stored.ts'
import { writePage } from './page.ts'
import { type Table, asText } from './table.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    write: { type: 'boolean' },
    parallel: { type: 'boolean' },
  },
})
const rounds = Number(values.rounds)

console.log(`${machine()}\n`)
const began = performance.now()
const tables: Table[] = []
function show(table: Table): void {
  console.log(asText(table))
  tables.push(table)
}

async function meetings(): Promise<void> {
  for (const table of await parallel(rounds)) show(table)
  show(await processes(Math.ceil(rounds / 3)))
}

async function all(): Promise<void> {
  const costs = await cost(rounds)
  show(costTable(costs))
  const { table: filled, bytes } = await stored(rounds * 10)
  show(filled)
  const capacity = capacityPage(costs, bytes, [...tables])
  console.log(asText(capacity.tables[0] as Table))
  await meetings()
  const { table, chart } = await sizes(rounds)
  show(table)
  if (values.write) {
    writePage(capacity)
    writePage({
      path: 'bench/growth.md',
      title: 'Benchmark: as work grows',
      command: 'npm run bench:growth --',
      says: [
        'Medians. CPU is that of the process named. A conflict is a write that came second: it is ' +
          'tried again on top of the first. A session above `maxBytes` is refused, and what was stored stays.',
      ],
      tables,
      charts: { 'growth-sizes': lineChart(chart) },
    })
  }
}

await (values.parallel ? meetings() : all())
console.log(`in ${((performance.now() - began) / 60_000).toFixed(1)} minutes`)
