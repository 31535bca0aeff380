import type { ClosableIoredis } from './client-ioredis.ts'
import type { ClosableNodeRedis } from './client-node-redis.ts'

/** What opening a connection beside a client of the package `redis` uses of it. */
export interface NodeRedis extends ClosableNodeRedis {
  readonly options?: { readonly socket?: object }
  duplicate(overrides: object): this
  connect(): Promise<unknown>
  unref(): void
}

/** The same of one of the package `ioredis`. */
export interface Ioredis extends ClosableIoredis {
  readonly stream?: { unref?(): void }
  duplicate(overrides: object): this
  connect(): Promise<unknown>
}

/**
 * A client with its settings, not connected yet, that does not keep the process alive and stays
 * away from a cache that the client may have.
 */
export function besideNodeRedis<Client extends NodeRedis>(
  client: Client,
  reconnectStrategy: false | ((attempts: number) => number | false),
  overrides: object,
): Client {
  const socket = { ...client.options?.socket, reconnectStrategy }
  const twin = client.duplicate({ socket, clientSideCache: undefined, ...overrides })
  twin.unref()
  return twin
}

/** The same of ioredis. With `lazyConnect: false` it connects by itself. */
export function besideIoredis<Client extends Ioredis>(client: Client, overrides: object): Client {
  const twin = client.duplicate(overrides)
  twin.on('connect', () => twin.stream?.unref?.())
  return twin
}

/** For ioredis: it is connected when it is told to, nothing waits, and nothing is sent twice. */
export const SENT_ONCE = {
  lazyConnect: true,
  enableOfflineQueue: false,
  enableAutoPipelining: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
} as const
