import { createRequire } from 'node:module'
import { GlideClient, Logger } from '@valkey/valkey-glide'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { randomWriteId } from '../../src/cookie/random.ts'
import { recordBytes } from '../../test/support/record-bytes.ts'
import { encode } from '../../src/record/serialize.ts'
import type { RedisClient } from '../../src/store/redis/port.ts'
import { recommendedClientOptions, redisStore } from '../../src/store/redis/redis-store.ts'
import { expectedOf } from '../../src/store/store.ts'
import type { RedisServer } from '../../test/support/redis-server.ts'
import { account } from '../http/account.ts'
import type { Part } from './compare.ts'
import { recordOf } from './sample.ts'

const require = createRequire(import.meta.url)
const { createClient: createClient5 } = require('redis5') as { createClient: typeof createClient }
const { Redis: Redis5 } = require('ioredis5') as { Redis: typeof Redis }

/** A client, and its own way to get and to set. */
interface Bare {
  readonly client: RedisClient
  readonly get: (key: string) => Promise<unknown>
  readonly set: (key: string, value: string, seconds: number) => Promise<unknown>
  close(): unknown
}

/** As their users get them, with the options that the library recommends. */
const CLIENTS: Readonly<Record<string, (redis: RedisServer) => Promise<Bare>>> = {
  'node-redis 6': (redis) => nodeRedis(createClient, redis),
  'node-redis 5': (redis) => nodeRedis(createClient5, redis),
  'ioredis 6': (redis) => ioredis(Redis, redis),
  'ioredis 5': (redis) => ioredis(Redis5, redis),
  GLIDE: glide,
}

async function nodeRedis(create: typeof createClient, { url }: RedisServer): Promise<Bare> {
  const client = create({ url, ...recommendedClientOptions.nodeRedis })
  client.on('error', () => {})
  await client.connect()
  return {
    client,
    get: (key) => client.get(key),
    set: (key, value, seconds) => client.set(key, value, { EX: seconds }),
    close: () => client.destroy(),
  }
}

async function ioredis(Client: typeof Redis, { url }: RedisServer): Promise<Bare> {
  const client = new Client(url, recommendedClientOptions.ioredis)
  client.on('error', () => {})
  return {
    client,
    get: (key) => client.get(key),
    set: (key, value, seconds) => client.set(key, value, 'EX', seconds),
    close: () => client.disconnect(),
  }
}

async function glide({ port }: RedisServer): Promise<Bare> {
  Logger.init('error')
  const addresses = [{ host: '127.0.0.1', port }]
  const client = await GlideClient.createClient({ addresses, ...recommendedClientOptions.glide })
  return {
    client,
    get: (key) => client.get(key),
    set: (key, value, seconds) => client.customCommand(['SET', key, value, 'EX', `${seconds}`]),
    close: () => client.close(),
  }
}

export interface StoreParts {
  readonly parts: readonly Part[]
  /** Ends the clients. */
  readonly close: () => void
}

export async function storeParts(redis: RedisServer): Promise<StoreParts> {
  const parts: Part[] = []
  const bares: Bare[] = []
  for (const [name, open] of Object.entries(CLIENTS)) {
    const bare = await open(redis)
    bares.push(bare)
    parts.push(...(await partsOf(name, bare)))
  }
  return { parts, close: () => bares.forEach((bare) => void bare.close()) }
}

const AT_ONCE = 10

async function partsOf(name: string, { client, get, set }: Bare): Promise<Part[]> {
  const store = redisStore({ client })
  await store.measureClock?.()
  const first = { ...recordOf(encode(account()), store.now()), id: name.replace(' ', '-') }
  const text = recordBytes(first).toString()
  const key = (of: string) => `${of}:${first.id}`
  await set(key('bare'), text, 1200)
  const records = Array.from({ length: AT_ONCE }, (_, at) => ({
    ...first,
    id: `${first.id}-${at}`,
  }))
  for (const record of records) await store.create(`ours:${record.id}`, record)
  let turn = 0
  async function replace(): Promise<void> {
    const at = turn++ % AT_ONCE
    const record = records[at] as typeof first
    const next = { ...record, writes: [randomWriteId(), ...record.writes].slice(0, 8) }
    records[at] = next
    const { status } = await store.replace(`ours:${record.id}`, expectedOf(record), next)
    if (status !== 'replaced') throw new Error(`${name} answers ${status}`)
  }
  return [
    {
      name: `${name}, read`,
      calls: 200,
      atOnce: AT_ONCE,
      works: { GET: () => get(key('bare')), Sojourn: () => store.read(`ours:${records[0]?.id}`) },
    },
    {
      name: `${name}, write`,
      calls: 200,
      atOnce: AT_ONCE,
      works: { SET: () => set(key('bare'), text, 1200), Sojourn: replace },
    },
  ]
}
