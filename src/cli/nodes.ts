import { SessionError, StoreError } from '../errors.ts'
import type { Store } from '../store/store.ts'
import { storeOf } from '../store/redis/store-of.ts'
import { loadInstalled, openClient } from '../store/redis/clients.ts'
import type { Connection } from '../store/redis/connection.ts'
import { storeFailure } from '../store/redis/failure.ts'
import type { OwnRedisClient } from '../store/redis/own-client.ts'
import type { Argument } from '../store/redis/port.ts'

/** One server: a Redis that stands alone, or a master of a cluster. */
export interface Node {
  /** `host:port`, or the path of its socket. */
  readonly name: string
  readonly connection: Connection
  readonly client: OwnRedisClient
  /** Sends a command as it stands; bulk strings come back as Buffers. */
  send(...command: Argument[]): Promise<unknown>
}

/** What the command line works on. */
export interface Redis {
  readonly isCluster: boolean
  readonly db: number
  readonly masters: readonly Node[]
  /** Sends a command about one key, to `first` and then to whichever master has the key. */
  readonly send: (command: readonly Argument[], first?: Node) => Promise<unknown>
  /** The sessions on it. */
  readonly store: Store
  close(): Promise<void>
}

const LONGEST_COMMAND_MS = 10_000

/** What is used of a client that the library made. */
interface Client {
  /** node-redis. */
  readonly isReady?: boolean
  sendCommand(command: readonly Argument[], options: object): Promise<unknown>
  /** ioredis. */
  readonly status?: string
  callBuffer?(...command: readonly Argument[]): Promise<unknown>
  on(event: 'error', listener: (error: unknown) => void): unknown
}

/** node-redis, by RESP type: bulk strings (36) and verbatim strings (61) as Buffers, maps flat. */
const RAW = { typeMapping: { 36: Buffer, 61: Buffer, 37: Array } }

/**
 * Connects with the package that redisStore would use; in a cluster to every master.
 *
 * @throws {StoreError} when there is no connection.
 */
export async function connect(connection: Connection): Promise<Redis> {
  const seed = await openNode(connection)
  const nodes = new Map([[seed.name, Promise.resolve(seed)]])
  const slots = await seed.send('cluster', 'slots').catch(() => undefined)
  const isCluster = Array.isArray(slots)

  async function node(name: string): Promise<Node> {
    const at = name.lastIndexOf(':')
    const host = name.slice(0, at) || connection.host
    const opening = nodes.get(name) ?? openNode({ ...connection, host, port: +name.slice(at + 1) })
    nodes.set(name, opening)
    try {
      return await opening
    } catch (error) {
      nodes.delete(name)
      throw error
    }
  }

  /** One that is left open, or still being opened, keeps the process alive. */
  async function close(): Promise<void> {
    const settled = await Promise.allSettled(nodes.values())
    const opened = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    await Promise.all(opened.map(({ client }) => client.close()))
  }

  let masters: readonly Node[] = [seed]
  try {
    if (isCluster) masters = await Promise.all(mastersOf(slots).map(node))
  } catch (error) {
    await close()
    throw error
  }

  async function send(command: readonly Argument[], first = masters[0] as Node): Promise<unknown> {
    try {
      return await first.send(...command)
    } catch (error) {
      const [, how, name] = /^(MOVED|ASK) \d+ (\S*:\d+)$/.exec((error as Error).message) ?? []
      if (name === undefined) throw error
      const owner = await node(name)
      if (how === 'MOVED') return owner.send(...command)
      const [, reply] = await Promise.all([owner.send('asking'), owner.send(...command)])
      return reply
    }
  }

  return {
    isCluster,
    db: connection.db,
    masters,
    send,
    store: storeOf({ sendCommand: (command: Argument[]) => send(command) }) as Store,
    close,
  }
}

/** Where the slots are, as `host:port`. */
function mastersOf(slots: readonly [number, number, [Buffer | null, number]][]): string[] {
  if (slots.length === 0) throw new StoreError('client', 'this cluster has no slots yet')
  return [...new Set(slots.map(([, , [host, port]]) => `${host?.toString() ?? ''}:${port}`))]
}

export async function openNode(connection: Connection): Promise<Node> {
  const { path, host, port } = connection
  const opened = await openClient(connection, loadInstalled)
  const client = opened.client as unknown as Client
  const name = path ?? `${host}:${port}`
  let failure: unknown
  client.on('error', (error) => (failure ??= error))
  await opened.attempted
  if (client.isReady !== true && client.status !== 'ready') {
    await opened.client.close()
    const { message } = storeFailure('client', failure ?? new Error('no answer'))
    throw new StoreError(
      'client',
      `no connection to ${name}: ${message.split(': ').slice(2).join(': ')}`,
    )
  }
  return {
    name,
    connection,
    client: opened.client,
    send: (...command) =>
      inTime(client.callBuffer?.(...command) ?? client.sendCommand(command, RAW)),
  }
}

/** @throws {StoreError} when there is no answer for long. */
export async function inTime<T>(reply: Promise<T>, limitMs = LONGEST_COMMAND_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const problem = `no answer within ${limitMs / 1000} seconds`
    timer = setTimeout(() => reject(new StoreError('client', problem)), limitMs)
  })
  try {
    return await Promise.race([reply, late])
  } finally {
    clearTimeout(timer)
  }
}

/** What went wrong in words, without commands and their arguments. */
export function reasonOf(error: unknown): string {
  const { message } = error instanceof SessionError ? error : storeFailure('client', error)
  return message.replace(/^session store, [a-z]+: (?:Redis could not be used: )?/, '')
}
