import { type SessionRecord, type Store, memoryStore } from 'sojourn'
import { redisStore } from 'sojourn/redis'
import { createClient } from 'redis'

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
  /** For the panel only: an application has no need to look. */
  look(key: string): Promise<Stored | undefined>
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
      const record = await store.read(key)
      if (typeof record === 'string' || 'ended' in record) return undefined
      return { text: textOf(record), ttlMs: expiryOf(record) - Date.now() }
    },
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
    close() {
      if (client.isOpen) client.destroy()
    },
  }
}

/** The memory store keeps objects. This is the text that the same record is in Redis. */
function textOf(record: SessionRecord): string {
  const { createdAt, deadline, data, flash = '' } = record
  const kinds = flash === '' ? 'text' : `text,text:${Buffer.byteLength(flash)}`
  const header = [
    'sojourn1',
    record.id,
    record.writes.join(','),
    record.familyHash,
    record.edition,
    record.promotedAt - createdAt,
    createdAt,
    record.touchedAt - createdAt,
    `${record.timeoutMs / 1000}+${record.touchIntervalMs / 1000}`,
    deadline === null ? '-' : deadline - createdAt,
    record.persistent ? 'p' : '-',
    record.csrfNonce || '-',
    record.principal ?? '-',
    kinds,
  ]
  return `${header.join(' ')}\n${String(data)}${String(flash)}`
}

function expiryOf({ touchedAt, timeoutMs, touchIntervalMs, deadline }: SessionRecord): number {
  return Math.min(touchedAt + timeoutMs + touchIntervalMs, deadline ?? Infinity)
}
