import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { StoreError } from '../../src/errors.ts'
import { openClient } from '../../src/store/redis/clients.ts'
import { ConnectingStore } from '../../src/store/redis/connecting-store.ts'
import { resolveConnection } from '../../src/store/redis/connection.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { expectedOf, fresh, recordOf, successor } from '../contract/records.ts'
import { freePort, NOBODYS_PORT, type RedisServer, startRedis } from '../support/redis-server.ts'
import { PACKAGES } from './packages.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => server.stop())

/** How many connections there are beside the one that asks. */
async function connections(): Promise<number> {
  const list = String(await server.cli('client', 'list', 'type', 'normal'))
  return list.trim().split('\n').length - 1
}

async function untilConnections(count: number): Promise<void> {
  await expect.poll(connections, { interval: 5, timeout: 1000 }).toBe(count)
}

describe.each(PACKAGES)('a store that connects with %s', (_, load) => {
  const connect = (settings: object) =>
    new ConnectingStore(resolveConnection(settings), undefined, load)

  test('connects at the first use, once for 50 first requests, and closes that', async () => {
    const store = connect({ url: server.url })
    expect(await connections()).toBe(0)
    const reads = Array.from({ length: 50 }, () => store.read(fresh('key')))
    expect(await Promise.all(reads)).toEqual(Array.from({ length: 50 }, () => 'absent'))
    expect(await connections()).toBe(1)
    await store.close()
    await untilConnections(0)
  })

  test('is closed for good: every operation is a StoreError, and it connects no more', async () => {
    const used = connect({ url: server.url })
    const record = recordOf(used)
    const key = fresh('key')
    await used.create(key, record)
    const unused = connect({ url: server.url })
    for (const store of [used, unused]) {
      await store.close()
      await store.close()
      const { familyHash } = record
      const operations = [
        store.read(key),
        store.create(key, record),
        store.replace(key, expectedOf(record), successor(record)),
        store.touch(key, { familyHash, edition: 0, at: 0, active: true, writeId: 'w' }),
        store.remove(key, null),
      ]
      const settled = await Promise.allSettled(operations)
      for (const outcome of settled) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StoreError) })
      }
    }
    await untilConnections(0)
  })

  test('lets operations in flight end when it is closed', async () => {
    const store = connect({ url: server.url })
    await store.read(fresh('key'))
    const reads = Array.from({ length: 20 }, () => store.read(fresh('key')))
    await store.close()
    expect(await Promise.all(reads)).toEqual(Array.from({ length: 20 }, () => 'absent'))
  })

  test('closed while it is still connecting, leaves no connection', async () => {
    const store = connect({ url: server.url })
    const read = store.read(fresh('key')).catch((error: unknown) => error)
    await store.close()
    const outcome = await read
    if (outcome !== 'absent') expect(outcome).toBeInstanceOf(StoreError)
    await untilConnections(0)
    await sleep(50)
    expect(await connections()).toBe(0)
  })

  test('closes while nothing answers where Redis should be', async () => {
    const store = connect({ host: '127.0.0.1', port: NOBODYS_PORT })
    const read = store.read(fresh('key')).catch((error: unknown) => error)
    await sleep(30)
    const startedAt = performance.now()
    await store.close()
    expect(performance.now() - startedAt).toBeLessThan(1000)
    expect(await read).toBeInstanceOf(StoreError)
  })

  test('uses the database and the Unix socket it is told', async () => {
    const store = connect({ path: server.socketPath, db: 7 })
    const key = fresh('key')
    await store.create(key, recordOf(store))
    const other = connect({ url: `unix://${server.socketPath}?db=7` })
    expect(await other.read(key)).toMatchObject({ id: expect.any(String) })
    const elsewhere = connect({ url: server.url })
    expect(await elsewhere.read(key)).toBe('absent')
    await Promise.all([store.close(), other.close(), elsewhere.close()])
  })

  test('logs in as the user it is told', async () => {
    await server.cli('acl', 'setuser', 'shop', 'on', '>pass word%', '~*', '+@all')
    const right = connect({ url: `redis://shop:pass%20word%25@127.0.0.1:${server.port}` })
    expect(await right.read(fresh('key'))).toBe('absent')
    await right.close()
  })

  test('makes a client that can be closed, also twice', async () => {
    const { client } = await openClient(resolveConnection({ url: server.url }), load)
    const store = redisStore({ client })
    expect(await store.read(fresh('key'))).toBe('absent')
    await client.close()
    await client.close()
    await untilConnections(0)
    await expect(store.read(fresh('key'))).rejects.toBeInstanceOf(StoreError)
  })
})

test('a store closes within three seconds when the server accepts and says nothing', async () => {
  const sockets = new Set<Socket>()
  const silent = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('data', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  const port = await freePort()
  silent.listen(port, '127.0.0.1')
  const stores = PACKAGES.map(
    ([, load]) =>
      new ConnectingStore(resolveConnection({ host: '127.0.0.1', port }), undefined, load),
  )
  const reads = stores.map(async (store) => store.read('key').catch((error: unknown) => error))
  await expect.poll(() => sockets.size, { interval: 5 }).toBe(stores.length)
  const startedAt = performance.now()
  await Promise.all(stores.map((store) => store.close()))
  expect(performance.now() - startedAt).toBeLessThan(3000)
  for (const outcome of await Promise.all(reads)) expect(outcome).toBeInstanceOf(StoreError)
  await expect.poll(() => sockets.size, { interval: 5 }).toBe(0)
  silent.close()
})
