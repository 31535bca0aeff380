import { closeIoredis } from './client-ioredis.ts'
import { closeNodeRedis } from './client-node-redis.ts'
import { offers, singleKindOf } from './client-kind.ts'
import { backOff } from './client-options.ts'
import { type Ioredis, type NodeRedis, besideIoredis, besideNodeRedis } from './duplicate.ts'

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

interface SubscribingNodeRedis extends NodeRedis {
  subscribe(channel: string, heard: Heard): Promise<unknown>
  unsubscribe(channel: string, heard: Heard): Promise<unknown>
}
type Heard = (message: string, channel: string) => void

interface SubscribingIoredis extends Ioredis {
  readonly options: { readonly keyPrefix?: string | Buffer }
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
  if (kind === 'ioredis') return (hearer) => openIoredis(client as SubscribingIoredis, hearer)
  return kind && ((hearer) => openNodeRedis(client as SubscribingNodeRedis, hearer))
}

/** It never gives up connecting. */
function openNodeRedis(client: SubscribingNodeRedis, { heard, interrupted }: Hearer): Subscriber {
  let closing: Promise<void> | undefined
  const reconnectStrategy = (attempts: number) => closing === undefined && backOff(attempts)
  const twin = besideNodeRedis(client, reconnectStrategy, { disableOfflineQueue: false })
  for (const event of ['error', 'reconnecting', 'ready', 'end']) twin.on(event, interrupted)
  twin.connect().catch(() => {})
  const hear: Heard = (message, channel) => heard(channel, message)
  return {
    subscribe: (key) => twin.subscribe(key, hear),
    // Without its listener, one that is subscribed again meanwhile would be forgotten.
    unsubscribe: (key) => twin.unsubscribe(key, hear),
    close: () => (closing ??= closeNodeRedis(twin)),
  }
}

/**
 * With ioredis a key prefix is set before the keys of a script and so, since the script makes the
 * channel of the key, before the channel; but not before the channel of SUBSCRIBE.
 */
function openIoredis(client: SubscribingIoredis, { heard, interrupted }: Hearer): Subscriber {
  let closing: Promise<void> | undefined
  const prefix = String(client.options.keyPrefix ?? '')
  const twin = besideIoredis(client, {
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
  twin.on('message', (channel, message) => {
    if (channel.startsWith(prefix)) heard(channel.slice(prefix.length), message)
  })
  return {
    subscribe: (key) => twin.subscribe(prefix + key),
    unsubscribe: (key) => twin.unsubscribe(prefix + key),
    close: () => (closing ??= closeIoredis(twin)),
  }
}
