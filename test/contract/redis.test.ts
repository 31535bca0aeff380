import { GlideClient } from '@valkey/valkey-glide'
import { Redis as Ioredis } from 'ioredis'
import { Redis as Ioredis5 } from 'ioredis5'
import { createClient, createClientPool } from 'redis'
import { createClient as createClient5, createClientPool as createClientPool5 } from 'redis5'
import { afterAll, beforeAll, describe } from 'vitest'

import type { RedisClient } from '../../src/store/redis/port.ts'
import { recommendedClientOptions, redisStore } from '../../src/store/redis/redis-store.ts'
import type { Store } from '../../src/store/store.ts'
import type { StoreFixture } from '../../src/testing/testing.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { describeStoreContract } from './store-contract.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => server.stop())

const FOREIGN = '{"cookie":{"path":"/"}}'

function fixture(store: Store): StoreFixture {
  return {
    store,
    expiryAt: async (key) => Number(await server.cli('pexpiretime', key)),
    putForeign: (key) => server.cli('set', key, FOREIGN),
  }
}

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
  GLIDE: async () => {
    const addresses = [{ host: '127.0.0.1', port: server.port }]
    const client = await GlideClient.createClient({ addresses, ...recommendedClientOptions.glide })
    return { client, end: () => client.close() }
  },
}

for (const [name, make] of Object.entries(CLIENTS)) {
  describe.concurrent(name, () => {
    let made: Made
    beforeAll(async () => {
      made = await make()
    })
    afterAll(async () => void (await made.end()))

    describeStoreContract('redisStore', () => fixture(redisStore({ client: made.client })))
  })
}

describeStoreContract('redisStore from a url', () => fixture(redisStore({ url: server.url })))

describeStoreContract('redisStore over a Unix socket', async () => {
  const store = redisStore({ path: server.socketPath, db: 3 })
  const reader = await createClient({ url: `${server.url}/3` }).connect()
  return {
    store,
    expiryAt: async (key) => Number(await reader.sendCommand(['pexpiretime', key])),
    putForeign: (key) => reader.set(key, FOREIGN),
    async end() {
      reader.destroy()
      await store.close?.()
    },
  }
})

describe.concurrent('a client chosen per request', () => {
  let made: Made
  beforeAll(async () => {
    made = await (CLIENTS['node-redis 6'] as () => Promise<Made>)()
  })
  afterAll(async () => void (await made.end()))

  describeStoreContract('redisStore', () => {
    const clients: Record<string, RedisClient> = { a: made.client }
    const client = ({ tenant }: { tenant: string }) => clients[tenant] as RedisClient
    return { ...fixture(redisStore({ client })), request: { tenant: 'a' } }
  })
})
