import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Random } from '../../src/testing/random.ts'
import { startChangingCluster } from '../support/redis-cluster-changes.ts'
import { until } from '../support/until.ts'
import { startSentinels } from '../support/redis-sentinels.ts'
import { Crowd, type Seen, nothingSeen } from './drive.ts'

export interface Plan {
  readonly what: What
  readonly client: 'ioredis' | 'node-redis'
  /** For sign-outs, option `durability`; 0: without. Fewer than there are may not be enough. */
  readonly replicas: number
  /** How often it happens. */
  readonly times: number
  readonly requestsPerSecond: number
  readonly people: number
  readonly seed: number
}

/** A primary behind sentinels fails, a master of a cluster does, or slots of a cluster move. */
export type What = 'sentinels' | 'cluster' | 'slots'

interface Redis {
  readonly ports: readonly number[]
  /** What is to happen to it, up to where it has everything it began with again. */
  happen(): Promise<void>
  stop(): Promise<void>
}

async function startRedisFor(what: What): Promise<Redis> {
  if (what === 'sentinels') {
    const sentinels = await startSentinels()
    return { ...sentinels, happen: () => sentinels.failOver() }
  }
  const cluster = await startChangingCluster()
  const happen = () => (what === 'cluster' ? cluster.failOver() : cluster.moveSlots())
  return { ...cluster, happen }
}

const SERVERS = 2
/** With Redis well, before the primary fails and after the next one has its replicas. */
const CALM_MS = 1500
/**
 * When nothing has failed for so long since Redis was well, its clients have noticed: it is over. A
 * request that was sent before may wait for its deadline of a second, twice.
 */
const SETTLED_MS = 2500
/** Of the second that an operation may take; the servers have no more of the machine than this. */
const STOOD_STILL_MS = 200
const MOST_LOOKS = 10

/** Lets it happen while people use the site, and tells what they saw. */
export async function changeUnderLoad(plan: Plan): Promise<Seen> {
  const seen = nothingSeen()
  const redis = await startRedisFor(plan.what)
  const servers: ChildProcess[] = []
  const over = new AbortController()
  try {
    for (let made = 0; made < SERVERS; made++) servers.push(startServer(plan, redis.ports))
    const ports = await Promise.all(servers.map((server) => told<{ port: number }>(server)))
    const crowd = new Crowd(
      ports.map(({ port }) => port),
      plan.people,
      seen,
      new Random(plan.seed),
    )
    const running = crowd.run(plan.requestsPerSecond, over.signal)
    for (let done = 0; done < plan.times; done++) {
      await sleep(CALM_MS)
      const failedAt = performance.now()
      await redis.happen()
      const wellAt = performance.now()

      await until('people are served again', async () => {
        return performance.now() - Math.max(wellAt, crowd.lastErrorAt) > SETTLED_MS
      })
      seen.outagesMs.push(Math.max(0, crowd.lastErrorAt - failedAt))
      seen.lateErrors += await errorsInCalm(seen)
      await crowd.lookBack()
    }
    over.abort()
    await running
    for (const server of servers) {
      server.send('how many')
      seen.rejections += (await told<{ rejections: number }>(server)).rejections
    }
    return seen
  } finally {
    over.abort()
    for (const server of servers) server.kill()
    await redis.stop()
  }
}

/** Those of a machine that stood still meanwhile say nothing of Redis: it is looked at once more. */
async function errorsInCalm(seen: Seen): Promise<number> {
  const delays = monitorEventLoopDelay()
  for (let looks = 1; ; looks++) {
    const before = seen.errors
    delays.reset()
    delays.enable()
    await sleep(CALM_MS)
    delays.disable()
    const errors = seen.errors - before
    if (errors === 0 || delays.max < STOOD_STILL_MS * 1e6 || looks === MOST_LOOKS) return errors
  }
}

function startServer({ what, client, replicas }: Plan, ports: readonly number[]): ChildProcess {
  const program = fileURLToPath(new URL('server.ts', import.meta.url))
  const args = [
    what === 'sentinels' ? what : 'cluster',
    client,
    JSON.stringify(ports),
    String(replicas),
  ]
  return fork(program, args, { execArgv: ['--import', 'tsx'] })
}

async function told<T>(server: ChildProcess): Promise<T> {
  const ended = new AbortController()
  const end = () => ended.abort(new Error('the server has ended'))
  server.once('exit', end)
  try {
    const [message] = (await once(server, 'message', { signal: ended.signal })) as [T]
    return message
  } finally {
    server.off('exit', end)
  }
}
