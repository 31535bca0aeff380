import { readFileSync } from 'node:fs'
import { Cluster } from 'ioredis'
import { createClient, createClientPool, createCluster } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { startFaultProxy } from '../support/fault-proxy.ts'
import { freePort, type RedisServer, startRedis } from '../support/redis-server.ts'
import { watching } from '../support/watching.ts'
import { sessionsOn, stored, subscribers, untilReadOften, untilTold } from './watching-redis.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
beforeEach(async () => void (await server.cli('flushall')))
afterAll(async () => server.stop())

async function connected(url = server.url) {
  const client = await createClient({ url }).connect()
  client.on('error', () => {})
  onTestFinished(() => client.destroy())
  return client
}

describe('watches', () => {
  test('go on when Redis was restarted: sessions that did not come back have ended', async () => {
    const port = await freePort()
    let own = await startRedis({ port })
    onTestFinished(() => own.stop())
    const sessions = sessionsOn(redisStore({ url: own.url }))
    const { id } = await stored(sessions)
    const told = watching(sessions, id)
    await untilTold(own)
    await own.stop()
    const failing = await sessions.open('sid=x').then(() => performance.now())
    await expect.poll(() => performance.now() - failing).toBeGreaterThan(600)
    expect(told.ends).toEqual([])
    own = await startRedis({ port })
    const backAt = performance.now()
    expect(await told.once()).toEqual({ id, reason: 'ended' })
    expect(told.at - backAt).toBeLessThan(2500)
    const next = await stored(sessions)
    const again = watching(sessions, next.id)
    await untilTold(own)
    await next.end()
    expect(await again.once(1000)).toEqual({ id: next.id, reason: 'ended' })
  })

  test('end within three seconds while Redis is away, and leave nothing behind', async () => {
    const port = await freePort()
    let own = await startRedis({ port })
    onTestFinished(() => own.stop())
    const sessions = sessionsOn(redisStore({ url: own.url }))
    watching(sessions, (await stored(sessions)).id)
    await untilTold(own)
    await own.stop()
    const closedAt = performance.now()
    await sessions.close()
    expect(performance.now() - closedAt).toBeLessThan(3000)
    own = await startRedis({ port })
    const others = async () =>
      String(await own.cli('client', 'list'))
        .trim()
        .split('\n').length - 1
    const backAt = performance.now()
    await expect.poll(() => performance.now() - backAt, { timeout: 2000 }).toBeGreaterThan(700)
    expect(await others()).toBe(0)
  })

  const ACL = '+get +evalsha +eval +set +del +time'
  test.each([
    ['nothing about channels', `resetchannels -@all ${ACL}`],
    ['to subscribe and not to publish', `allchannels -@all ${ACL} +subscribe +unsubscribe`],
    ['to publish and not to subscribe', `allchannels -@all ${ACL} +publish`],
    ['other channels only', `resetchannels &other:* +@all`],
  ])('hear within a second where the permissions are: %s', async (_, permissions) => {
    const [user, url] = ['nobody', `redis://nobody:a-long-password@127.0.0.1:${server.port}`]
    const rules = ['on', '>a-long-password', 'resetkeys', '~session:*', ...permissions.split(' ')]
    await server.cli('acl', 'setuser', user, 'reset', ...rules)
    const sessions = sessionsOn(redisStore({ url }))
    const session = await stored(sessions)
    const told = watching(sessions, session.id)
    await untilReadOften(server)
    const endedAt = performance.now()
    await session.end()
    expect(await told.once()).toEqual({ id: session.id, reason: 'ended' })
    expect(told.at - endedAt).toBeLessThan(1000)
  })

  test('hear with the permissions that docs/redis.md names, and not with one less', async () => {
    const page = readFileSync(new URL('../../docs/redis.md', import.meta.url), 'utf8')
    const users = [...page.matchAll(/^ACL SETUSER shop (.*)$/gm)].map(([, rules]) => String(rules))
    const [base = ''] = users
    const more = users.find((rules) => rules.includes('+publish')) ?? ''
    const url = `redis://shop:a-long-password@127.0.0.1:${server.port}`
    await server.cli('acl', 'setuser', 'shop', 'reset', ...base.split(' '), ...more.split(' '))
    const sessions = sessionsOn(redisStore({ url }))
    const session = await stored(sessions)
    const told = watching(sessions, session.id)
    await untilTold(server)
    await session.end()
    expect(await told.once(1000)).toEqual({ id: session.id, reason: 'ended' })

    expect(more.split(' ')).toEqual(['&session:*', '+publish', '+subscribe', '+unsubscribe'])
    for (const command of ['publish', 'subscribe']) {
      await server.cli('acl', 'setuser', 'shop', `-${command}`)
      const other = sessionsOn(redisStore({ url }))
      const next = await stored(other)
      const again = watching(other, next.id)
      await untilReadOften(server)
      await next.end()
      await again.once()
      await server.cli('acl', 'setuser', 'shop', `+${command}`)
    }
  })

  test('hear of a session that is watched again at once, while another goes on', async () => {
    const sessions = sessionsOn(redisStore({ client: await connected() }))
    const [other, session] = [await stored(sessions), await stored(sessions)]
    watching(sessions, other.id)
    const first = sessions.watch(session.id, () => {})
    await untilTold(server)
    first()
    const told = watching(sessions, session.id)
    await untilTold(server)
    await session.end()
    expect(await told.once(1000)).toEqual({ id: session.id, reason: 'ended' })
  })

  test('are not deceived: a message ends nothing, and costs a read at most', async () => {
    const sessions = sessionsOn(redisStore({ client: await connected() }))
    const session = await stored(sessions)
    const told = watching(sessions, session.id)
    await untilTold(server)
    for (const message of ['ended', 'ended', 'earlier', '', 'beat forged', 'x'.repeat(10_000)]) {
      await server.cli('publish', `session:${session.id}`, message)
    }
    await expect.poll(async () => (await server.commandStats())['get'] ?? 0).toBeGreaterThan(0)
    await untilTold(server)
    expect(told.ends).toEqual([])
  })

  test('notice a connection that has died without a word', async () => {
    const proxy = await startFaultProxy(server.port)
    onTestFinished(() => proxy.close())
    const client = await connected(`redis://127.0.0.1:${proxy.port}`)
    const sessions = sessionsOn(redisStore({ client }))
    const session = await stored(sessions)
    const told = watching(sessions, session.id)
    await untilTold(server)
    expect(proxy.made).toBe(2)
    proxy.freeze(1)
    const endedAt = performance.now()
    await session.end()
    expect(await told.once()).toEqual({ id: session.id, reason: 'ended' })
    expect(told.at - endedAt).toBeLessThan(1200)
  })

  test.each([
    [
      'a pool',
      async () => {
        const pool = createClientPool({ url: server.url })
        onTestFinished(() => pool.destroy())
        return pool.connect()
      },
    ],
    [
      'a wrapper',
      async () => {
        const client = await connected()
        return {
          sendCommand: (...args: Parameters<typeof client.sendCommand>) =>
            client.sendCommand(...args),
        }
      },
    ],
  ])('over %s read often, and need no other connection', async (_, make) => {
    const sessions = sessionsOn(redisStore({ client: await make() }))
    const session = await stored(sessions)
    const told = watching(sessions, session.id)
    await untilReadOften(server)
    expect(await subscribers(server)).toBe(0)
    const endedAt = performance.now()
    await session.end()
    await told.once()
    expect(told.at - endedAt).toBeLessThan(1000)
  })

  test('of a client chosen per request say for which; a function that fails is asked again', async () => {
    const client = await connected()
    let failing = true
    const choose = () => {
      if (failing) throw new Error('no such tenant')
      return client
    }
    const session = await stored(sessionsOn(redisStore({ client })))
    const sessions = sessionsOn(redisStore({ client: choose }))
    expect(() => sessions.watch(session.id, () => {})).toThrow(UsageError)
    expect(() => sessions.watch(session.id, () => {})).toThrow(/pass \{ request \}/)
    const told = watching(sessions, session.id, { request: {} })
    const left = watching(sessions, session.id, { request: {} })
    left.unsubscribe()
    failing = false
    await session.end()
    expect(await told.once()).toEqual({ id: session.id, reason: 'ended' })
    expect(left.ends).toEqual([])
  })

  test.each([
    [
      'node-redis',
      async (port: number) => {
        const cluster = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${port}` }] })
        onTestFinished(() => cluster.destroy())
        return cluster.connect()
      },
    ],
    [
      'ioredis',
      async (port: number) => {
        const cluster = new Cluster([{ host: '127.0.0.1', port }])
        onTestFinished(() => cluster.disconnect())
        return cluster
      },
    ],
  ])('over a cluster read often, with %s', async (_, make) => {
    const cluster = await startRedis({
      args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'],
    })
    onTestFinished(() => cluster.stop())
    await cluster.cli('cluster', 'addslotsrange', '0', '16383')
    const state = async () => cluster.cli('cluster', 'info')
    await expect.poll(state, { timeout: 10_000 }).toContain('cluster_state:ok')
    const sessions = sessionsOn(redisStore({ client: await make(cluster.port) }))
    const session = await stored(sessions)
    const told = watching(sessions, session.id)
    await untilReadOften(cluster)
    expect(await subscribers(cluster)).toBe(0)
    const endedAt = performance.now()
    await session.end()
    expect(await told.once()).toEqual({ id: session.id, reason: 'ended' })
    expect(told.at - endedAt).toBeLessThan(1000)
  })
})
