import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type RedisServer, type Reply, startRedis } from '../support/redis-server.ts'

/** What lies about in and around Redis. Bytes are characters, one to one. */
export interface RedisEvidence {
  readonly monitor: string
  readonly slowlog: string
  /** Every value, and its DUMP, at several times. */
  readonly dumps: string
  /** The AOF and the RDB. */
  readonly files: string
}

export interface WatchedRedis {
  readonly server: RedisServer
  /** Keeps what every key holds now. */
  dump(): Promise<void>
  collect(): Promise<RedisEvidence>
}

/** A Redis that keeps all it can of what it is told. */
export async function startWatchedRedis(): Promise<WatchedRedis> {
  const keepAll = [
    '--appendonly',
    'yes',
    '--rdbcompression',
    'no',
    '--slowlog-log-slower-than',
    '0',
  ]
  const server = await startRedis({ args: [...keepAll, '--slowlog-max-len', '1000000'] })
  const monitor = await openMonitor(server)
  let dumps = ''
  return {
    server,
    async dump() {
      for (const key of (await server.cli('keys', '*')) as string[]) {
        // Lists of sessions are no strings.
        const value = await server.cli('get', key).catch(String)
        const held = [value, await server.cli('dump', key)]
        dumps += `${key}\n${held.join('\n')}\n`
      }
    },
    async collect() {
      await server.cli('save')
      const [, folder] = (await server.cli('config', 'get', 'dir')) as [string, string]
      const slowlog = flat(await server.cli('slowlog', 'get', '-1'))
      return { monitor: await monitor.close(), slowlog, dumps, files: filesIn(folder) }
    },
  }
}

async function openMonitor({ socketPath }: RedisServer) {
  const socket = connect(socketPath)
  await once(socket, 'connect')
  let seen = ''
  socket.setEncoding('latin1').on('data', (text: string) => (seen += text))
  socket.write('*1\r\n$7\r\nMONITOR\r\n')
  await once(socket, 'data')
  return {
    async close(): Promise<string> {
      socket.destroy()
      await once(socket, 'close')
      return seen
    },
  }
}

function flat(reply: Reply): string {
  return Array.isArray(reply) ? reply.map(flat).join('\n') : String(reply)
}

function filesIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
    .join('\n')
}

export interface Program {
  readonly port: number
  /** Ends it; gives all that it wrote. */
  stop(): Promise<string>
}

/** What Node, Express and the clients print when told to. `stream` would print whole bodies. */
const VERBOSE = { DEBUG: '*', NODE_DEBUG: 'http,http2,net,tls,timer,fs,process' }

const running = new Set<ChildProcess>()
process.once('exit', () => running.forEach((program) => program.kill('SIGKILL')))

/** Starts application.ts, and waits until it listens. */
export async function startProgram(env: Readonly<Record<string, string>>): Promise<Program> {
  const path = fileURLToPath(new URL('application.ts', import.meta.url))
  const program = spawn(process.execPath, ['--trace-warnings', '--import', 'tsx', path], {
    env: { PATH: process.env['PATH'], ...VERBOSE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(program)
  const ended = once(program, 'close')
  let output = ''
  const port = await new Promise<number>((resolve, reject) => {
    for (const stream of [program.stdout, program.stderr]) {
      stream.setEncoding('latin1').on('data', (text: string) => {
        output += text
        const [, listening] = /^port=(\d+)$/m.exec(text) ?? []
        if (listening !== undefined) resolve(Number(listening))
      })
    }
    program.once('exit', () => reject(new Error(`it ended before it listened:\n${output}`)))
  })
  return {
    port,
    async stop() {
      program.kill('SIGTERM')
      await ended
      running.delete(program)
      return output
    },
  }
}
