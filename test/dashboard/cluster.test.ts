import { Cluster } from 'ioredis'
import { createCluster } from 'redis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSessions } from '../../src/sessions.ts'
import type { RedisClient } from '../../src/store/redis/port.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { type Data, SECRET } from '../support/app.ts'
import { type RedisCluster, startCluster } from '../support/redis-cluster.ts'
import { operate, signIn, visit } from './asking.ts'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(async () => cluster.stop())

async function tryOut(client: RedisClient): Promise<void> {
  await Promise.all(cluster.nodes.map((node) => node.cli('flushall')))
  const options = { secret: SECRET, store: redisStore({ client }), storeTimeoutMs: 15_000 }
  const sessions = createSessions<Data>(options)
  for (let made = 0; made < 30; made++) await visit(sessions)
  for (let made = 0; made < 12; made++) await signIn(sessions, 'ada')
  expect(await Promise.all(cluster.nodes.map((node) => node.cli('dbsize')))).not.toContain(0)
  const { get, post } = operate(sessions)
  expect((await get()).words).toMatch(/^42 sessions 12 signed in, of 1 user id; 30 visitors/)
  expect((await get({ principal: 'ada' })).words).toContain('12 sessions')
  expect((await post({ principal: 'ada', reason: 'left' })).status).toBe(303)
  expect(await sessions.of('ada').list()).toEqual([])
}

test('the dashboard sees, and ends, what lies on every master of a cluster', async () => {
  const client = createCluster({ rootNodes: [{ url: cluster.nodes[0]?.url ?? '' }] })
  client.on('error', () => undefined)
  await client.connect()
  await tryOut(client).finally(() => client.destroy())
})

test('the same through ioredis', async () => {
  const client = new Cluster([cluster.nodes[0]?.url ?? ''])
  client.on('error', () => undefined)
  await tryOut(client).finally(() => client.disconnect())
})
