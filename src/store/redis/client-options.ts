import { OptionError } from '../../errors.ts'

/** How long one attempt to connect may take, TLS included. */
export const CONNECT_TIMEOUT_MS = 2000
/** How long a command waits for a connection. Later it would be news from long ago. */
const LONGEST_QUEUE_MS = 5000
/** Failed attempts to connect after which ioredis gives waiting commands up: about 5 seconds. */
const ATTEMPTS_PER_COMMAND = 10

/** Milliseconds before the next attempt to connect: quickly at first, then twice a second. */
export function backOff(attempts: number): number {
  return Math.min(20 * 2 ** Math.min(attempts, 10), 500)
}

/**
 * What the library's own clients are made with, for one of yours: it goes on connecting for ever,
 * about twice a second, and commands wait for the connection for about 5 seconds at most. How long
 * an operation of a session may take is option `storeTimeoutMs`, whatever these say.
 *
 *     createClient({ url, ...recommendedClientOptions.nodeRedis }).on('error', log)
 *     new Redis(url, recommendedClientOptions.ioredis)
 *     GlideClient.createClient({ addresses, ...recommendedClientOptions.glide })
 */
export const recommendedClientOptions = {
  nodeRedis: {
    socket: { connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy: backOff },
    commandOptions: { timeout: LONGEST_QUEUE_MS },
  },
  ioredis: {
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: ATTEMPTS_PER_COMMAND,
    retryStrategy: backOff,
  },
  glide: {
    /** 250 ms by default, which counts what is on its way too. */
    requestTimeout: LONGEST_QUEUE_MS,
    /** 20, 40, 80, 160, 320 ms and so on with that; the last one is repeated for ever. */
    connectionBackoff: { numberOfRetries: 5, factor: 20, exponentBase: 2 },
    readFrom: 'primary',
  },
} as const

interface Client {
  readonly options?: {
    readonly socket?: { readonly reconnectStrategy?: unknown }
    readonly retryStrategy?: unknown
    readonly maxRetriesPerRequest?: unknown
    readonly scaleReads?: unknown
  }
  listenerCount?(event: 'error'): number
}

const NEVER_AGAIN = 'never connects again once its connection is lost'

/** What a store would suffer from, by the client's own options. Wrappers may show none. */
const UNSAFE: readonly (readonly [what: string, is: (client: Client) => boolean])[] = [
  [
    "has no listener for 'error': a lost connection ends the process; add client.on('error', …)",
    (client) => offersNodeRedis(client) && client.listenerCount?.('error') === 0,
  ],
  [
    `${NEVER_AGAIN}: socket.reconnectStrategy is false`,
    ({ options }) => options?.socket?.reconnectStrategy === false,
  ],
  [`${NEVER_AGAIN}: retryStrategy is null`, ({ options }) => options?.retryStrategy === null],
  [
    'lets commands wait for a connection without end: maxRetriesPerRequest is null',
    ({ options }) => options?.maxRetriesPerRequest === null,
  ],
  [
    "reads from replicas, where somebody who has just signed out may be signed in: scaleReads is not 'master'",
    ({ options }) => options?.scaleReads !== undefined && options.scaleReads !== 'master',
  ],
]

function offersNodeRedis(client: object): boolean {
  return 'sendCommand' in client && 'isOpen' in client
}

/**
 * node-redis 6 sets its prefix before the keys of its own methods, not of commands as a store sends
 * them: two applications that are kept apart by it alone would share their sessions.
 *
 * @throws {OptionError}
 */
export function refuseKeyPrefix(client: object): void {
  if ((client as { readonly _keyPrefix?: unknown })._keyPrefix === undefined) return
  const rule = 'must have no keyPrefix, which node-redis ignores here; option prefix is for that'
  throw new OptionError('client', rule)
}

/**
 * Tells of options that are known to hurt, once for a client, as process warnings. A moment later,
 * so that the listeners are there which follow the client's creation.
 */
export function warnOfUnsafeOptions(client: object): void {
  setImmediate(() => {
    for (const [what, is] of UNSAFE) {
      if (!is(client)) continue
      process.emitWarning(`the Redis client ${what} (see recommendedClientOptions)`, {
        type: 'SojournWarning',
        code: 'SOJOURN_CLIENT',
      })
    }
  }).unref()
}
