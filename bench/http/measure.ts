import type { RedisServer } from '../../test/support/redis-server.ts'
import { USER } from './account.ts'
import { signIn } from './client.ts'
import { run } from './load.ts'
import type { ServerProcess } from './server-process.ts'
import { CASES, type Case, PATHS, type Subject } from './subjects.ts'

export interface Plan {
  readonly rounds: number
  readonly requests: number
  /** Requests of each case before the first round, so that the code is compiled. */
  readonly warmUp: number
  readonly connections: number
}

export const FULL: Plan = { rounds: 25, requests: 3000, warmUp: 20_000, connections: 10 }
export const QUICK: Plan = { rounds: 5, requests: 1000, warmUp: 3000, connections: 10 }

/** One subject in one case and one round. */
export interface Slice {
  /** Of the server process, per request. */
  readonly cpuUs: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Commands Redis executed, those of scripts included, per request. */
  readonly executed: number
}

/** Slices by round. */
export type Series = readonly Slice[]
export type Measured = ReadonlyMap<Subject, ReadonlyMap<Case, Series>>

/** Every subject does its share of every round, beginning with another one each time. */
export async function measure(
  servers: readonly ServerProcess[],
  redis: RedisServer,
  plan: Plan,
): Promise<Measured> {
  const measured = new Map(
    servers.map(({ subject }) => [subject, new Map(CASES.map((name) => [name, [] as Slice[]]))]),
  )
  for (const server of servers) {
    for (const name of CASES) await slice(server, redis, name, plan, plan.warmUp)
  }
  for (let round = 0; round < plan.rounds; round++) {
    const inTurn = servers.map((_, at) => servers[(at + round) % servers.length] as ServerProcess)
    for (const name of CASES) {
      for (const server of inTurn) {
        const done = await slice(server, redis, name, plan, plan.requests)
        measured.get(server.subject)?.get(name)?.push(done)
      }
    }
  }
  return measured
}

/** Sessions are new, so that no interval at which activity is noted ends within the slice. */
async function slice(
  server: ServerProcess,
  redis: RedisServer,
  name: Case,
  { connections }: Plan,
  requests: number,
): Promise<Slice> {
  const visitors = Array.from({ length: connections }, () => undefined)
  const cookies = name === 'visitor' ? visitors : await signIn(server.port, connections)
  const { port, subject } = server
  const visitor = name === 'visitor' && subject.keeper !== 'nothing'
  const expect = visitor ? '"user":null' : `"user":"${USER}"`
  await redis.resetStats()
  const before = await server.cpuUs()
  const { seconds, latencies } = await run({ port, path: PATHS[name], cookies, requests, expect })
  const cpuUs = ((await server.cpuUs()) - before) / requests
  return {
    cpuUs,
    requestsPerSecond: requests / seconds,
    p50Ms: latencies[Math.floor(requests * 0.5)] as number,
    p99Ms: latencies[Math.floor(requests * 0.99)] as number,
    executed: executed(await redis.commandStats()) / requests,
  }
}

/** All but what the bench itself asks. */
function executed(stats: Record<string, number>): number {
  const own = new Set(['config|resetstat', 'info'])
  return Object.entries(stats).reduce((sum, [name, calls]) => sum + (own.has(name) ? 0 : calls), 0)
}
