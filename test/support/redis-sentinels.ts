import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'redis'
import { type RedisServer, findServer, freePort, startRedis } from './redis-server.ts'
import { until } from './until.ts'

export const NAME = 'main'
/** Sentinels take a primary that is silent for so long for dead. */
const DOWN_AFTER_MS = 500
const SYNC_AT_ONCE = ['--repl-diskless-sync-delay', '0']

export interface Sentinels {
  readonly ports: readonly number[]
  /**
   * Ends the primary without a word, waits for the next one, and brings it back as a replica. For a
   * moment it takes itself for the primary.
   */
  failOver(): Promise<void>
  stop(): Promise<void>
}

/** A primary with two replicas, watched by three sentinels. */
export async function startSentinels(): Promise<Sentinels> {
  const first = await startRedis({ args: SYNC_AT_ONCE })
  const follow = ['--replicaof', `127.0.0.1 ${first.port}`, ...SYNC_AT_ONCE]
  const servers = new Map<number, RedisServer>([[first.port, first]])
  const sentinels: Sentinel[] = []

  /** Sentinels that a machine stands still for may choose another at any time. */
  async function primary(): Promise<RedisServer> {
    return servers.get(await primaryBy(sentinels[0] as Sentinel)) as RedisServer
  }
  async function stop(): Promise<void> {
    for (const { process: sentinel, folder } of sentinels) {
      const gone = once(sentinel, 'exit')
      sentinel.kill('SIGKILL')
      await gone
      rmSync(folder, { recursive: true, force: true })
    }
    await Promise.all([...servers.values()].map((server) => server.stop()))
  }
  try {
    for (let made = 0; made < 2; made++) {
      const replica = await startRedis({ args: follow })
      servers.set(replica.port, replica)
    }
    await until('the replicas are in step', async () => (await inStep(first)) === 2)
    for (let made = 0; made < 3; made++) sentinels.push(await startSentinel(first.port))
    await until('the sentinels know each other', async () => {
      const known = await Promise.all(sentinels.map(knownBy))
      return known.every(([replicas, others]) => replicas === 2 && others === 2)
    })
  } catch (error) {
    await stop()
    throw error
  }

  return {
    ports: sentinels.map(({ port }) => port),
    stop,
    async failOver() {
      const fallen = await primary()
      const { port } = fallen
      process.kill(fallen.pid, 'SIGKILL')
      await until('another is primary', async () => (await primary()).port !== port)
      await until('its replica follows', async () => (await inStep(await primary())) >= 1)
      await fallen.stop()
      servers.set(port, await startRedis({ port, args: SYNC_AT_ONCE }))
      await until('both replicas follow', async () => (await inStep(await primary())) === 2)
    },
  }
}

interface Sentinel {
  readonly port: number
  readonly process: ChildProcess
  readonly folder: string
}

const ATTEMPTS = 5

/** On another port when somebody has taken the first one meanwhile. */
async function startSentinel(primary: number, attempt = 1): Promise<Sentinel> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-sentinel-'))
  const settings = join(folder, 'sentinel.conf')
  const lines = [
    `port ${port}`,
    `dir ${folder}`,
    `sentinel monitor ${NAME} 127.0.0.1 ${primary} 2`,
    `sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${NAME} 5000`,
    `sentinel parallel-syncs ${NAME} 2`,
  ]
  writeFileSync(settings, `${lines.join('\n')}\n`)
  const program = findServer() ?? 'redis-server'
  const sentinel = spawn(program, [settings, '--sentinel'], { stdio: 'ignore' })
  await until('the sentinel answers, or has ended', async () => {
    return sentinel.exitCode !== null || (await ask<string>(port, 'ping')) === 'PONG'
  })
  if (sentinel.exitCode === null) return { port, process: sentinel, folder }
  rmSync(folder, { recursive: true, force: true })
  if (attempt === ATTEMPTS) throw new Error(`the sentinel ended with code ${sentinel.exitCode}`)
  return startSentinel(primary, attempt + 1)
}

/** How many replicas receive everything. */
async function inStep(server: RedisServer): Promise<number> {
  const info = String(await server.cli('info', 'replication').catch(() => ''))
  return info.split('state=online').length - 1
}

async function ask<T>(port: number, ...command: string[]): Promise<T> {
  const socket = {
    host: '127.0.0.1',
    port,
    reconnectStrategy: false,
    connectTimeout: 1000,
  } as const
  const client = createClient({ socket, RESP: 2 })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.sendCommand(command)) as T
  } finally {
    client.destroy()
  }
}

async function primaryBy(sentinel: Sentinel): Promise<number> {
  const [, port] = await ask<string[]>(sentinel.port, 'sentinel', 'get-master-addr-by-name', NAME)
  return Number(port)
}

/** How many replicas and other sentinels one knows. */
async function knownBy({ port }: Sentinel): Promise<[replicas: number, others: number]> {
  const facts = await ask<string[]>(port, 'sentinel', 'master', NAME).catch((): string[] => [])
  const count = (name: string) => Number(facts[facts.indexOf(name) + 1])
  return [count('num-slaves'), count('num-other-sentinels')]
}
