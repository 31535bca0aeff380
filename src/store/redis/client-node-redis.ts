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

/** What closing uses of a client of the package `redis`, 5 or 6. */
export interface ClosableNodeRedis extends Emitter {
  readonly isOpen: boolean
  readonly isReady: boolean
  sendCommand(args: readonly string[]): Promise<unknown>
  destroy(): void
}

interface Client extends ClosableNodeRedis {
  connect(): Promise<unknown>
}

export interface NodeRedisModule {
  createClient(options: object): Client
}

/** Makes a client and starts connecting; an outage is waited out for ever. */
export function openNodeRedis(nodeRedis: NodeRedisModule, connection: Connection): Opened {
  const { path, host, port, tls, db, username, password } = connection
  const { socket, ...recommended } = recommendedClientOptions.nodeRedis
  let closing: Promise<void> | undefined
  const client = nodeRedis.createClient({
    ...recommended,
    socket: {
      ...socket,
      ...(path === undefined ? { host, port } : { path }),
      ...(typeof tls === 'object' ? tls : {}),
      tls: tls !== false,
      reconnectStrategy: (attempts: number) => closing === undefined && backOff(attempts),
    },
    database: db,
    username,
    password,
  })
  tellOutages(client, () => closing !== undefined)
  const attempted = atMost(CONNECT_TIMEOUT_MS, firstOf(client, 'ready', 'error', 'end'))
  client.connect().catch(() => {})
  const close = () => (closing ??= closeNodeRedis(client))
  return { client: Object.assign(client, { close }), attempted }
}

/**
 * `close()` of node-redis waits for ever when the server hangs, and neither it nor `destroy()`
 * ends a connection that is being made: it comes up afterwards and stays. So the attempt under way
 * and the commands in flight are waited for here, and then the socket is destroyed.
 */
export async function closeNodeRedis(client: ClosableNodeRedis): Promise<void> {
  if (client.isOpen && !client.isReady) await atMost(CONNECT_TIMEOUT_MS, attemptEnded(client))
  if (client.isReady) await atMost(LONGEST_CLOSE_MS, client.sendCommand(['PING']))
  if (client.isOpen) client.destroy()
}

/** Resolves when the client is connected, or has given up. */
async function attemptEnded(client: ClosableNodeRedis): Promise<void> {
  await new Promise<void>((resolve) => {
    client.on('ready', () => resolve())
    client.on('error', () => {
      if (!client.isOpen) resolve()
    })
  })
}
