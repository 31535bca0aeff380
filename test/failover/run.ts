/**
 * Failovers and moves under load: primaries with two replicas and three sentinels are killed, masters
 * of a cluster are, slots of a cluster move to other masters, while people read, write and sign
 * out on two servers. Run: `npm run failover`, with `-- --quick` for a short form, `-- --seed 7`
 * for other choices, `-- --times 5` for so many changes of each kind, `-- --write` to keep the
 * result in docs/reliability/failover.md. A session mixed up, a confirmed sign-out undone and the
 * like fail.
 */
import { parseArgs } from 'node:util'
import { machine } from '../support/machine.ts'
import { writeSection } from '../support/page-section.ts'
import { type Plan, changeUnderLoad } from './campaign.ts'
import type { Seen } from './drive.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    write: { type: 'boolean' },
    seed: { type: 'string', default: '1' },
    times: { type: 'string' },
  },
})
const form = values.quick
  ? { times: 1, requestsPerSecond: 100, people: 50 }
  : { times: 20, requestsPerSecond: 500, people: 500 }
const size = { ...form, times: Number(values.times ?? form.times) }
const PLANS: readonly Pick<Plan, 'what' | 'client' | 'replicas'>[] = [
  { what: 'sentinels', client: 'ioredis', replicas: 0 },
  { what: 'sentinels', client: 'ioredis', replicas: 2 },
  { what: 'sentinels', client: 'node-redis', replicas: 0 },
  { what: 'cluster', client: 'ioredis', replicas: 0 },
  { what: 'cluster', client: 'node-redis', replicas: 0 },
  { what: 'slots', client: 'ioredis', replicas: 0 },
  { what: 'slots', client: 'node-redis', replicas: 0 },
]
const NAMES = {
  sentinels: 'a primary fails, Sentinel',
  cluster: 'a master fails, cluster',
  slots: '100 slots move, cluster',
}

const about = ['npm run failover --', ...process.argv.slice(2)].join(' ')
const intro = `\`${about}\` printed this: ${machine()}; seed ${values.seed}.`
console.log(`${intro}\n`)
const rows: string[] = []
for (const plan of PLANS) {
  const seen = await changeUnderLoad({ ...size, ...plan, seed: Number(values.seed) })
  if (isWrong(seen, plan.replicas)) process.exitCode = 1
  const durable = plan.replicas > 0 ? ', durability' : ''
  rows.push(rowOf(`${NAMES[plan.what]}, ${plan.client}${durable}`, seen))
  console.log(rows.at(-1))
}
if (values.write) writeSection('reliability/failover.md', 'Under load', page(rows))

function isWrong(seen: Seen, replicas: number): boolean {
  const { mixedUp, corrupted, wrongAnswers, rejections, lateErrors, signOutsUndone } = seen
  const undone = replicas === 0 ? 0 : signOutsUndone
  return mixedUp + corrupted + wrongAnswers + rejections + lateErrors + undone > 0
}

function rowOf(name: string, seen: Seen): string {
  const outages = seen.outagesMs.toSorted((one, other) => one - other)
  const median = outages[outages.length >> 1] ?? 0
  const cells = [
    name,
    n(seen.requests),
    n(seen.errors),
    `${seconds(median)} (${seconds(outages.at(-1) ?? 0)})`,
    n(seen.lateErrors),
    n(seen.mixedUp + seen.corrupted),
    n(seen.rejections + seen.wrongAnswers),
    `${n(seen.writesLost)} of ${n(seen.writes)}`,
    n(seen.sessionsLost),
    `${n(seen.signOutsUndone)} of ${n(seen.signOuts)}`,
  ]
  return `| ${cells.join(' | ')} |`
}

function page(lines: readonly string[]): string {
  return [
    intro,
    `Two servers, ${size.people} people, ${size.requestsPerSecond} requests a second of which a third write and a`,
    `twentieth sign out. ${size.times} times in each row it happens, with Redis well in between; the servers are`,
    'never restarted. It is over when nothing has failed for 2.5 s. On one machine replicas are so close',
    'behind that little is lost even without durability. With it, sign-outs are refused until both',
    'replicas are there again, which the one that failed is about ten seconds later.',
    '',
    '| what happens | requests | errors, all 503 | last error after it: median (longest) | errors once it was over | sessions mixed up or corrupted | unhandled rejections, other answers | answered writes lost | sessions lost | answered sign-outs undone |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...lines,
  ].join('\n')
}

function n(count: number): string {
  return count.toLocaleString('en')
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
