import { Redis as Ioredis } from 'ioredis'
import { Redis as Ioredis5 } from 'ioredis5'
import { createClient, createClientPool } from 'redis'
import { createClient as createClient5, createClientPool as createClientPool5 } from 'redis5'
import { afterAll, beforeAll } from 'vitest'

import type { RedisClient } from '../../src/store/redis/port.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import type { Store } from '../../src/store/store.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { describeStoreContract } from './store-contract.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => server.stop())

const expiryAt = async (key: string) => Number(await server.cli('pexpiretime', key))

interface Made {
  readonly client: RedisClient
  readonly end: () => unknown
}

const CLIENTS: Record<string, () => Promise<Made>> = {
  'node-redis 6': async () => {
    const client = await createClient({ url: server.url }).connect()
    return { client, end: () => client.close() }
  },
  'node-redis 6 over RESP2': async () => {
    const client = await createClient({ url: server.url, RESP: 2 }).connect()
    return { client, end: () => client.close() }
  },
  'node-redis 6, a pool': async () => {
    const client = createClientPool({ url: server.url })
    await client.connect()
    return { client, end: () => client.close() }
  },
  'node-redis 5': async () => {
    const client = await createClient5({ url: server.url }).connect()
    return { client, end: () => client.close() }
  },
  'node-redis 5, a pool': async () => {
    const client = createClientPool5({ url: server.url })
    await client.connect()
    return { client, end: () => client.close() }
  },
  'ioredis 6': async () => {
    const client = new Ioredis(server.port)
    return { client, end: () => client.quit() }
  },
  'ioredis 6 with auto-pipelining and friendly stacks': async () => {
    const options = { enableAutoPipelining: true, showFriendlyErrorStack: true }
    const client = new Ioredis(server.port, options)
    return { client, end: () => client.quit() }
  },
  'ioredis 5': async () => {
    const client = new Ioredis5(server.port)
    return { client, end: () => client.quit() }
  },
  'ioredis 5 with auto-pipelining': async () => {
    const client = new Ioredis5(server.port, { enableAutoPipelining: true })
    return { client, end: () => client.quit() }
  },
}

for (const [name, make] of Object.entries(CLIENTS)) {
  describeStoreContract(`redisStore over ${name}`, async () => {
    const { client, end } = await make()
    return { store: redisStore({ client }), expiryAt, end: async () => void (await end()) }
  })
}

describeStoreContract('redisStore from a url', async () => {
  const store = redisStore({ url: server.url })
  return { store, expiryAt, end: async () => store.close?.() }
})

describeStoreContract('redisStore over a Unix socket', async () => {
  const store = redisStore({ path: server.socketPath, db: 3 })
  const reader = await createClient({ url: `${server.url}/3` }).connect()
  const expiryAt = async (key: string) => Number(await reader.sendCommand(['pexpiretime', key]))
  const end = async () => {
    reader.destroy()
    await store.close?.()
  }
  return { store, expiryAt, end }
})

describeStoreContract('redisStore with a client chosen per request', async () => {
  const client = await createClient({ url: server.url }).connect()
  const store = redisStore({ client: (_request: { tenant: string }) => client })
  const bound = await (store.for as NonNullable<Store['for']>)({ tenant: 'a' })
  return { store: bound, expiryAt, end: async () => client.close() }
})
