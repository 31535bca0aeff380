import { once } from 'node:events'
import { Cluster, Redis as Ioredis } from 'ioredis'
import { Redis as Ioredis5 } from 'ioredis5'
import { createClient } from 'redis'
import { createClient as createClient5 } from 'redis5'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { recommendedClientOptions, redisStore } from '../../src/store/redis/redis-store.ts'
import type { RedisClient } from '../../src/store/redis/port.ts'
import { fresh } from '../contract/records.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

const NOWHERE = { port: 1, lazyConnect: true } as const

/** The warnings that a store over this client gives. */
async function warningsFor(client: RedisClient): Promise<string[]> {
  const warnings: string[] = []
  const listen = ({ message }: Error) => warnings.push(message)
  process.on('warning', listen)
  redisStore({ client })
  redisStore({ client })
  const last = 'the last warning of this test'
  setImmediate(() => process.emitWarning(last))
  while (!warnings.includes(last)) await once(process, 'warning')
  process.off('warning', listen)
  return warnings.slice(0, warnings.indexOf(last))
}

function listening<C extends { on(event: 'error', listener: () => void): unknown }>(client: C): C {
  client.on('error', () => {})
  return client
}

const UNSAFE: Record<string, readonly [make: () => RedisClient, says: string]> = {
  'node-redis 6 without a listener': [() => createClient(), "has no listener for 'error'"],
  'node-redis 5 without a listener': [() => createClient5(), "has no listener for 'error'"],
  'node-redis that gives up': [
    () => listening(createClient({ socket: { reconnectStrategy: false } })),
    'never connects again once its connection is lost: socket.reconnectStrategy is false',
  ],
  'ioredis that gives up': [
    () => new Ioredis({ ...NOWHERE, retryStrategy: null }),
    'never connects again once its connection is lost: retryStrategy is null',
  ],
  'ioredis 6 whose commands wait for ever': [
    () => new Ioredis({ ...NOWHERE, maxRetriesPerRequest: null }),
    'lets commands wait for a connection without end',
  ],
  'ioredis 5 whose commands wait for ever': [
    () => new Ioredis5({ ...NOWHERE, maxRetriesPerRequest: null }),
    'lets commands wait for a connection without end',
  ],
  'an ioredis cluster that reads from replicas': [
    () => new Cluster([NOWHERE], { lazyConnect: true, scaleReads: 'slave' }),
    'reads from replicas',
  ],
}

test.each(Object.entries(UNSAFE))('%s is warned of, once', async (_, [make, says]) => {
  const warnings = await warningsFor(make())
  expect(warnings).toEqual([expect.stringContaining(`the Redis client ${says}`)])
})

const SAFE: Record<string, () => RedisClient> = {
  'node-redis 6': () => listening(createClient()),
  'node-redis 5': () => listening(createClient5()),
  'node-redis with what is recommended': () =>
    listening(createClient(recommendedClientOptions.nodeRedis)),
  'ioredis 6': () => new Ioredis(NOWHERE),
  'ioredis 5': () => new Ioredis5(NOWHERE),
  'ioredis with what is recommended': () =>
    new Ioredis({ ...NOWHERE, ...recommendedClientOptions.ioredis }),
  'an ioredis cluster': () => new Cluster([NOWHERE], { lazyConnect: true }),
  'a wrapper that shows no options': () => ({ sendCommand: async () => null }),
}

test.each(Object.entries(SAFE))('%s is not', async (_, make) => {
  expect(await warningsFor(make())).toEqual([])
})

describe('what is recommended', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(async () => server.stop())

  test('is what node-redis takes', async () => {
    const client = listening(
      createClient({ url: server.url, ...recommendedClientOptions.nodeRedis }),
    )
    await client.connect()
    onTestFinished(() => client.destroy())
    expect(await redisStore({ client }).read(fresh('key'))).toBe('absent')
  })

  test('is what ioredis takes', async () => {
    const client = new Ioredis(server.url, recommendedClientOptions.ioredis)
    onTestFinished(() => client.disconnect())
    expect(await redisStore({ client }).read(fresh('key'))).toBe('absent')
  })
})
