import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'

import { Redis as Ioredis } from 'ioredis'
import { Redis as Ioredis5 } from 'ioredis5'
import { createClient } from 'redis'
import { createClient as createClient5 } from 'redis5'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { StoreError } from '../../src/errors.ts'
import { storeFailure } from '../../src/store/redis/failure.ts'
import { type RedisClient, redisStore } from '../../src/store/redis/redis-store.ts'
import type { Store } from '../../src/store/store.ts'
import { expectedOf, fresh, recordOf, successor } from '../contract/records.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

const SECRET = 'session-data-nobody-may-see'
const PASSWORD = 'hunter2-of-the-shop'

/** What can go wrong in the server, and how to bring it about. */
const TROUBLES: Record<string, readonly string[]> = {
  'EVALSHA is not there': ['--rename-command', 'EVALSHA', ''],
  'EVAL is not there': ['--rename-command', 'EVAL', ''],
  'SET is not there': ['--rename-command', 'SET', ''],
  'memory is full': ['--maxmemory', '1'],
  'it is a replica': ['--replicaof', '127.0.0.1 1'],
  'there are not enough replicas': ['--min-replicas-to-write', '3'],
  'it wants a password': ['--requirepass', PASSWORD],
}

const IOREDIS5 = { showFriendlyErrorStack: true, maxRetriesPerRequest: 0 }

const CLIENTS: Record<string, (port: number) => { client: RedisClient; end: () => void }> = {
  'node-redis 6': (port) => nodeRedis(createClient({ socket: { port } })),
  'node-redis 5': (port) => nodeRedis(createClient5({ socket: { port } })),
  'ioredis 6': (port) => ioredis(new Ioredis(port, { maxRetriesPerRequest: 0 })),
  'ioredis 5': (port) => ioredis(new Ioredis5(port, IOREDIS5)),
}

interface Connectable {
  on(event: string, listener: () => void): unknown
  connect(): Promise<unknown>
  destroy(): void
}

function nodeRedis<C extends RedisClient & Connectable>(client: C) {
  client.on('error', () => {})
  client.connect().catch(() => {})
  return { client, end: () => client.destroy() }
}

function ioredis<C extends RedisClient & { disconnect(): void }>(
  client: C & { on(event: string, listener: () => void): unknown },
) {
  client.on('error', () => {})
  return { client, end: () => client.disconnect() }
}

/** All that somebody could see of an error. */
function everything(error: Error): string {
  return inspect(error, { depth: Infinity, showHidden: true }) + JSON.stringify(error)
}

async function failuresOf(store: Store): Promise<StoreError[]> {
  const key = fresh('key')
  const record = recordOf(store, { data: SECRET, principal: SECRET })
  const { familyHash } = record
  const touch = { familyHash, edition: 0, at: record.touchedAt, active: true, writeId: SECRET }
  const outcomes = await Promise.allSettled([
    store.read(key),
    store.create(key, record),
    store.replace(key, expectedOf(record), successor(record, { data: SECRET })),
    store.touch(key, touch),
    store.remove(key, SECRET),
  ])
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
}

function expectNoData(errors: StoreError[]): void {
  expect(errors).not.toHaveLength(0)
  for (const error of errors) {
    expect(error).toBeInstanceOf(StoreError)
    expect(error.status).toBe(503)
    const seen = everything(error)
    expect(seen).not.toContain(SECRET)
    expect(seen).not.toContain(SECRET.slice(0, 12))
    expect(seen).not.toContain(PASSWORD)
    expect(seen).not.toContain('sojourn1')
  }
}

describe.each(Object.entries(TROUBLES))('when %s', (_, args) => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis({ args })
  })
  afterAll(async () => server.stop())

  test.each(Object.entries(CLIENTS))(
    'THREATS T12: errors over %s show no data',
    async (_, connect) => {
      const { client, end } = connect(server.port)
      expectNoData(await failuresOf(redisStore({ client })))
      end()
    },
  )
})

test.each(Object.entries(CLIENTS))(
  'THREATS T12: errors of lost connections over %s',
  async (_, connect) => {
    const server = await startRedis()
    const { client, end } = connect(server.port)
    const store = redisStore({ client })
    await store.read(fresh('key'))
    server.pause()
    const failures = failuresOf(store)
    await sleep(20)
    await server.stop()
    end()
    expectNoData(await failures)
  },
)

test('THREATS T12: a wrong password is not shown', async () => {
  const server = await startRedis({ args: ['--requirepass', 'right'] })
  const store = redisStore({ url: `redis://:${PASSWORD}@127.0.0.1:${server.port}` })
  const warned = once(process, 'warning')
  const failures = failuresOf(store)
  const [warning] = (await warned) as [Error]
  expect(warning.message).toMatch(/^session store, client: .*WRONGPASS/)
  expect(everything(warning)).not.toContain(PASSWORD)
  await store.close?.()
  expectNoData(await failures)
  await server.stop()
})

describe('what is kept of an error', () => {
  test('is its name, its code and its message', () => {
    const foreign = Object.assign(new TypeError('connect ECONNREFUSED 127.0.0.1:6379'), {
      code: 'ECONNREFUSED',
      command: { name: 'set', args: [SECRET] },
      args: [SECRET],
      cause: new Error(SECRET),
    })
    const { message, operation, cause } = storeFailure('create', foreign) as StoreError
    expect(operation).toBe('create')
    expect(message).toContain('ECONNREFUSED')
    expect(cause).toMatchObject({
      name: 'TypeError',
      code: 'ECONNREFUSED',
      message: 'connect ECONNREFUSED 127.0.0.1:6379',
    })
    expect(everything(cause as Error)).not.toContain(SECRET)
  })

  test('THREATS T12: is never the arguments that Redis quotes', () => {
    const quoting = new Error(`ERR unknown command 'X', with args beginning with: '1' '${SECRET}`)
    expect(everything(storeFailure('touch', quoting))).not.toContain(SECRET)
  })

  test('is what each address said, where a host has several', () => {
    const each = ['::1', '127.0.0.1'].map((host) => new Error(`connect ECONNREFUSED ${host}:1`))
    const { message } = storeFailure('read', new AggregateError(each))
    expect(message).toContain('connect ECONNREFUSED ::1:1; connect ECONNREFUSED 127.0.0.1:1')
  })

  test('is little of a long message, and nothing of what is no error', () => {
    expect(storeFailure('read', new Error('x'.repeat(9999))).message.length).toBeLessThan(300)
    expect(everything(storeFailure('read', { data: SECRET }))).not.toContain(SECRET)
    expect(everything(storeFailure('read', SECRET))).not.toContain(SECRET)
  })
})
