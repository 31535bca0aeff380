import { type RedisServer, startRedis } from '../../test/support/redis-server.ts'
import { USER } from '../http/account.ts'
import { begin } from '../http/client.ts'
import { run } from '../http/load.ts'
import { median } from '../http/ratio.ts'
import { startServer } from '../http/server-process.ts'
import type { Table } from '../table.ts'

const PATHS = { visitor: '/none', read: '/read', write: '/write' } as const
const CONNECTIONS = 10
const REQUESTS = 5000

/** Microseconds of CPU for one request. */
export interface Cost {
  readonly server: number
  readonly redis: number
}

export type Costs = Readonly<Record<keyof typeof PATHS, Cost>>

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
    return Object.fromEntries(costs) as Costs
  } finally {
    await server.stop()
    await redis.stop()
  }
}

export function costTable(costs: Costs): Table {
  return {
    title: 'What one request costs: node:http, sessions of 1.2 KB',
    head: ['request', 'server CPU µs', 'Redis CPU µs'],
    rows: Object.entries(costs).map(([name, { server, redis }]) => [
      name,
      server.toFixed(1),
      redis.toFixed(1),
    ]),
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
