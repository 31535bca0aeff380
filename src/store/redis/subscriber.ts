import { type ClosableIoredis, closeIoredis } from './client-ioredis.ts'
import { type ClosableNodeRedis, closeNodeRedis } from './client-node-redis.ts'
import { offers, singleKindOf } from './client-kind.ts'
import { backOff } from './client-options.ts'

/** What a subscriber tells. */
export interface Hearer {
  /** A script published this about the key. */
  readonly heard: (key: string, message: string) => void
  /** The connection was lost, or is a new one: something may have been missed. */
  readonly interrupted: () => void
}

/** A connection of our own beside a client's, on which it hears what scripts publish about keys. */
export interface Subscriber {
  /** Resolves when what is published about the key will be heard. */
  subscribe(key: string): Promise<unknown>
  unsubscribe(key: string): Promise<unknown>
  close(): Promise<void>
}

export type OpenSubscriber = (hearer: Hearer) => Subscriber

interface NodeRedis extends ClosableNodeRedis {
  readonly options?: { readonly socket?: object }
  duplicate(overrides: object): NodeRedis
  connect(): Promise<unknown>
  subscribe(channel: string, heard: (message: string, channel: string) => void): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  unref(): void
}

interface Ioredis extends ClosableIoredis {
  readonly options: { readonly keyPrefix?: string | Buffer }
  readonly stream?: { unref?(): void }
  duplicate(overrides: object): Ioredis
  on(event: 'message', listener: (channel: string, message: string) => void): unknown
  on(event: string, listener: (error: unknown) => void): unknown
  subscribe(channel: string): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
}

/**
 * How to open a subscriber beside this client, or `undefined` where that needs more than one
 * connection, or is not offered: pools, clusters, node-redis's sentinel client, wrappers.
 */
export function subscriberOf(client: object): OpenSubscriber | undefined {
  if (!offers(client, 'subscribe', 'unsubscribe')) return undefined
  const kind = singleKindOf(client)
  if (kind === 'ioredis') return (hearer) => openIoredis(client as Ioredis, hearer)
  return kind && ((hearer) => openNodeRedis(client as NodeRedis, hearer))
}

/**
 * Its settings are the client's, but it never gives up connecting, it does not keep the process
 * alive, and it stays away from a cache that the client may have.
 */
function openNodeRedis(client: NodeRedis, { heard, interrupted }: Hearer): Subscriber {
  let closing: Promise<void> | undefined
  const reconnectStrategy = (attempts: number) => closing === undefined && backOff(attempts)
  const twin = client.duplicate({
    socket: { ...client.options?.socket, reconnectStrategy },
    clientSideCache: undefined,
    disableOfflineQueue: false,
  })
  for (const event of ['error', 'reconnecting', 'ready', 'end']) twin.on(event, interrupted)
  twin.unref()
  twin.connect().catch(() => {})
  const hear = (message: string, channel: string) => heard(channel, message)
  return {
    subscribe: (key) => twin.subscribe(key, hear),
    unsubscribe: (key) => twin.unsubscribe(key),
    close: () => (closing ??= closeNodeRedis(twin)),
  }
}

/**
 * With ioredis a key prefix is set before the keys of a script and so, since the script makes the
 * channel of the key, before the channel; but not before the channel of SUBSCRIBE.
 */
function openIoredis(client: Ioredis, { heard, interrupted }: Hearer): Subscriber {
  let closing: Promise<void> | undefined
  const prefix = String(client.options.keyPrefix ?? '')
  const twin = client.duplicate({
    keyPrefix: '',
    lazyConnect: false,
    enableReadyCheck: false,
    enableOfflineQueue: true,
    autoResubscribe: true,
    commandTimeout: undefined,
    maxRetriesPerRequest: null,
    retryStrategy: (attempts: number) => (closing === undefined ? backOff(attempts) : null),
  })
  for (const event of ['error', 'close', 'ready', 'end']) twin.on(event, interrupted)
  twin.on('connect', () => twin.stream?.unref?.())
  twin.on('message', (channel, message) => {
    if (channel.startsWith(prefix)) heard(channel.slice(prefix.length), message)
  })
  return {
    subscribe: (key) => twin.subscribe(prefix + key),
    unsubscribe: (key) => twin.unsubscribe(prefix + key),
    close: () => (closing ??= closeIoredis(twin)),
  }
}
