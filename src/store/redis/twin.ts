import { closeIoredis } from './client-ioredis.ts'
import { closeNodeRedis } from './client-node-redis.ts'
import { offers, singleKindOf } from './client-kind.ts'
import { backOff } from './client-options.ts'
import {
  type Ioredis,
  type NodeRedis,
  SENT_ONCE,
  besideIoredis,
  besideNodeRedis,
} from './duplicate.ts'

/** A connection of our own, as a client's, over which nothing waits and nothing is sent twice. */
export interface Twin {
  readonly client: object
  /** Resolves when it is connected, for the first time at least. */
  connected(): Promise<unknown>
  close(): Promise<void>
}

export type OpenTwin = () => Twin

/**
 * How to open one beside this client; `undefined` for a pool, a cluster, where a command may be
 * redirected, and whatever offers no duplicate.
 */
export function twinOf(client: object): OpenTwin | undefined {
  if (!offers(client, 'connect')) return undefined
  const kind = singleKindOf(client)
  if (kind === 'ioredis') return () => openIoredis(client as Ioredis)
  if (kind === undefined || !offers(client, 'sendCommand')) return undefined
  return () => openNodeRedis(client as NodeRedis)
}

function openNodeRedis(client: NodeRedis): Twin {
  let closing: Promise<void> | undefined
  const reconnectStrategy = (attempts: number) => closing === undefined && backOff(attempts)
  const twin = besideNodeRedis(client, reconnectStrategy, { disableOfflineQueue: true })
  twin.on('error', () => {})
  const connected = twin.connect()
  connected.catch(() => {})
  return {
    client: twin,
    connected: () => connected,
    close: () => (closing ??= closeNodeRedis(twin)),
  }
}

function openIoredis(client: Ioredis): Twin {
  let closing: Promise<void> | undefined
  const twin = besideIoredis(client, {
    ...SENT_ONCE,
    retryStrategy: (attempts: number) => (closing === undefined ? backOff(attempts) : null),
  })
  twin.on('error', () => {})
  const connected = new Promise<void>((resolve) => twin.on('ready', () => resolve()))
  twin.connect().catch(() => {})
  return {
    client: twin,
    connected: () => connected,
    close: () => (closing ??= closeIoredis(twin)),
  }
}
