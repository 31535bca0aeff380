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

/** What one request costs the server and Redis: what docs/capacity.md reckons with. */
export async function cost(rounds: number): Promise<Table> {
  const redis = await startRedis()
  const server = await startServer({ framework: 'node:http', keeper: 'Sojourn' }, redis.url)
  try {
    const rows: string[][] = []
    for (const [name, path] of Object.entries(PATHS)) {
      const figures: [server: number, redis: number][] = []
      for (let round = -2; round < rounds; round++) {
        const cookies = await begin(server.port, CONNECTIONS, 1.2)
        const before = [await server.cpuUs(), await cpuOf(redis)] as const
        const { port } = server
        const burst = { port, path, cookies, follows: false, requests: REQUESTS, expect: USER }
        await run(burst)
        const after = [await server.cpuUs(), await cpuOf(redis)] as const
        if (round >= 0) {
          figures.push([(after[0] - before[0]) / REQUESTS, (after[1] - before[1]) / REQUESTS])
        }
      }
      const cells = [0, 1].map((at) => median(figures.map((figure) => figure[at] as number)))
      rows.push([name, ...cells.map((us) => us.toFixed(1))])
    }
    const head = ['request', 'server CPU µs', 'Redis CPU µs']
    return { title: 'What one request costs: node:http, sessions of 1.2 KB', head, rows }
  } finally {
    await server.stop()
    await redis.stop()
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
