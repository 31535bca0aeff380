import { atMost, backOff, CONNECT_TIMEOUT_MS, LONGEST_CLOSE_MS } from './client-node-redis.ts'
import type { Connection } from './connection.ts'
import type { IoredisClient } from './port.ts'

/** Failed attempts to connect after which waiting commands are given up: about 5 seconds. */
const ATTEMPTS_PER_COMMAND = 10

/** What is used of a client of the package `ioredis`, 5 or 6. */
interface Client extends IoredisClient {
  readonly status: string
  on(event: string, listener: () => void): unknown
  quit(): Promise<unknown>
  disconnect(): void
}

export type IoredisConstructor = new (options: object) => Client

/** Makes a client, which starts connecting; an outage is waited out for ever. */
export function openIoredis(
  Redis: IoredisConstructor,
  connection: Connection,
): IoredisClient & { close(): Promise<void> } {
  const { path, host, port, tls, db, username, password } = connection
  let closing: Promise<void> | undefined
  const client = new Redis({
    ...(path === undefined ? { host, port } : { path }),
    ...(tls === false ? {} : { tls: tls === true ? {} : tls }),
    db,
    username,
    password,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: ATTEMPTS_PER_COMMAND,
    retryStrategy: backOff,
  })
  // Without a listener ioredis prints every failure. Each command reports it on its own.
  client.on('error', () => {})
  return Object.assign(client, { close: () => (closing ??= closeFully(client)) })
}

async function closeFully(client: Client): Promise<void> {
  if (client.status === 'ready') await atMost(LONGEST_CLOSE_MS, client.quit())
  client.disconnect()
}
