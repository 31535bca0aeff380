import { type Store, memoryStore } from 'sojourn'
import { redisStore } from 'sojourn/redis'
import { createClient } from 'redis'
import { expiryOf, textOf } from './record-text.ts'

/** What lies under one key, as a person with redis-cli would see it. */
export interface Stored {
  readonly text: string
  /** Milliseconds until the store drops it. */
  readonly ttlMs: number
}

export interface ShopStore {
  readonly name: string
  /** How what the panel shows relates to what is kept. */
  readonly note: string
  readonly store: Store
  /** A session, or the tombstone of one. For the panel only: an application has no need to look. */
  look(key: string): Promise<Stored | undefined>
  /** The members of a list of somebody's sessions. */
  lookAtList(key: string): Promise<readonly string[]>
  close(): void
}

export function shopStore(redisUrl: string | undefined): ShopStore {
  return redisUrl ? inRedis(redisUrl) : inMemory()
}

function inMemory(): ShopStore {
  const store = memoryStore()
  return {
    name: 'the memory of this process',
    note: 'kept as an object, and shown as the text that it would be in Redis',
    store,
    async look(key) {
      const kept = await store.read(key)
      if (typeof kept === 'string') return undefined
      return { text: textOf(kept), ttlMs: expiryOf(kept) - Date.now() }
    },
    lookAtList: async (key) => (await store.listed?.(key)) ?? [],
    close() {},
  }
}

/** The panel has a connection of its own: what the store sends stays what the library sends. */
function inRedis(url: string): ShopStore {
  const client = createClient({ url, disableOfflineQueue: true })
  // The store warns of the same trouble on its own connection.
  client.on('error', () => {})
  client.connect().catch(() => {})
  return {
    name: `Redis at ${new URL(url).host}`,
    note: 'as redis-cli GET shows it',
    store: redisStore({ url }),
    async look(key) {
      const [text, ttlMs] = await Promise.all([client.get(key), client.pTTL(key)])
      return text === null ? undefined : { text, ttlMs }
    },
    lookAtList: (key) => client.zRange(key, 0, -1),
    close() {
      if (client.isOpen) client.destroy()
    },
  }
}
