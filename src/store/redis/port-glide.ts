import type { Argument, Port } from './port.ts'

/** A client of the package `@valkey/valkey-glide`, 2: GlideClient or GlideClusterClient. */
export interface GlideClient {
  customCommand(...args: never[]): Promise<unknown>
}

interface Glide {
  customCommand(command: readonly Argument[], options: Options): Promise<unknown>
  /** A cluster's has it. */
  fcallWithRoute?: unknown
}

interface Options {
  /** Bulk strings as Buffers. */
  readonly decoder: 0
  /** Where to, in a cluster: never to a replica, which may not have heard of a sign-out yet. */
  readonly route?: { readonly type: 'primarySlotKey'; readonly key: string }
}

export function glidePort(client: Glide): Port {
  function send(key: string, command: readonly Argument[]): Promise<unknown> {
    const route = { type: 'primarySlotKey', key } as const
    return client.customCommand(command, { decoder: 0, route }).catch(asReplied)
  }
  function scan(args: readonly string[]): Promise<unknown> {
    return client.customCommand(['scan', ...args], { decoder: 0 })
  }
  return {
    get: (key) => send(key, ['get', key]),
    send: (verb, key, args) => send(key, [verb, ...args]),
    // It does not tell which masters a cluster has.
    servers: () => (client.fcallWithRoute === undefined ? [scan] : []),
    keyPrefix: '',
    losses: 0,
  }
}

/** GLIDE has words of its own for some errors that Redis answers. */
function asReplied(error: unknown): never {
  const { message } = error as Error
  throw message.includes('NoScriptError') ? new Error('NOSCRIPT', { cause: error }) : error
}
