import { startRedis } from '../../test/support/redis-server.ts'
import { PER_PRINCIPAL, fill } from '../accounts/fill.ts'
import { account } from '../http/account.ts'
import type { Table } from '../table.ts'
import { medians, timed } from '../timing.ts'
import { type Client, begin, client } from './client.ts'

const COUNTS = [1000, 10_000, 100_000, 1_000_000]
const OF_OURS = 50

/** Of Redis's memory. */
export interface Bytes {
  readonly bytesPerSession: number
  readonly bytesPerEntry: number
}

interface Side extends Client, Bytes {
  readonly count: number
  readonly cookies: readonly string[]
}

/** Reads of one session, and the list of one principal, among ever more sessions of 1.2 KB. */
export async function stored(rounds: number): Promise<{ table: Table; bytes: Bytes }> {
  const sides: Side[] = []
  try {
    for (const count of COUNTS) sides.push(await start(count))
    const reads = await medians(rounds, sides.map(readOne))
    const lists = await medians(rounds, sides.map(listOne))
    const rows = sides.map(({ count, bytesPerSession, bytesPerEntry }, at) => [
      count.toLocaleString('en'),
      ...inMs(reads, at),
      ...inMs(lists, at),
      bytesPerSession.toFixed(0),
      bytesPerEntry.toFixed(0),
    ])
    const head = ['sessions', 'read ms', 'ratio', 'list ms', 'ratio', 'bytes each', 'and on a list']
    const table = { title: `Sessions of 1.2 KB in Redis, ${rounds} rounds`, head, rows }
    return { table, bytes: sides.at(-1) as Side }
  } finally {
    for (const side of sides) await side.close()
  }
}

async function start(count: number): Promise<Side> {
  const redis = await startRedis()
  const { bytesPerSession, bytesPerEntry } = await fill(redis, count / PER_PRINCIPAL, account())
  const its = client(redis.url, redis)
  const cookies = await begin(its, OF_OURS)
  return { ...its, count, cookies, bytesPerSession, bytesPerEntry }
}

function readOne({ sessions, cookies }: Side) {
  return (round: number) =>
    timed(async () => {
      const session = await sessions.open(cookies[round % OF_OURS])
      if (session.views !== 0) throw new Error('it was not read')
      await sessions.commit(session)
    })
}

function listOne({ sessions, count }: Side) {
  const principals = count / PER_PRINCIPAL
  return (round: number) =>
    timed(async () => {
      const list = await sessions.of(`user-${(round * 7919) % principals}`).list()
      if (list.length !== PER_PRINCIPAL) throw new Error(`the list has ${list.length}`)
    })
}

function inMs(values: readonly number[], at: number): [string, string] {
  const [first = Number.NaN, value = Number.NaN] = [values[0], values[at]]
  return [value.toFixed(2), (value / first).toFixed(2)]
}
