import { type RedisServer, startRedis } from '../../test/support/redis-server.ts'
import { USER } from '../http/account.ts'
import { begin, browserOf } from '../http/client.ts'
import { run } from '../http/load.ts'
import { median } from '../http/ratio.ts'
import { type ServerProcess, startServer } from '../http/server-process.ts'
import type { Table } from '../table.ts'
import { timed } from '../timing.ts'

const PROCESSES = [1, 2, 4, 8]
/** To each process, with a session each. */
const CONNECTIONS = 8
const REQUESTS = 3000
const UPDATES = 64

/** Servers that share one Redis: reads of many sessions, and updates of one. */
export async function processes(rounds: number): Promise<Table> {
  const redis = await startRedis()
  const servers: ServerProcess[] = []
  try {
    const rows: string[][] = []
    for (const count of PROCESSES) {
      while (servers.length < count) {
        const subject = { framework: 'node:http', keeper: 'Sojourn' } as const
        const server = await startServer(subject, redis.url)
        servers.push(server)
        await reads([server])
        await updates([server], redis)
      }
      const cpu: number[] = []
      const shared: { calls: number; ms: number }[] = []
      for (let round = 0; round < rounds; round++) {
        cpu.push(await reads(servers))
        shared.push(await updates(servers, redis))
      }
      rows.push([
        String(count),
        median(cpu).toFixed(1),
        `${UPDATES}`,
        (median(shared.map(({ calls }) => calls)) / UPDATES).toFixed(2),
        median(shared.map(({ ms }) => ms)).toFixed(1),
      ])
    }
    const head = ['processes', 'read: CPU µs', 'updates kept', 'tries each', 'ms until all are in']
    const title = `Server processes: reads over ${CONNECTIONS} connections to each, ${UPDATES} updates of one session`
    return { title, head, rows }
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    await redis.stop()
  }
}

/** Microseconds of CPU per read, of all servers together. */
async function reads(servers: readonly ServerProcess[]): Promise<number> {
  const sessions = CONNECTIONS * servers.length
  const cookies = await begin((servers[0] as ServerProcess).port, sessions, 1.2)
  const before = await cpuOf(servers)
  await Promise.all(
    servers.map(({ port }, at) =>
      run({
        port,
        path: '/read',
        cookies: cookies.slice(at * CONNECTIONS, (at + 1) * CONNECTIONS),
        follows: false,
        requests: REQUESTS,
        expect: USER,
      }),
    ),
  )
  return ((await cpuOf(servers)) - before) / (REQUESTS * servers.length)
}

async function cpuOf(servers: readonly ServerProcess[]): Promise<number> {
  const used = await Promise.all(servers.map((server) => server.cpuUs()))
  return used.reduce((sum, us) => sum + us, 0)
}

/** All at once, of one session, over all servers. How often Redis was asked to write. */
async function updates(servers: readonly ServerProcess[], redis: RedisServer) {
  const [cookie] = await begin((servers[0] as ServerProcess).port, 1, 1.2)
  const each = UPDATES / servers.length
  await redis.resetStats()
  const ms = await timed(() =>
    Promise.all(
      servers.map(({ port }) =>
        run({
          port,
          path: '/update',
          cookies: Array.from({ length: each }, () => cookie),
          follows: false,
          requests: each,
          expect: USER,
        }),
      ),
    ),
  )
  const calls = (await redis.commandStats())['evalsha'] ?? 0
  const browser = browserOf((servers[0] as ServerProcess).port)
  const { body } = await browser.visit('/read', cookie)
  browser.close()
  const { views } = JSON.parse(body) as { views: number }
  if (views !== UPDATES) throw new Error(`${views} updates of ${UPDATES} were kept`)
  return { calls, ms }
}
