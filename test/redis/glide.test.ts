import { GlideClient, GlideClusterClient, Logger } from '@valkey/valkey-glide'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { StoreError } from '../../src/errors.ts'
import type { RedisClient } from '../../src/store/redis/port.ts'
import { recommendedClientOptions, redisStore } from '../../src/store/redis/redis-store.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET } from '../support/app.ts'
import { type RedisCluster, startCluster } from '../support/redis-cluster.ts'
import { startRedis } from '../support/redis-server.ts'
import { cookieOf } from '../support/timed.ts'

// Otherwise it prints every NOSCRIPT.
Logger.init('error')

function sessionsOn(client: RedisClient) {
  return createSessions<Data>({
    secret: SECRET,
    store: redisStore({ client }),
    storeTimeoutMs: 15_000,
  })
}

type Options = Parameters<typeof GlideClient.createClient>[0]
function to(port: number): Options {
  return { addresses: [{ host: '127.0.0.1', port }], ...recommendedClientOptions.glide }
}

test('what was on its way when a connection was lost is asked again', async () => {
  const server = await startRedis()
  const client = await GlideClient.createClient(to(server.port))
  onTestFinished(async () => {
    client.close()
    await server.stop()
  })
  const sessions = sessionsOn(client)
  const session = await sessions.open()
  session['n'] = 1
  const cookie = cookieOf((await sessions.commit(session)).setCookie)

  const again = await sessions.open(cookie)
  again['n'] = 2
  await server.cli('client', 'pause', '60000', 'write')
  const committing = sessions.commit(again)
  const waits = async () => /flags=b.*cmd=evalsha/.test(String(await server.cli('client', 'list')))
  while (!(await waits())) await new Promise(setImmediate)
  await server.cli('client', 'kill', 'type', 'normal')
  await server.cli('client', 'unpause')
  expect(await committing).toEqual({ outcome: 'saved' })
  expect(await sessions.open(cookie)).toMatchObject({ n: 2 })
})

describe('a cluster', () => {
  let cluster: RedisCluster
  let client: GlideClusterClient
  beforeAll(async () => {
    cluster = await startCluster()
    const options = to(cluster.nodes[0]?.port as number)
    client = await GlideClusterClient.createClient(options)
  }, 60_000)
  afterAll(async () => {
    client.close()
    await cluster.stop()
  })

  test('keeps sessions on every master, and their ends', async () => {
    const sessions = sessionsOn(client)
    for (let person = 0; person < 20; person++) {
      const session = await sessions.open()
      session['person'] = person
      await session.signIn(`person ${person}`, { keep: ['person'] })
      const cookie = cookieOf((await sessions.commit(session)).setCookie)
      const again = await sessions.open(cookie)
      expect([again['person'], again.principal]).toEqual([person, `person ${person}`])
      again['person'] = -1
      again.rotate()
      const later = cookieOf((await sessions.commit(again)).setCookie)
      expect((await sessions.open(later))['person']).toBe(-1)
      await sessions.of(`person ${person}`).revokeAll({ reason: 'closing time' })
      expect((await sessions.open(later)).ended?.reason).toBe('closing time')
    }
    const sizes = await Promise.all(cluster.nodes.map((node) => node.cli('dbsize')))
    for (const size of sizes) expect(size).toBeGreaterThan(0)
  })

  test('cannot be scanned, and says so', async () => {
    const first = sessionsOn(client).scan()[Symbol.asyncIterator]().next()
    await expect(first).rejects.toThrow(StoreError)
    await expect(sessionsOn(client).scan()[Symbol.asyncIterator]().next()).rejects.toThrow(
      'the client knows no server that it can ask',
    )
  })
})
