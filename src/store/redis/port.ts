import { offers } from './client-kind.ts'
import { type GlideClient, glidePort } from './port-glide.ts'

/** What a command may carry: text, or bytes. */
export type Argument = string | Buffer

/** The commands a store sends, beside GET. */
export type Verb = 'time' | 'evalsha' | 'eval' | 'del' | 'wait'

/**
 * All that a store asks of a Redis client: a command about one key, sent as it stands, and the raw
 * reply, with bulk strings as Buffers.
 */
export interface Port {
  /** A plain GET. */
  get(key: string): Promise<unknown>
  /** `key` says where the command goes in a cluster. */
  send(verb: Verb, key: string, args: readonly Argument[]): Promise<unknown>
  /** Sends SCAN to the server, or to each master of the cluster that is known now. */
  servers(): readonly Scan[]
  /** What the client sets before each key, but not before the pattern of a SCAN. */
  readonly keyPrefix: string
  /**
   * How many connections were lost so far, for a client that sends again, by itself, what was on
   * its way there.
   */
  readonly losses: number
}

type Scan = (args: readonly string[]) => Promise<unknown>

/** A client of the package `redis` (node-redis 5 or 6): client, pool, sentinel or cluster. */
export interface NodeRedisClient {
  sendCommand(...args: never[]): Promise<unknown>
}

/**
 * A client of the package `ioredis` (5 or 6) or one that offers the same: Redis or Cluster. Used
 * are also `timeBuffer`, `evalshaBuffer`, `evalBuffer` and `scanBuffer`, which it has and its types
 * leave out.
 */
export interface IoredisClient {
  getBuffer(key: string): Promise<unknown>
}

/** A Redis client that a store can use. */
export type RedisClient = NodeRedisClient | IoredisClient | GlideClient

/** What to say when {@link portOf} finds nothing to use. */
export const WHAT_A_CLIENT_OFFERS =
  'a client of the package redis, ioredis or @valkey/valkey-glide, with sendCommand(), or with ' +
  'getBuffer(), timeBuffer(), evalshaBuffer() and evalBuffer(), or with customCommand()'

interface Options {
  typeMapping: object
  timeout?: undefined
}
type Command = readonly Argument[]
interface Single {
  readonly isReady?: boolean
  sendCommand(command: Command, options?: Options): Promise<unknown>
  withCommandOptions?(options: Options): Single
}
interface Sentinel {
  sendCommand(isReadonly: false, command: Command, options: Options): Promise<unknown>
}
interface Cluster {
  readonly masters: readonly object[]
  nodeClient(master: object): Promise<Single>
  sendCommand(key: string, isReadonly: false, command: Command, options: Options): Promise<unknown>
}
type Buffered = (...args: Argument[]) => Promise<unknown>
type Ioredis = Record<'getBuffer' | `${Verb}Buffer`, Buffered> & {
  readonly options?: { readonly keyPrefix?: string | Buffer }
  /** What only wraps a client may lack it. */
  readonly scanBuffer: Buffered
  /** A cluster has it. */
  nodes?(role: 'master'): readonly Ioredis[]
  on?(event: 'close' | '-node', listener: () => void): unknown
}

const BULK_STRING = 36

/** node-redis only: bulk strings as Buffers, and the client's own limit on waiting to be sent. */
const QUEUED: Options = { typeMapping: { [BULK_STRING]: Buffer } }

/**
 * node-redis 6 gives every command an AbortSignal that ends its wait to be sent after 5 s, which
 * costs four times what the command does. The key must be there: the client spreads these options
 * over its own.
 */
const UNTIMED: Options = { ...QUEUED, timeout: undefined }

/** The way to talk to this client, or `undefined` when it offers none. */
export function portOf(client: unknown): Port | undefined {
  if (typeof client !== 'object' || client === null) return undefined
  if (offers(client, 'getBuffer', 'timeBuffer', 'evalshaBuffer', 'evalBuffer')) {
    return ioredisPort(client as unknown as Ioredis)
  }
  if (offers(client, 'customCommand')) return glidePort(client as Parameters<typeof glidePort>[0])
  if (!offers(client, 'sendCommand')) return undefined
  if (offers(client, 'getSentinelNode')) return sentinelPort(client as Sentinel)
  if (offers(client, 'getSlotRandomNode')) return clusterPort(client as Cluster)
  return singlePort(client as Single)
}

/**
 * Of `call` and the methods by name, the methods: with `enableAutoPipelining`, ioredis 5 and 6
 * lose the command name of `callBuffer` and send the key in its place.
 */
function ioredisPort(client: Ioredis): Port {
  let losses = 0
  // A cluster tells of a server that it is connected with no more.
  for (const event of ['close', '-node'] as const) client.on?.(event, () => losses++)
  return {
    get: (key) => client.getBuffer(key),
    send: (verb, _key, args) => client[`${verb}Buffer`](...args),
    servers: () =>
      (client.nodes?.('master') ?? [client])
        .filter((server) => offers(server, 'scanBuffer'))
        .map((server) => (args) => server.scanBuffer(...args)),
    keyPrefix: String(client.options?.keyPrefix ?? ''),
    get losses() {
      return losses
    },
  }
}

/**
 * A client, or a pool of them. While it is not connected its queue stays bounded by its timeout.
 *
 * In node-redis 6 a view that has the options spares merging them for each command, a third of
 * what a command costs. In node-redis 5 `sendCommand` ignores the options of a view. So TIME, which
 * every client is asked first, goes through the view, and its reply tells: bytes or text.
 */
function singlePort(client: Single): Port {
  const view = client.withCommandOptions?.(UNTIMED)
  let direct: Single | undefined

  function call(command: Command): Promise<unknown> {
    if (client.isReady === false) return client.sendCommand(command, QUEUED)
    return direct === undefined ? client.sendCommand(command, UNTIMED) : direct.sendCommand(command)
  }

  async function time(through: Single): Promise<unknown> {
    const reply = await through.sendCommand(['time'])
    const inBytes = Array.isArray(reply) && reply.every((part) => Buffer.isBuffer(part))
    direct = inBytes ? through : undefined
    return reply
  }

  return {
    get: (key) => call(['get', key]),
    send: (verb, _key, args) =>
      verb === 'time' && view !== undefined && client.isReady !== false
        ? time(view)
        : call([verb, ...args]),
    servers: () => [(args) => call(['scan', ...args])],
    keyPrefix: '',
    losses: 0,
  }
}

/** Never from a replica, which may not have heard of a sign-out yet. */
function sentinelPort(client: Sentinel): Port {
  let losses = 0
  return {
    get: (key) => client.sendCommand(false, ['get', key], UNTIMED),
    send: (verb, _key, args) => client.sendCommand(false, [verb, ...args], UNTIMED),
    servers: () => [(args) => client.sendCommand(false, ['scan', ...args], UNTIMED)],
    keyPrefix: '',
    // It sends again by itself, and says nothing of it: each command may have met a loss.
    get losses() {
      return losses++
    },
  }
}

function clusterPort(client: Cluster): Port {
  return {
    get: (key) => client.sendCommand(key, false, ['get', key], UNTIMED),
    send: (verb, key, args) => client.sendCommand(key, false, [verb, ...args], UNTIMED),
    servers: () =>
      client.masters.map((master) => async (args) => {
        const server = await client.nodeClient(master)
        return server.sendCommand(['scan', ...args], UNTIMED)
      }),
    keyPrefix: '',
    losses: 0,
  }
}
