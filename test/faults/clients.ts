import { GlideClient, Logger } from '@valkey/valkey-glide'
import { ConnectingStore } from '../../src/store/redis/connecting-store.ts'
import type { LoadPackage } from '../../src/store/redis/clients.ts'
import { resolveConnection } from '../../src/store/redis/connection.ts'
import { recommendedClientOptions, redisStore } from '../../src/store/redis/redis-store.ts'
import type { Store } from '../../src/store/store.ts'
import { PACKAGES } from '../redis/packages.ts'

export interface Connected {
  readonly store: Store
  end(): Promise<void>
}

/** Connects to a Redis of this machine. */
export type Connect = (port: number) => Promise<Connected>

/** All clients there are, as the library makes them or recommends them. */
export const CLIENTS: readonly (readonly [name: string, connect: Connect])[] = [
  ...PACKAGES.map(([name, load]) => [name, connecting(load)] as const),
  ['GLIDE 2', connectGlide],
]

function connecting(load: LoadPackage): Connect {
  return async (port) => {
    const connection = resolveConnection({ host: '127.0.0.1', port })
    const store = new ConnectingStore(connection, undefined, load)
    await store.read('connecting')
    return { store, end: () => store.close() }
  }
}

async function connectGlide(port: number): Promise<Connected> {
  // Otherwise it prints every connection that is lost.
  Logger.init('off')
  const client = await GlideClient.createClient({
    addresses: [{ host: '127.0.0.1', port }],
    ...recommendedClientOptions.glide,
  })
  const store = redisStore({ client })
  await store.read('connecting')
  return { store, end: async () => client.close() }
}
