import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Profiler } from 'node:inspector'
import { fileURLToPath } from 'node:url'
import { type RedisServer, startRedis } from '../../test/support/redis-server.ts'
import { ANY_NODE, type NodeToRun, nodeToCompare } from './cores.ts'
import { type Subject, nameOf } from './subjects.ts'

export type ToServer = 'cpu' | 'profile'

/** What a server tells: first its port, then what it is asked for. */
export type FromServer =
  | { readonly port: number }
  | { readonly cpuUs: number }
  /** Nothing when it begins. */
  | { readonly profile: Profiler.Profile | undefined }

const PROGRAM = fileURLToPath(new URL('server.ts', import.meta.url))
const LONGEST_MS = 20_000

/** A running server. */
export interface ServerProcess {
  readonly subject: Subject
  readonly port: number
  /** Microseconds of CPU it has used since it began, garbage collection included. */
  cpuUs(): Promise<number>
  /** What it does meanwhile. */
  profile(meanwhile: () => Promise<unknown>): Promise<Profiler.Profile>
  stop(): Promise<void>
}

export async function startServer(
  subject: Subject,
  redisUrl: string,
  { execPath, execArgv }: NodeToRun = ANY_NODE,
): Promise<ServerProcess> {
  const child = fork(PROGRAM, [subject.framework, subject.keeper, redisUrl], {
    execPath,
    execArgv: [...execArgv],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  try {
    const { port } = (await answer(child, subject)) as { port: number }
    const cpuUs = async () => {
      child.send('cpu')
      const told = (await answer(child, subject)) as { cpuUs: number }
      return told.cpuUs
    }
    const recorder = async () => {
      child.send('profile')
      const told = (await answer(child, subject)) as { profile: Profiler.Profile }
      return told.profile
    }
    const profile = async (meanwhile: () => Promise<unknown>) => {
      await recorder()
      await meanwhile()
      return recorder()
    }
    return { subject, port, cpuUs, profile, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Servers of the subjects, on a core of their own, and a Redis, for as long as they are used. */
export async function withServers<T>(
  subjects: readonly Subject[],
  use: (servers: readonly ServerProcess[], redis: RedisServer) => Promise<T>,
): Promise<T> {
  const node = nodeToCompare()
  const redis = await startRedis()
  const servers: ServerProcess[] = []
  try {
    for (const subject of subjects) servers.push(await startServer(subject, redis.url, node))
    return await use(servers, redis)
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    await redis.stop()
  }
}

/** The next message. @throws when the server ends, or is silent for too long. */
async function answer(child: ChildProcess, subject: Subject): Promise<FromServer> {
  const done = new AbortController()
  const signal = AbortSignal.any([done.signal, AbortSignal.timeout(LONGEST_MS)])
  const told = once(child, 'message', { signal }).then(([message]) => message as FromServer)
  const ended = once(child, 'exit', { signal }).then(() => undefined)
  try {
    const first = await Promise.race([told, ended])
    if (first !== undefined) return first
  } finally {
    done.abort()
    await Promise.allSettled([told, ended])
  }
  throw new Error(`the server ${nameOf(subject)} has ended`)
}
