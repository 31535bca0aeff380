import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { blocksOf } from './blocks.ts'

const acl =
  blocksOf('docs/redis.md')
    .find(({ role }) => role === 'acl')
    ?.text.trim() ?? ''
const more =
  blocksOf('docs/redis.md')
    .find(({ role }) => role === 'acl-for-accounts')
    ?.text.trim()
    .split(' ')
    .slice(3) ?? []
let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(async () => redis.stop())

function without(part: string): string {
  return acl
    .split(' ')
    .filter((each) => each !== part)
    .join(' ')
}

/** One session's life, through every operation a store has. */
async function lead(setUser: string): Promise<string[]> {
  await redis.cli(...setUser.split(' '))
  const url = redis.url.replace('//', '//shop:a-long-password@')
  const sessions = createSessions<{ name: string }>({
    secret: 'x'.repeat(32),
    store: redisStore({ url }),
    touchInterval: 0,
    storeTimeoutMs: 10_000,
  })
  const outcomes: string[] = []
  try {
    let cookie: string | undefined
    for (const work of ['write', 'write', 'read', 'end']) {
      const session = await sessions.open(cookie)
      if (work === 'write') session.name = `${session.name}+`
      if (work === 'end') session.invalidate()
      const { outcome, setCookie } = await sessions.commit(session)
      cookie ??= setCookie?.split(';')[0]
      outcomes.push(outcome)
    }
  } finally {
    await sessions.close()
  }
  return outcomes
}

it('THREATS T20: the permissions in docs/redis.md are enough', async () => {
  expect(await lead(acl)).toEqual(['created', 'saved', 'touched', 'destroyed'])
})

it('time may be left out', async () => {
  expect(await lead(without('+time'))).toHaveLength(4)
})

it.each(['+get', '+evalsha', '+eval', '+set', '+del', '~session:*'])(
  'THREATS T20: without %s they are not',
  async (part) => {
    await redis.cli('script', 'flush')
    await expect(lead(without(part))).rejects.toThrow(/permission|can't run this command/)
  },
)
