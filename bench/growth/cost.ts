import { createClient } from 'redis'
import { randomId, randomTouchId } from '../../src/cookie/random.ts'
import type { SessionRecord } from '../../src/record/record.ts'
import { encode } from '../../src/record/serialize.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { touched } from '../../src/store/touched.ts'
import { type RedisServer, startRedis } from '../../test/support/redis-server.ts'
import { USER, account } from '../http/account.ts'
import { begin } from '../http/client.ts'
import { run } from '../http/load.ts'
import { median } from '../http/ratio.ts'
import { startServer } from '../http/server-process.ts'
import { recordOf } from '../parts/sample.ts'
import { NONE, type Table } from '../table.ts'

const PATHS = { visitor: '/none', read: '/read', write: '/write' } as const
const CONNECTIONS = 10
const REQUESTS = 5000

/** Microseconds of CPU for one request. */
export interface Cost {
  readonly server: number
  readonly redis: number
}

export type Costs = Readonly<Record<keyof typeof PATHS, Cost>> & {
  /** Of Redis, when a read notes activity: beside the read. */
  readonly touch: number
}

/** What one request costs the server and Redis: what docs/capacity.md reckons with. */
export async function cost(rounds: number): Promise<Costs> {
  const redis = await startRedis()
  const server = await startServer({ framework: 'node:http', keeper: 'Sojourn' }, redis.url)
  try {
    const costs: [string, Cost][] = []
    for (const [name, path] of Object.entries(PATHS)) {
      const figures: Cost[] = []
      for (let round = -2; round < rounds; round++) {
        const own = await begin(server.port, CONNECTIONS, 1.2)
        const cookies = name === 'visitor' ? own.map(() => undefined) : own
        const [serverBefore, redisBefore] = [await server.cpuUs(), await cpuOf(redis)]
        const { port } = server
        await run({ port, path, cookies, follows: false, requests: REQUESTS, expect: USER })
        const figure = {
          server: ((await server.cpuUs()) - serverBefore) / REQUESTS,
          redis: ((await cpuOf(redis)) - redisBefore) / REQUESTS,
        }
        if (round >= 0) figures.push(figure)
      }
      const [ofServer, ofRedis] = (['server', 'redis'] as const).map((of) =>
        median(figures.map((figure) => figure[of])),
      ) as [number, number]
      costs.push([name, { server: ofServer, redis: ofRedis }])
    }
    const touches: number[] = []
    for (let round = 0; round < rounds; round++) touches.push(await touchUs(redis))
    return { ...Object.fromEntries(costs), touch: median(touches) } as Costs
  } finally {
    await server.stop()
    await redis.stop()
  }
}

export function costTable({ touch, ...costs }: Costs): Table {
  const requests = Object.entries(costs).map(([name, { server, redis }]) => [
    name,
    server.toFixed(1),
    redis.toFixed(1),
  ])
  return {
    title: 'What one request costs: node:http, sessions of 1.2 KB',
    head: ['request', 'server CPU µs', 'Redis CPU µs'],
    rows: [...requests, ['to note activity besides, by itself', NONE, touch.toFixed(1)]],
  }
}

/** Each is of a record as it was read, and later than the one before, so that it writes. */
async function touchUs(redis: RedisServer): Promise<number> {
  const client = createClient({ url: redis.url }).on('error', () => {})
  await client.connect()
  const store = redisStore({ client })
  async function touchAgain(record: SessionRecord): Promise<SessionRecord> {
    const { id, familyHash, edition, touchedAt } = record
    const writeId = randomTouchId()
    const touch = { familyHash, edition, at: touchedAt + 1, active: true, writeId, from: record }
    const { status } = await store.touch(id, touch)
    if (status !== 'touched') throw new Error(`a touch answers ${status}`)
    return touched(record, touch)
  }
  try {
    await store.measureClock?.()
    const first = recordOf(encode(account()), Math.trunc(store.now()))
    let records = Array.from({ length: CONNECTIONS }, () => ({ ...first, id: randomId() }))
    for (const record of records) await store.create(record.id, record)
    const before = await cpuOf(redis)
    for (let sent = 0; sent < REQUESTS; sent += CONNECTIONS) {
      records = await Promise.all(records.map(touchAgain))
    }
    return ((await cpuOf(redis)) - before) / REQUESTS
  } finally {
    client.destroy()
  }
}

/** Microseconds of CPU that Redis has used. */
async function cpuOf(redis: RedisServer): Promise<number> {
  const info = String(await redis.cli('info', 'cpu'))
  const seconds = ['used_cpu_sys', 'used_cpu_user'].map((name) =>
    Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1]),
  )
  return seconds.reduce((sum, each) => sum + each, 0) * 1e6
}
