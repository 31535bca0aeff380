import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Random } from '../../src/testing/random.ts'
import { type Decide, type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import type { Done, Job, Over } from './job.ts'

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url))
/** Both families, in processes of their own. */
const CLIENTS = ['node-redis 6', 'ioredis 6', 'node-redis 6']
const LONGEST_BURST = 4

/** Several processes that serve requests, and the Redis they share. */
export interface Crew {
  readonly size: number
  /** How many connections were cut so far. */
  readonly cuts: number
  /** One command in so many begins a burst of cut connections. */
  cutOneIn: number
  do(worker: number, job: Omit<Job, 'number'>): Promise<Done>
  tell(over: Over): void
  emptied(): Promise<void>
  end(): Promise<void>
}

export async function startCrew(seed: number): Promise<Crew> {
  const server = await startRedis()
  const proxies = await Promise.all(CLIENTS.map(() => startFaultProxy(server.port)))
  const random = new Random(seed)
  const workers = CLIENTS.map((client, at) => begin(client, server, proxies[at] as FaultProxy))
  const waiting = new Map<number, { resolve: (done: Done) => void; reject: (e: Error) => void }>()
  let jobs = 0
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  for (const worker of workers) {
    worker.on('message', (done: Done) => {
      const job = waiting.get(done.number)
      waiting.delete(done.number)
      if (done.thrown === undefined) job?.resolve(done)
      else job?.reject(new Error(`a request has thrown: ${done.thrown}`))
    })
    worker.on('exit', () => {
      for (const { reject } of waiting.values()) reject(new Error('a process has ended'))
    })
  }
  const crew: Crew = {
    size: workers.length,
    get cuts() {
      return proxies.reduce((sum, { faults }) => sum + faults, 0)
    },
    cutOneIn: 12,
    do(worker, job) {
      const number = ++jobs
      return new Promise((resolve, reject) => {
        waiting.set(number, { resolve, reject })
        workers[worker % workers.length]?.send({ ...job, number })
      })
    },
    tell(over) {
      for (const worker of workers) worker.send(over)
    },
    emptied: async () => void (await server.cli('flushall')),
    async end() {
      waiting.clear()
      const ends = workers.map((worker) => once(worker, 'exit'))
      for (const worker of workers) worker.disconnect()
      await Promise.all(ends)
      for (const proxy of proxies) proxy.close()
      await server.stop()
    },
  }
  for (const proxy of proxies) proxy.plan(inBursts(random, crew))
  return crew
}

function begin(client: string, server: RedisServer, proxy: FaultProxy): ChildProcess {
  const args = [String(server.port), String(proxy.port), client]
  return fork(WORKER, args, { execArgv: ['--import', 'tsx'] })
}

/** One cut is made good by sending again; several in a row are what leaves a request without word. */
function inBursts(random: Random, crew: Crew): Decide {
  let left = 0
  return () => {
    if (left === 0 && random.below(crew.cutOneIn) === 0) left = 1 + random.below(LONGEST_BURST)
    if (left === 0) return undefined
    left--
    return random.below(3) === 0 ? 'kill before' : 'lose reply'
  }
}
