import type { Connection } from './connection.ts'
import { tellOutages } from './outage.ts'
import type { NodeRedisClient } from './port.ts'

/** How long a close waits for commands in flight. */
export const LONGEST_CLOSE_MS = 1000
/** How long one attempt to connect may take, TLS included. */
export const CONNECT_TIMEOUT_MS = 2000
/** How long a command waits for a connection. Later it would be news from long ago. */
const LONGEST_QUEUE_MS = 5000

/** What is used of a client of the package `redis`, 5 or 6. */
interface Client {
  readonly isOpen: boolean
  readonly isReady: boolean
  on(event: string, listener: (error: unknown) => void): unknown
  connect(): Promise<unknown>
  sendCommand(args: readonly string[]): Promise<unknown>
  destroy(): void
}

export interface NodeRedisModule {
  createClient(options: object): Client
}

/** Milliseconds before the next attempt to connect: quickly at first, then twice a second. */
export function backOff(attempts: number): number {
  return Math.min(20 * 2 ** Math.min(attempts, 10), 500)
}

/** Makes a client and starts connecting; an outage is waited out for ever. */
export function openNodeRedis(
  nodeRedis: NodeRedisModule,
  connection: Connection,
): NodeRedisClient & { close(): Promise<void> } {
  const { path, host, port, tls, db, username, password } = connection
  let closing: Promise<void> | undefined
  const client = nodeRedis.createClient({
    socket: {
      ...(path === undefined ? { host, port } : { path }),
      ...(typeof tls === 'object' ? tls : {}),
      tls: tls !== false,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectStrategy: (attempts: number) => closing === undefined && backOff(attempts),
    },
    database: db,
    username,
    password,
    commandOptions: { timeout: LONGEST_QUEUE_MS },
  })
  tellOutages(client, () => closing !== undefined)
  client.connect().catch(() => {})
  return Object.assign(client, { close: () => (closing ??= closeFully(client)) })
}

/**
 * `close()` of node-redis waits for ever when the server hangs, and neither it nor `destroy()`
 * ends a connection that is being made: it comes up afterwards and stays. So the attempt under way
 * and the commands in flight are waited for here, and then the socket is destroyed.
 */
async function closeFully(client: Client): Promise<void> {
  if (client.isOpen && !client.isReady) await atMost(CONNECT_TIMEOUT_MS, attemptEnded(client))
  if (client.isReady) await atMost(LONGEST_CLOSE_MS, client.sendCommand(['PING']))
  if (client.isOpen) client.destroy()
}

/** Resolves when the client is connected, or has given up. */
async function attemptEnded(client: Client): Promise<void> {
  await new Promise<void>((resolve) => {
    client.on('ready', () => resolve())
    client.on('error', () => {
      if (!client.isOpen) resolve()
    })
  })
}

/** Waits for the work to end, one way or the other, for so long at most. */
export async function atMost(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, limitMs)
  })
  await Promise.race([work.catch(() => {}), limit])
  clearTimeout(timer)
}
