import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createClient } from 'redis'
import { startRedis } from '../../test/support/redis-server.ts'
import { median } from '../http/ratio.ts'
import type { Table } from '../table.ts'
import { timed } from '../timing.ts'
import { type Client, begin, client } from './client.ts'
import { delayRedis } from './delay.ts'

const PARALLEL = [1, 2, 5, 10, 20, 50, 100, 200]
const DELAYS_MS = [0, 5]

interface Race {
  readonly ms: number
  readonly kept: number
  /** By a StoreError, because others kept writing until the deadline. */
  readonly refused: number
  readonly conflicts: number
}

/** Requests that begin together on one session, each changing a key of its own. */
export async function parallel(rounds: number): Promise<Table[]> {
  const tables: Table[] = []
  for (const delayMs of DELAYS_MS) tables.push(await parallelAt(delayMs, rounds))
  return tables
}

async function parallelAt(delayMs: number, rounds: number): Promise<Table> {
  const redis = await startRedis()
  const way = await delayRedis(redis.port, delayMs)
  const url = delayMs === 0 ? redis.url : way.url
  const its = client(url, redis)
  try {
    const roundTripMs = await roundTrip(url)
    for (let warm = 0; warm < 20; warm++) await race(its, 20)
    const rows: string[][] = []
    for (const requests of PARALLEL) {
      const races: Race[] = []
      for (let round = 0; round < rounds; round++) races.push(await race(its, requests))
      const ms = median(races.map((each) => each.ms))
      rows.push([
        String(requests),
        `${Math.min(...races.map((each) => each.kept))}`,
        `${Math.max(...races.map((each) => each.refused))}`,
        median(races.map((each) => each.conflicts)).toFixed(0),
        ms.toFixed(1),
        (ms / roundTripMs).toFixed(1),
      ])
    }
    const head = [
      'requests',
      'changes kept',
      'refused',
      'conflicts',
      'ms until all are in',
      'round trips',
    ]
    const title = `Parallel requests on one session, round trip ${roundTripMs.toFixed(2)} ms`
    return { title, head, rows }
  } finally {
    way.stop()
    await its.close()
  }
}

/** Opens so many at once, changes a key in each, and commits all at once. */
async function race(its: Client, requests: number): Promise<Race> {
  const { sessions } = its
  const [cookie] = await begin(its, 1)
  let [conflicts, refused] = [0, 0]
  const count = () => void conflicts++
  async function request(key: string): Promise<void> {
    const session = await sessions.open(cookie)
    Object.assign(session, { [key]: true })
    await sessions.commit(session)
  }
  const refuse = () => void refused++
  subscribe('sojourn:conflict', count)
  const ms = await timed(() =>
    Promise.all(Array.from({ length: requests }, (_, at) => request(`key${at}`).catch(refuse))),
  )
  unsubscribe('sojourn:conflict', count)
  const after = await sessions.open(cookie)
  const kept = Object.keys(after).filter((key) => key.startsWith('key')).length
  if (kept < requests - refused) throw new Error(`${kept} changes of ${requests} were kept`)
  return { ms, kept, refused, conflicts }
}

async function roundTrip(url: string): Promise<number> {
  const client = createClient({ url, commandOptions: { timeout: 0 } })
  await client.connect()
  const times: number[] = []
  for (let at = 0; at < 200; at++) times.push(await timed(() => client.get('nothing')))
  client.destroy()
  return median(times)
}
