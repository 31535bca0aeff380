import type { Connection } from './connection.ts'
import { CONNECT_TIMEOUT_MS, backOff, recommendedClientOptions } from './client-options.ts'
import {
  atMost,
  type Emitter,
  firstOf,
  LONGEST_CLOSE_MS,
  type Opened,
  tellOutages,
} from './own-client.ts'
import type { IoredisClient } from './port.ts'

/** What closing uses of a client of the package `ioredis`, 5 or 6. */
export interface ClosableIoredis extends Emitter {
  readonly status: string
  quit(): Promise<unknown>
  disconnect(): void
}

interface Client extends IoredisClient, ClosableIoredis {}

export type IoredisConstructor = new (options: object) => Client

/** Makes a client, which starts connecting; an outage is waited out for ever. */
export function openIoredis(Redis: IoredisConstructor, connection: Connection): Opened {
  const { path, host, port, tls, db, username, password } = connection
  let closing: Promise<void> | undefined
  const client = new Redis({
    ...recommendedClientOptions.ioredis,
    ...(path === undefined ? { host, port } : { path }),
    ...(tls === false ? {} : { tls: tls === true ? {} : tls }),
    db,
    username,
    password,
    retryStrategy: (attempts: number) => (closing === undefined ? backOff(attempts) : null),
  })
  tellOutages(client, () => closing !== undefined)
  const attempted = atMost(CONNECT_TIMEOUT_MS, firstOf(client, 'ready', 'error', 'end'))
  const close = () => (closing ??= closeIoredis(client))
  return { client: Object.assign(client, { close }), attempted }
}

/**
 * Between two attempts to connect, `disconnect()` of ioredis stops trying and leaves the commands
 * that wait unsettled for ever. So the attempt under way, or the last one, is waited for.
 */
export async function closeIoredis(client: ClosableIoredis): Promise<void> {
  const { status } = client
  if (status !== 'ready' && status !== 'end') {
    await atMost(CONNECT_TIMEOUT_MS, firstOf(client, 'ready', 'end'))
  }
  if (client.status === 'ready') await atMost(LONGEST_CLOSE_MS, client.quit())
  client.disconnect()
}
