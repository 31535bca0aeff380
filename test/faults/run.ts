/**
 * Every command of every operation goes wrong in every way, over five clients. Run: `npm run faults`,
 * with `-- --quick` for a short form; `-- --only 'signIn'` for operations with such names, `--client` and
 * `--kind` likewise; `-- --write` to keep the result in docs/reliability/faults.md. An operation that is done twice,
 * leaves something else or settles late is printed, and makes the run fail.
 */
import { parseArgs } from 'node:util'
import { ConnectingStore } from '../../src/store/redis/connecting-store.ts'
import { resolveConnection } from '../../src/store/redis/connection.ts'
import { machine } from '../support/machine.ts'
import { writeSection } from '../support/page-section.ts'
import { startRedis } from '../support/redis-server.ts'
import type { Taken } from '../support/time-limit.ts'
import { CLIENTS } from './clients.ts'
import { KINDS, QUICK } from './kinds.ts'
import { OPERATIONS } from './operations.ts'
import { type Case, SLACK_MS, sweep } from './sweep.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    write: { type: 'boolean' },
    only: { type: 'string', default: '' },
    client: { type: 'string', default: '' },
    kind: { type: 'string', default: '' },
  },
})
const STORE_TIMEOUT_MS = 300
const kinds = (values.quick ? QUICK : Object.keys(KINDS)).filter((name) =>
  name.includes(values.kind),
)
const clients = CLIENTS.filter(([name]) => name.includes(values.client))
const operations = Object.entries(OPERATIONS).filter(([name]) => name.includes(values.only))

const command = ['npm run faults --', ...process.argv.slice(2)].join(' ')
const intro = `\`${command}\` printed this: ${machine()}.`
console.log(`${intro}\n`)
// Clients tell of lost connections, thousands of times here.
process.removeAllListeners('warning')
const server = await startRedis()
const direct = new ConnectingStore(resolveConnection({ host: '127.0.0.1', port: server.port }))
const all: Case[] = []
const rows: string[] = []
const wrong: string[] = []
for (const [name, operation] of operations) {
  const cases: Case[] = []
  for (const [client, connect] of clients) {
    const ground = { server, direct, connect, storeTimeoutMs: STORE_TIMEOUT_MS }
    try {
      cases.push(...(await sweep(ground, name, operation, kinds)))
    } catch (error) {
      wrong.push(`over ${client}: ${(error as Error).message}`)
      console.log(wrong.at(-1))
    }
  }
  await server.cli('flushall')
  rows.push(`| ${name} | ${figuresOf(cases).join(' | ')} |`)
  console.log(rows.at(-1))
  all.push(...cases)
}
await direct.close()
await server.stop()
if (wrong.length > 0) {
  console.log(`\n${wrong.length} sweeps found something`)
  process.exit(1)
}
const result = tell(all)
console.log(`\n${result}`)
if (values.write) keep()

/** How many commands, cases, and how those ended. */
function figuresOf(cases: readonly Case[]): number[] {
  const count = (fits: (one: Case) => boolean) => cases.filter(fits).length
  return [
    Math.max(0, ...cases.map(({ at }) => at)),
    cases.length,
    count(({ ended }) => ended === 'done'),
    count(({ ended, left }) => ended === 'StoreError' && left === 'nothing'),
    count(({ ended, left }) => ended === 'StoreError' && left === 'a part'),
    count(({ ended, left }) => ended === 'StoreError' && left === 'all'),
  ]
}

function tell(cases: readonly Case[]): string {
  const silent = cases.filter(({ kind }) => KINDS[kind]?.isSilent)
  const latest = (unit: keyof Taken) =>
    Math.max(...silent.map(({ taken, deadlineMs }) => taken[unit] - deadlineMs)).toFixed(0)
  return [
    `${n(operations.length)} operations over ${clients.length} clients, ${kinds.length} kinds of`,
    `faults, ${n(cases.length)} cases: **none done twice, none left what it should not, none settled`,
    `later than the deadline and ${SLACK_MS} ms.** The latest of ${n(silent.length)} that met silence`,
    `settled ${latest('loopMs')} ms after its deadline in time that the event loop had, and ${latest('ms')} ms by the`,
    'clock: the machine was busy. So it is judged by the order of timers: when one runs that was due 100 ms',
    'after the deadline, and the event loop has turned three times since, it must have settled.',
  ].join(' ')
}

function n(count: number): string {
  return count.toLocaleString('en')
}

function keep(): void {
  const head = [
    '| what is awaited | commands | cases | done | failed, nothing there | failed, a part | failed, all there |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  ]
  const table = [...head, ...rows].join('\n')
  writeSection('reliability/faults.md', 'Measured', `${intro} ${result}\n\n${table}`)
}
