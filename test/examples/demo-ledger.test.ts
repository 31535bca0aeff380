import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureRedisServer } from '../../scripts/ensure-redis.ts'
import { type Demo, startDemo } from '../browser/demo-server.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { Shopper } from './shopper.ts'

const REASON = 'The till does not agree.'

let redis: RedisServer

beforeAll(async () => {
  ensureRedisServer()
  redis = await startRedis()
})

afterAll(async () => {
  await redis?.stop()
})

/** What the page's own form sends. */
async function end(who: Shopper, id: string) {
  const query = new URLSearchParams({ session: id, reason: REASON })
  const headers = { 'sec-fetch-site': 'same-origin' }
  return who.browser.get(`/ledger?${query.toString()}`, { method: 'POST', headers })
}

describe.each(['memory', 'redis'] as const)('the ledger on %s', (kind) => {
  let demo: Demo

  beforeAll(async () => {
    demo = await startDemo({ REDIS_URL: kind === 'redis' ? redis.url : '' })
  })

  afterAll(async () => {
    await demo?.[Symbol.asyncDispose]()
  })

  test('shows the owner all sessions, and lets them end one with a reason', async () => {
    const shopper = await new Shopper(demo).comeIn()
    const owner = await new Shopper(demo).signIn('owner', 'kettle')
    expect(await owner.page('/')).toContain('href="/ledger"')
    expect(await owner.page('/ledger')).toContain(shopper.id)
    expect((await end(owner, shopper.id)).status).toBe(303)
    expect(await shopper.page('/')).toContain(REASON)
  })

  test('is for the owner alone', async () => {
    const shopper = await new Shopper(demo).comeIn()
    const keeper = await new Shopper(demo).signIn('shopkeeper', 'saucer')
    for (const other of [new Shopper(demo), shopper, keeper]) {
      expect((await other.get('/ledger')).status).toBe(403)
      expect((await end(other, shopper.id)).status).toBe(403)
      expect(await other.page('/')).not.toContain('/ledger')
    }
    expect(await shopper.page('/')).not.toContain(REASON)
  })
})
