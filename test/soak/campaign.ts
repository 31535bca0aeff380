import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Random } from '../../src/testing/random.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { type Thirds, isFlat, thirdsOf } from './flat.ts'
import { People, type Told } from './people.ts'
import type { Kept } from './server.ts'

export interface Plan {
  readonly beats: number
  /** From one beat to the next. */
  readonly requests: number
  readonly perSecond: number
  readonly people: number
  readonly seed: number
}

/** One thing that was measured at every beat, and whether it has grown. */
export interface Row extends Thirds {
  readonly what: string
  /** How much it may grow from the second third to the last; `null`: it is only shown. */
  readonly most: number | null
  readonly flat: boolean
}

export interface Soaked extends Told {
  readonly rows: readonly Row[]
  readonly kills: number
  readonly rejections: number
}

/** Each site keeps cookies that were verified lately, up to 2 MB of them, and drops half at a time. */
const HEAP_MB = 2
const AT_REST_WITHIN_MS = 5000

/** Lets people use a process, and looks at every beat, with nobody there, what it keeps. */
export async function soak(plan: Plan, seen?: (beat: Beat) => void): Promise<Soaked> {
  const redis = await startRedis()
  const program = fileURLToPath(new URL('server.ts', import.meta.url))
  const server = fork(program, [String(redis.port)], {
    execArgv: ['--expose-gc', '--import', 'tsx'],
  })
  try {
    const { ports } = await told<{ ports: number[] }>(server)
    const people = new People(ports, plan.people, new Random(plan.seed))
    const beats: Beat[] = []
    let kills = 0
    for (let at = 0; at < plan.beats; at++) {
      await people.use(plan.requests, plan.perSecond, async () => {
        kills += await killConnections(redis)
      })
      const beat = await measure(server, redis)
      beats.push(beat)
      seen?.(beat)
    }
    const rejections = beats.at(-1)?.rejections ?? 0
    return { ...people.told, kills, rejections, rows: rowsOf(beats) }
  } finally {
    server.kill()
    await redis.stop()
  }
}

/** Everything at one beat. */
export interface Beat extends Kept {
  readonly connections: number
  readonly channels: number
  readonly keys: number
}

async function told<T>(server: ChildProcess): Promise<T> {
  const [message] = (await once(server, 'message')) as [T]
  return message
}

async function killConnections(redis: RedisServer): Promise<number> {
  const normal = Number(await redis.cli('client', 'kill', 'type', 'normal'))
  return normal + Number(await redis.cli('client', 'kill', 'type', 'pubsub'))
}

async function measure(server: ChildProcess, redis: RedisServer): Promise<Beat> {
  const connections = await connectionsAtRest(redis)
  server.send('how is it')
  const kept = await told<Kept>(server)
  const channels = ((await redis.cli('pubsub', 'channels')) as string[]).length
  return { ...kept, connections, channels, keys: Number(await redis.cli('dbsize')) }
}

/** One for each client, when what was watched has ended. */
async function connectionsAtRest(redis: RedisServer): Promise<number> {
  const giveUpAt = performance.now() + AT_REST_WITHIN_MS
  for (;;) {
    const lines = String(await redis.cli('client', 'list'))
      .trim()
      .split('\n')
    const others = lines.filter((line) => !line.includes('cmd=client|list')).length
    if (others <= CLIENTS || performance.now() > giveUpAt) return others
    await sleep(20)
  }
}

const CLIENTS = 2

function rowsOf(beats: readonly Beat[]): Row[] {
  const kinds = new Set(beats.flatMap(({ handles }) => Object.keys(handles)))
  return [
    row('heap after garbage collection, MB', HEAP_MB, ({ heapMB }) => heapMB),
    row('buffers outside of the heap, MB', HEAP_MB, ({ outsideHeapMB }) => outsideHeapMB),
    row('memory of the process, MB', null, ({ rssMB }) => rssMB),
    ...[...kinds].map((kind) => row(`handles: ${kind}`, 0, ({ handles }) => handles[kind] ?? 0)),
    row('connections to Redis', 0, ({ connections }) => connections),
    row('channels that are listened to', 0, ({ channels }) => channels),
    row('keys in Redis', null, ({ keys }) => keys),
  ]

  function row(what: string, most: number | null, of: (beat: Beat) => number): Row {
    const thirds = thirdsOf(beats.map(of))
    return { what, most, ...thirds, flat: most === null || isFlat(thirds, most) }
  }
}
