import type { RedisServer } from '../../test/support/redis-server.ts'
import { USER } from './account.ts'
import { type Trial, caseOf } from './cases.ts'
import { begin } from './client.ts'
import { type Burst, run } from './load.ts'
import { type ServerProcess, withServers } from './server-process.ts'
import type { Subject } from './subjects.ts'

export interface Plan {
  readonly trials: readonly Trial[]
  /** How often all servers are started anew: two processes of one program are not equally fast. */
  readonly starts: number
  /** After each start, not kept: V8 compiles the code, and learns what all trials ask of it. */
  readonly warmUps: number
  /** After them. */
  readonly rounds: number
  /** Of each subject, trial and round; fewer of large sessions. */
  readonly requests: number
  readonly connections: number
}

/** One subject in one trial and one round. */
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
/** What a subject cannot do is not there. */
export type Measured = ReadonlyMap<Subject, ReadonlyMap<Trial, Series>>

/** The trials that each subject can do. */
export type Able = ReadonlyMap<Subject, ReadonlySet<Trial>>

/** The subjects, of one framework, do their share of every round; another one begins each time. */
export async function measure(able: Able, plan: Plan): Promise<Measured> {
  const measured = new Map(
    [...able].map(([subject, trials]) => [
      subject,
      new Map([...trials].map((trial) => [trial, [] as Slice[]])),
    ]),
  )
  for (let start = 0; start < plan.starts; start++) {
    await withServers([...able.keys()], async (servers, redis) => {
      for (let warmUp = 0; warmUp < plan.warmUps; warmUp++) {
        await takeTurns(servers, redis, able, plan)
      }
      for (let round = 0; round < plan.rounds; round++) {
        const first = (start + round) % servers.length
        const inTurn = [...servers.slice(first), ...servers.slice(0, first)]
        for (const { subject, trial, slice } of await takeTurns(inTurn, redis, able, plan)) {
          measured.get(subject)?.get(trial)?.push(slice)
        }
      }
    })
  }
  return measured
}

interface Turn {
  readonly subject: Subject
  readonly trial: Trial
  readonly slice: Slice
}

async function takeTurns(
  servers: readonly ServerProcess[],
  redis: RedisServer,
  able: Able,
  plan: Plan,
): Promise<Turn[]> {
  const turns: Turn[] = []
  for (const trial of plan.trials) {
    for (const server of servers) {
      const { subject } = server
      if (!able.get(subject)?.has(trial)) continue
      const slice = await sliceOf(server, redis, trial, plan, fewer(plan.requests, trial))
      turns.push({ subject, trial, slice })
    }
  }
  return turns
}

/** A session of 64 KB is worth five of 1.2 KB. */
function fewer(requests: number, { size }: Trial): number {
  return Math.ceil(requests / Math.max(1, Math.sqrt(size / 2)))
}

/** Sessions are new, so that no interval at which activity is noted ends within the burst. */
export async function prepare(
  { port, subject }: ServerProcess,
  redis: RedisServer,
  trial: Trial,
  connections: number,
  requests: number,
): Promise<Burst> {
  const { path, cookie, stranger } = caseOf(trial.name)
  await redis.cli('flushall')
  const nobody = Array.from({ length: connections }, () => undefined)
  const sessions = cookie === 'each' ? requests : connections
  const begun = cookie === 'none' ? nobody : await begin(port, sessions, trial.size)
  const cookies = begun.slice(0, connections)
  if (cookie === 'ended') await redis.cli('flushall')
  const known = !stranger || subject.keeper === 'nothing'
  const expect = known ? `"user":"${USER}"` : '"user":null'
  const follows = cookie === 'followed'
  const each = cookie === 'each' ? { each: begun as string[] } : {}
  return { port, path, cookies, follows, requests, expect, ...each }
}

async function sliceOf(
  server: ServerProcess,
  redis: RedisServer,
  trial: Trial,
  { connections }: Plan,
  requests: number,
): Promise<Slice> {
  const burst = await prepare(server, redis, trial, connections, requests)
  await redis.resetStats()
  const before = await server.cpuUs()
  const { seconds, latencies } = await run(burst)
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
