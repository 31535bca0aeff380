import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Random } from '../../src/testing/random.ts'
import { startSentinels } from '../support/redis-sentinels.ts'
import { Crowd, type Seen, nothingSeen } from './drive.ts'

export interface Plan {
  readonly client: 'ioredis' | 'node-redis'
  /** For sign-outs, option `durability`; 0: without. */
  readonly replicas: number
  readonly failovers: number
  readonly requestsPerSecond: number
  readonly people: number
  readonly seed: number
}

const SERVERS = 2
/** With Redis well, before the primary fails and after the next one has its replicas. */
const CALM_MS = 1500
/** Errors that come later than this after the next primary has a replica are too late. */
const SETTLED_MS = 1000

/** Lets primaries fail while people use the site, and tells what they saw. */
export async function failOverUnderLoad(plan: Plan): Promise<Seen> {
  const seen = nothingSeen()
  const sentinels = await startSentinels()
  const servers: ChildProcess[] = []
  try {
    for (let made = 0; made < SERVERS; made++) servers.push(startServer(plan, sentinels.ports))
    const ports = await Promise.all(servers.map((server) => told<{ port: number }>(server)))
    const crowd = new Crowd(
      ports.map(({ port }) => port),
      plan.people,
      seen,
      new Random(plan.seed),
    )
    const over = new AbortController()
    const running = crowd.run(plan.requestsPerSecond, over.signal)
    for (let done = 0; done < plan.failovers; done++) {
      await sleep(CALM_MS)
      const failedAt = performance.now()
      await sentinels.failOver()
      await sleep(SETTLED_MS)
      const errors = seen.errors
      seen.outagesMs.push(Math.max(0, crowd.lastErrorAt - failedAt))
      await sleep(CALM_MS)
      seen.lateErrors += seen.errors - errors
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
    for (const server of servers) server.kill()
    await sentinels.stop()
  }
}

function startServer({ client, replicas }: Plan, ports: readonly number[]): ChildProcess {
  const program = fileURLToPath(new URL('server.ts', import.meta.url))
  const args = [client, JSON.stringify(ports), String(replicas)]
  return fork(program, args, { execArgv: ['--import', 'tsx'] })
}

async function told<T>(server: ChildProcess): Promise<T> {
  const [message] = (await once(server, 'message')) as [T]
  return message
}
