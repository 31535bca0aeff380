import { createCluster } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { SECRET } from '../support/app.ts'
import { type RedisCluster, startCluster, startNode } from '../support/redis-cluster.ts'
import { type Ran, useCommandLine } from './command-line.ts'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(async () => cluster.stop())
beforeEach(async () => {
  await Promise.all(cluster.nodes.map((node) => node.cli('flushall')))
})

const url = () => ({ REDIS_URL: cluster.nodes[1]?.url ?? '' })

/** Signs in through a cluster client, as an application would; answers the ids. */
async function signInTimes(times: number): Promise<string[]> {
  const client = createCluster({ rootNodes: [{ url: cluster.nodes[0]?.url }] })
  await client.connect()
  try {
    const sessions = createSessions({
      secret: SECRET,
      store: redisStore({ client }),
      storeTimeoutMs: 15_000,
    })
    const ids: string[] = []
    for (let time = 0; time < times; time++) {
      const session = await sessions.open()
      await session.signIn('ada')
      await sessions.commit(session)
      ids.push(session.id)
    }
    return ids.toSorted()
  } finally {
    client.destroy()
  }
}

function idsIn(found: unknown): string[] {
  return (found as { sessions: { id: string }[] }).sessions.map(({ id }) => id).toSorted()
}

describe.each(['redis', 'ioredis'] as const)('on a cluster of three masters, with %s', (client) => {
  const { sojourn, json, start } = useCommandLine(client)

  it('lists, shows, counts and revokes what lies on every master', async () => {
    // Enough that no master is left out, whatever their ids are.
    const ids = await signInTimes(40)
    const sizes = await Promise.all(cluster.nodes.map((node) => node.cli('dbsize')))
    expect(sizes).not.toContain(0)
    expect(idsIn(await json(['ls'], url()))).toEqual(ids)
    expect(idsIn(await json(['ls', '--principal', 'ada'], url()))).toEqual(ids)
    expect(await json(['stats'], url())).toMatchObject({
      sessions: { all: 40 },
      others: { list: 1 },
    })
    expect((await sojourn(['show', String(ids[0])], url())).code).toBe(0)
    const revoked = await json(['revoke', '--principal', 'ada', '--reason', 'left'], url())
    expect((revoked as { revoked: string[] }).revoked.toSorted()).toEqual(ids)
    expect(await json(['stats'], url())).toMatchObject({
      sessions: { all: 0 },
      others: { ended: 40 },
    })
  })

  it('watches every master over one of them', async () => {
    const ids = await signInTimes(6)
    const watching = start(['watch', '--limit', '6', '--json'], url())
    await watching.until('stderr', /watching session:\*/)
    await sojourn(['revoke', '--principal', 'ada', '--reason', 'left'], url())
    const printed = await watching.until('stdout', /(.*\n){6}/)
    const events = printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string })
    expect(events.map(({ id }) => id).toSorted()).toEqual(ids)
    expect(events).toMatchObject(ids.map(() => ({ event: 'ended', reason: 'left' })))
    expect((await watching.ended).code).toBe(0)
  })

  it('checks every master, and says alike findings once', async () => {
    await cluster.nodes[2]?.cli('config', 'set', 'maxmemory-policy', 'allkeys-lru')
    const ran: Ran = await sojourn(['doctor'], url())
    await cluster.nodes[2]?.cli('config', 'set', 'maxmemory-policy', 'noeviction')
    expect(ran.code).toBe(1)
    expect(ran.stdout).toContain('A cluster with 3 masters')
    expect(ran.stdout.match(/^.{4} {2}version/gm)).toHaveLength(1)
    expect(ran.stdout).toContain(`127.0.0.1:${cluster.nodes[2]?.port}: allkeys-lru`)
    expect(ran.stdout).toMatch(/^ok {4}accounts/m)
    const left = await Promise.all(cluster.nodes.map((node) => node.cli('dbsize')))
    expect(left).toEqual([0, 0, 0])
  })

  it('ends with 1 where no slots are given out, or a master is away', async () => {
    const empty = await startNode()
    const halved = await startCluster(2)
    try {
      const [here, away] = halved.nodes
      await away?.stop()
      const [ofEmpty, ofHalved] = await Promise.all(
        [empty, here].map((node) => sojourn(['ls'], { REDIS_URL: node?.url ?? '' })),
      )
      expect(ofEmpty).toMatchObject({ code: 1, stderr: expect.stringContaining('no slots yet') })
      const words = `no connection to 127.0.0.1:${away?.port}`
      expect(ofHalved).toMatchObject({ code: 1, stderr: expect.stringContaining(words) })
    } finally {
      await Promise.all([empty.stop(), halved.stop()])
    }
  })
})
