import { Redis as Ioredis } from 'ioredis'
import { createClient } from 'redis'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { scripts } from '../../src/store/redis/scripts.generated.ts'
import { createSessions } from '../../src/sessions.ts'
import type { Store } from '../../src/store/store.ts'
import { type MakeStore, storeConformance } from '../../src/testing/testing.ts'
import { blocksOf } from '../docs/blocks.ts'
import { type Data, SECRET } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'

const redis = useRedis()

/** What the store contract says of a store, each case that it does not pass. */
async function failures(makeStore: MakeStore): Promise<string[]> {
  const cases = storeConformance(makeStore)
  const results = await Promise.allSettled(cases.map(({ run }) => run()))
  return results.flatMap((result, at) =>
    result.status === 'rejected' ? [`${cases[at]?.name}: ${String(result.reason)}`] : [],
  )
}

const PREFIX = 'session:'

/** The contract picks its own keys; these permissions are for keys of sessions. */
function prefixed(store: Store): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (first: unknown, ...rest: unknown[]): unknown =>
        value.call(target, typeof first === 'string' ? PREFIX + first : first, ...rest)
    },
  })
}

/** What is asked beyond the contract when somebody signs in on several devices. */
async function leadAccount(store: Store): Promise<string[]> {
  const sessions = createSessions<Data>({
    secret: SECRET,
    store,
    maxPerPrincipal: { limit: 3 },
    storeTimeoutMs: 10_000,
  })
  const visits = []
  for (let device = 0; device < 4; device++) {
    const session = await sessions.open()
    await session.signIn('ada')
    await sessions.commit(session)
    visits.push(session)
  }
  const ada = sessions.of('ada')
  const numbers = [(await ada.list()).length]
  const current = visits.at(-1) as (typeof visits)[0]
  const reason = 'the account was disabled'
  await ada.revoke(visits[1]?.id ?? '', { reason })
  await ada.revokeOthers(current, { reason })
  numbers.push((await ada.list()).length)
  await current.signOut()
  await ada.revokeAll({ reason })
  numbers.push((await ada.list()).length)
  return numbers.join() === '3,1,0' ? [] : [`sessions of one account: ${numbers.join()}`]
}

async function askEverything(store: Store): Promise<string[]> {
  return [...(await contractOf(store)), ...(await leadAccount(store))]
}

function contractOf(store: Store): Promise<string[]> {
  return failures(() => ({
    store: prefixed(store),
    expiryAt: async (key) => Number(await redis.server.cli('pexpiretime', PREFIX + key)),
    putForeign: (key) => redis.server.cli('set', PREFIX + key, '{"cookie":{}}'),
  }))
}

describe('a user of Redis with the permissions of docs/redis.md', () => {
  beforeAll(async () => {
    for (const block of blocksOf('docs/redis.md')) {
      if (!block.role.startsWith('acl')) continue
      await redis.server.cli(...block.text.trim().split(' '))
    }
  })
  const credentials = { username: 'shop', password: 'a-long-password' }

  test('THREATS T20, 28: has all that a store asks, over node-redis', async () => {
    const client = createClient({ url: redis.server.url, ...credentials })
    onTestFinished(() => client.destroy())
    expect(await askEverything(redisStore({ client: await client.connect() }))).toEqual([])
  })

  test('THREATS T20, 28: has all that a store asks, over ioredis', async () => {
    const client = new Ioredis({
      port: redis.server.port,
      enableReadyCheck: false,
      ...credentials,
    })
    onTestFinished(() => client.disconnect())
    expect(await askEverything(redisStore({ client }))).toEqual([])
  })
})

test('THREATS 28: what Redis runs never changes: one key, and everything else is an argument', async () => {
  const client = await createClient({ url: redis.server.url }).connect()
  onTestFinished(() => client.destroy())
  await client.scriptFlush()
  const ran: (readonly string[])[] = []
  const observed = {
    sendCommand(...[command, options]: Parameters<typeof client.sendCommand>) {
      const [name = '', ...rest] = command.map(String)
      if (/eval|script|fcall|function/i.test(name)) ran.push([name, ...rest])
      return client.sendCommand(command, options)
    },
  }
  expect(await askEverything(redisStore({ client: observed }))).toEqual([])

  const known = Object.values(scripts)
  const hashes = new Set(ran.filter(([name]) => name === 'evalsha').map(([, hash]) => hash))
  const texts = new Set(ran.filter(([name]) => name === 'eval').map(([, text]) => text))
  expect(hashes).toEqual(new Set(known.map(({ sha1 }) => sha1)))
  expect(texts).toEqual(new Set(known.map(({ text }) => text)))
  for (const [name, , keys, key] of ran) {
    expect(name).toMatch(/^eval(sha)?$/)
    expect([keys, key]).toEqual(['1', expect.stringMatching(/^session:/)])
  }
})
