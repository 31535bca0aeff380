import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface StartOptions {
  /** More arguments for the server, such as `['--requirepass', 'x']`; asked for at each attempt. */
  readonly args?: readonly string[] | (() => Promise<readonly string[]>)
  /** Default: a free one. */
  readonly port?: number
}

export interface RedisServer {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** A Unix socket on which it listens too. */
  readonly socketPath: string
  /** Ends the server; resolves when it is gone. */
  stop(): Promise<void>
  /** Freezes the server: connections stay, nothing answers. */
  pause(): void
  resume(): void
  /** Sends one command over a connection of its own; an error reply is thrown. */
  cli(...args: string[]): Promise<Reply>
  /** How often each command was called since the last reset, by its name in lower case. */
  commandStats(): Promise<Record<string, number>>
  resetStats(): Promise<void>
}

export type Reply = string | number | null | Reply[]

/** A folder where all servers leave what was written to them, for scripts/check.ts to look at. */
const evidence = process.env['REDIS_EVIDENCE']

const READY_WITHIN_MS = 10_000
const ATTEMPTS = 5

const running = new Set<ChildProcess>()
process.once('exit', () => running.forEach((server) => server.kill('SIGKILL')))

/** The server to test with: `$REDIS_SERVER`, redis-server or valkey-server; the first there is. */
export function findServer(): string | undefined {
  const named = process.env['REDIS_SERVER']
  return [...(named ? [named] : []), 'redis-server', 'valkey-server'].find(
    (program) => spawnSync(program, ['--version']).status === 0,
  )
}

/** Starts a real server, which keeps nothing, and waits until it answers. */
export async function startRedis(options: StartOptions = {}): Promise<RedisServer> {
  const program = findServer()
  if (program === undefined) throw new Error('no redis-server; run scripts/ensure-redis.ts')
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort())
    const { args = [] } = options
    try {
      return await startOn(program, port, typeof args === 'function' ? await args() : args)
    } catch (error) {
      if (attempt === ATTEMPTS) throw error
    }
  }
}

async function startOn(
  program: string,
  port: number,
  args: readonly string[],
): Promise<RedisServer> {
  const dir = mkdtempSync(join(evidence ?? tmpdir(), 'redis-'))
  const socketPath = join(dir, 'socket')
  const bind = ['--port', String(port), '--bind', '127.0.0.1', '--unixsocket', socketPath]
  const keep = ['--save', '', '--appendonly', evidence === undefined ? 'no' : 'yes', '--dir', dir]
  const server = spawn(program, [...bind, ...keep, ...args], { stdio: 'ignore' })
  running.add(server)
  const ended = once(server, 'exit').catch(() => {})
  const stop = async () => {
    running.delete(server)
    server.kill('SIGKILL')
    await ended
    if (evidence === undefined) rmSync(dir, { recursive: true, force: true })
  }
  try {
    await ready(server, socketPath)
  } catch (error) {
    await stop()
    throw error
  }
  const cli = (...command: string[]) => ask(socketPath, command)
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: server.pid as number,
    socketPath,
    stop,
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    cli,
    commandStats: async () => parseStats(String(await cli('info', 'commandstats'))),
    resetStats: async () => void (await cli('config', 'resetstat')),
  }
}

/** Asked over its Unix socket: on a port that was taken, another server would answer. */
async function ready(server: ChildProcess, socketPath: string): Promise<void> {
  const giveUpAt = Date.now() + READY_WITHIN_MS
  for (;;) {
    if (server.exitCode !== null) throw new Error(`it ended with code ${server.exitCode}`)
    const answer = await ask(socketPath, ['ping']).catch((error: Error) => error.message)
    if (typeof answer === 'string' && /^(?:PONG|NOAUTH|NOPERM)/.test(answer)) return
    if (Date.now() > giveUpAt) throw new Error(`it does not answer: ${String(answer)}`)
    await sleep(5)
  }
}

/** Where nobody listens, ever: one that is free may be taken by the next server of another test. */
export const NOBODYS_PORT = 1

/** A port that is free now. Somebody else may take it before the server does. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => {
    server.close(resolve)
  })
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

function parseStats(info: string): Record<string, number> {
  const stats: Record<string, number> = {}
  for (const [, name, calls] of info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
    stats[name as string] = Number(calls)
  }
  return stats
}

async function ask(path: string, command: readonly string[]): Promise<Reply> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`)
    socket.write(`*${command.length}\r\n${parts.join('')}`)
    return await receive(socket)
  } finally {
    socket.destroy()
  }
}

/** The reply, once all of it is there. Bytes become characters one to one. */
async function receive(socket: Socket): Promise<Reply> {
  let text = ''
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    text += chunk.toString('latin1')
    const parsed = parseReply(text, 0)
    if (parsed === undefined) continue
    if (parsed.reply instanceof Error) throw parsed.reply
    return parsed.reply
  }
  throw new Error('the server closed the connection')
}

function parseReply(text: string, from: number): { reply: Reply | Error; end: number } | undefined {
  const stop = text.indexOf('\r\n', from)
  if (stop < 0) return undefined
  const line = text.slice(from + 1, stop)
  const end = stop + 2
  const kind = text[from]
  if (kind === '+') return { reply: line, end }
  if (kind === '-') return { reply: new Error(line), end }
  if (kind === ':') return { reply: Number(line), end }
  const size = Number(line)
  if (size < 0) return { reply: null, end }
  if (kind === '$') {
    const whole = text.length >= end + size + 2
    return whole ? { reply: text.slice(end, end + size), end: end + size + 2 } : undefined
  }
  const items: Reply[] = []
  let at = end
  while (items.length < size) {
    const item = parseReply(text, at)
    if (item === undefined || item.reply instanceof Error) return undefined
    items.push(item.reply)
    at = item.end
  }
  return { reply: items, end: at }
}
