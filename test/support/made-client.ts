import type { RedisClient } from '../../src/store/redis/port.ts'

/** A client of an application, and how it is ended. */
export interface Made {
  readonly client: RedisClient
  readonly end: () => unknown
}

/** One of node-redis, connected. */
export async function connected(
  client: RedisClient & {
    on(event: 'error', listener: () => void): unknown
    connect(): Promise<unknown>
    destroy(): void
  },
): Promise<Made> {
  client.on('error', () => {})
  await client.connect()
  return { client, end: () => client.destroy() }
}

/** One of ioredis, which connects by itself. */
export function connecting(
  client: RedisClient & {
    on(event: 'error', listener: () => void): unknown
    disconnect(): void
  },
): Made {
  client.on('error', () => {})
  return { client, end: () => client.disconnect() }
}
