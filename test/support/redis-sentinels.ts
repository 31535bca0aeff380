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
  const ports = await Promise.all([freePort(), freePort(), freePort()])
  const sentinels: Sentinel[] = []

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
    for (const port of ports) sentinels.push(startSentinel(port, first.port))
    await until('the sentinels know each other', async () => {
      const known = await Promise.all(ports.map((port) => knownBy(port)))
      return known.every(([replicas, others]) => replicas === 2 && others === 2)
    })
  } catch (error) {
    await stop()
    throw error
  }

  return {
    ports,
    stop,
    async failOver() {
      const fallen = servers.get(await primaryBy(ports[0])) as RedisServer
      const { port } = fallen
      process.kill(fallen.pid, 'SIGKILL')
      await until('another is primary', async () => (await primaryBy(ports[0])) !== port)
      const next = servers.get(await primaryBy(ports[0])) as RedisServer
      await until('its replica follows', async () => (await inStep(next)) >= 1)
      await fallen.stop()
      servers.set(port, await startRedis({ port, args: SYNC_AT_ONCE }))
      await until('both replicas follow', async () => (await inStep(next)) === 2)
    },
  }
}

interface Sentinel {
  readonly process: ChildProcess
  readonly folder: string
}

function startSentinel(port: number, primary: number): Sentinel {
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
  return { process: spawn(program, [settings, '--sentinel'], { stdio: 'ignore' }), folder }
}

/** How many replicas receive everything. */
async function inStep(server: RedisServer): Promise<number> {
  const info = String(await server.cli('info', 'replication').catch(() => ''))
  return info.split('state=online').length - 1
}

async function ask<T>(port: number, ...command: string[]): Promise<T> {
  const client = createClient({ url: `redis://127.0.0.1:${port}`, RESP: 2 })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.sendCommand(command)) as T
  } finally {
    client.destroy()
  }
}

async function primaryBy(sentinel: number): Promise<number> {
  const [, port] = await ask<string[]>(sentinel, 'sentinel', 'get-master-addr-by-name', NAME)
  return Number(port)
}

/** How many replicas and other sentinels one knows. */
async function knownBy(sentinel: number): Promise<[replicas: number, others: number]> {
  const facts = await ask<string[]>(sentinel, 'sentinel', 'master', NAME).catch((): string[] => [])
  const count = (name: string) => Number(facts[facts.indexOf(name) + 1])
  return [count('num-slaves'), count('num-other-sentinels')]
}
