import { closeIoredis } from './client-ioredis.ts'
import { closeNodeRedis } from './client-node-redis.ts'
import { singleKindOf } from './client-kind.ts'
import {
  type Ioredis,
  type NodeRedis,
  SENT_ONCE,
  besideIoredis,
  besideNodeRedis,
} from './duplicate.ts'
import { portOf, type Port } from './port.ts'

/** One connection beside a client's, which is never made again once it is lost. */
export interface Link {
  /** Rejects when it could not be made. */
  readonly connected: Promise<unknown>
  /** A plain GET, with the bytes as its reply. */
  get(key: string): Promise<unknown>
  /** Any other command. A key prefix of the client is set before its keys. */
  command(name: string, ...args: string[]): Promise<unknown>
  /** From here on `heard` gets what is published on a channel, as it came. */
  hear(channel: string, heard: (payload: unknown) => void): Promise<unknown>
  /** Ends it at once: what waits for an answer fails. Resolves when nothing of it is left. */
  drop(): Promise<void>
}

/** `lost` is called, once or more often, when the connection has ended. */
export type OpenLink = (lost: () => void) => Link

interface ListeningNodeRedis extends NodeRedis {
  subscribe(channel: string, heard: (payload: unknown) => void, inBytes: true): Promise<unknown>
}

interface ListeningIoredis extends Ioredis {
  readonly stream?: { unref?(): void; destroy?(): void }
  call(name: string, ...args: string[]): Promise<unknown>
  on(event: 'messageBuffer', listener: (channel: Buffer, payload: unknown) => void): unknown
  on(event: string, listener: (error: unknown) => void): unknown
  subscribe(channel: string): Promise<unknown>
}

/** How to open one beside this client; `undefined` where one connection is not like the client. */
export function linkOf(client: object): OpenLink | undefined {
  const kind = singleKindOf(client)
  if (kind === 'ioredis') return (lost) => openIoredis(client as ListeningIoredis, lost)
  return kind && ((lost) => openNodeRedis(client as ListeningNodeRedis, lost))
}

/** RESP2, in which what is published arrives on every client as a message. */
function openNodeRedis(client: ListeningNodeRedis, lost: () => void): Link {
  const twin = besideNodeRedis(client, false, {
    RESP: 2,
    emitInvalidate: undefined,
    maintNotifications: 'disabled',
    disableOfflineQueue: true,
  })
  for (const event of ['error', 'end']) twin.on(event, lost)
  const port = portOf(twin) as Port
  // TIME tells the port how this client is to be asked.
  const connected = twin.connect().then(() => port.send('time', '', []).catch(() => {}))
  connected.catch(() => {})
  return {
    connected,
    get: (key) => port.get(key),
    command: (...args) => twin.sendCommand(args),
    hear: (channel, heard) => twin.subscribe(channel, heard, true),
    async drop() {
      if (twin.isReady) twin.destroy()
      else await closeNodeRedis(twin).catch(() => {})
    },
  }
}

function openIoredis(client: ListeningIoredis, lost: () => void): Link {
  const twin = besideIoredis(client, {
    ...SENT_ONCE,
    protocol: 2,
    autoResubscribe: false,
    commandTimeout: undefined,
    retryStrategy: () => null,
  })
  for (const event of ['error', 'close', 'end']) twin.on(event, lost)
  const connected = twin.connect()
  connected.catch(() => {})
  const port = portOf(twin) as Port
  return {
    connected,
    get: (key) => port.get(key),
    command: (name, ...args) => twin.call(name, ...args),
    hear(channel, heard) {
      twin.on('messageBuffer', (from, payload) => {
        if (from.toString() === channel) heard(payload)
      })
      return twin.subscribe(channel)
    },
    async drop() {
      if (twin.status === 'ready') twin.stream?.destroy?.()
      else await closeIoredis(twin).catch(() => {})
    },
  }
}
