/**
 * Rotation under load and in random orders, over real HTTP and a real Redis. Run:
 * `npm run rotation`, with `-- --quick` for a short form, `-- --seed 7` for others, `-- --write` to
 * keep the result in docs/security/rotation.md. Anything that is refused, lost or left over fails.
 */
import { parseArgs } from 'node:util'
import { memoryStore } from '../../src/store/memory.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import type { Store } from '../../src/store/store.ts'
import { machine } from '../support/machine.ts'
import { writeSection } from '../support/page-section.ts'
import { startRedis } from '../support/redis-server.ts'
import { type Interleaved, interleave, seedsFrom } from './interleave.ts'
import { type LoadFigures, rotateUnderLoad } from './load.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    write: { type: 'boolean' },
    seed: { type: 'string', default: '1' },
  },
})
const seed = Number(values.seed)
const interleavings = values.quick ? 500 : 10_000
const plan = values.quick ? { browsers: 30, rounds: 4 } : { browsers: 300, rounds: 8 }

const lines = [
  `\`${['npm run rotation --', ...process.argv.slice(2)].join(' ')}\` printed this: ${machine()}; seed ${seed}.`,
]
console.log(`${lines[0]}\n`)
report(tellLoad(await rotateUnderLoad({ ...plan, seed })))
report(tellOrders('on the memory store', await interleave(seedsOf(0), () => memoryStore())))
report(tellOrders('on Redis', await onRedis((store) => interleave(seedsOf(1), store))))
if (values.write) keep(lines)

function report(line: string): void {
  console.log(line)
  lines.push(line)
}

function seedsOf(part: number): Generator<number> {
  return seedsFrom(1_000_000 * (2 * seed + part), interleavings)
}

function tellLoad(figures: LoadFigures): string {
  const { refused, loggedOut, writesLost, extraRecords } = figures
  if (refused + loggedOut + writesLost + extraRecords > 0) process.exitCode = 1
  const { requests, lost, renewals, overtaken, writes } = figures
  return [
    `- Renewals under load: ${plan.browsers} browsers, 6 requests of each in parallel, ${plan.rounds}`,
    `rounds, four servers with one Redis. ${n(requests)} requests, ${n(lost)} responses lost on`,
    `their way, ${n(renewals)} renewals, ${n(overtaken)} requests overtaken on their way by one with a`,
    `newer cookie: **${n(refused)} requests refused, ${n(loggedOut)} browsers logged out,`,
    `${n(writesLost)} of ${n(writes)} writes lost, ${n(extraRecords)} extra records.**`,
  ].join(' ')
}

/** Anything that gets through a rotation has ended the run by now. */
function tellOrders(where: string, figures: Interleaved): string {
  const { requests, rotations, refused, gone } = figures
  return [
    `- A rotation or a sign-in among other requests, ${where}: ${n(figures.interleavings)} random interleavings of`,
    `${n(requests)} requests, ${n(rotations)} new families. ${n(refused)} requests came with a cookie`,
    `that was dead by then, ${n(gone)} were under way when it died: **0 opened anything, 0 wrote,`,
    '0 were handed a cookie.**',
  ].join(' ')
}

async function onRedis<T>(work: (emptied: () => Promise<Store>) => Promise<T>): Promise<T> {
  const redis = await startRedis()
  const store = redisStore({ url: redis.url })
  try {
    return await work(async () => {
      await redis.cli('flushall')
      return store
    })
  } finally {
    await store.close?.()
    await redis.stop()
  }
}

function n(count: number): string {
  return count.toLocaleString('en')
}

function keep([intro = '', ...figures]: readonly string[]): void {
  const said = [
    'The clock of the store is moved by hand, so that eight rounds take hours. A response is lost',
    'by cutting its connection at its first byte, when the server has done all its work.',
  ].join(' ')
  writeSection('security/rotation.md', 'Measured', `${intro} ${said}\n\n${figures.join('\n')}`)
}
