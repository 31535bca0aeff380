import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { scannedIds } from '../support/summaries.ts'
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

/** What accounts add: sign in where a visitor's record lies, list, limit, end, and sign out. */
async function leadAccount(setUser: string): Promise<unknown[]> {
  await redis.cli('flushall')
  await redis.cli(...setUser.split(' '))
  const sessions = createSessions<{ name: string }>({
    secret: 'x'.repeat(32),
    store: redisStore({ url: redis.url.replace('//', '//shop:a-long-password@') }),
    storeTimeoutMs: 10_000,
    maxPerPrincipal: { limit: 1 },
  })
  try {
    const visitor = await sessions.open()
    visitor.name = 'Ada'
    const { setCookie } = await sessions.commit(visitor)
    const first = await sessions.open(setCookie?.split(';')[0])
    await first.signIn('ada')
    const second = await sessions.open()
    await second.signIn('ada')
    const outcome = await second.signOut()
    await (await sessions.open()).signIn('ada')
    const listed = await sessions.of('ada').list()
    const ended = await sessions.of('ada').revokeAll({ reason: 'x' })
    return [outcome, listed.length, ended.length]
  } finally {
    await sessions.close()
  }
}

it('THREATS T20: with those for accounts people sign in, are listed, limited and ended', async () => {
  const whole = `${acl} ${more.join(' ')}`
  expect(more.length).toBeGreaterThan(5)
  expect(await leadAccount(whole)).toEqual(['destroyed', 1, 1])
  const needless: string[] = []
  for (const part of more) {
    const less = whole.split(' ').filter((each) => each !== part)
    const refusal = await leadAccount(less.join(' ')).catch((error: unknown) => String(error))
    if (!/permission|can't run this command/.test(String(refusal))) needless.push(part)
  }
  expect(needless).toEqual([])
})

it('THREATS T20: with the one for scanning all sessions are found, and without it none', async () => {
  const scanning = blocksOf('docs/redis.md').find(({ role }) => role === 'acl-for-scanning')
  const sessions = createSessions<{ name: string }>({
    secret: 'x'.repeat(32),
    store: redisStore({ url: redis.url.replace('//', '//shop:a-long-password@') }),
    storeTimeoutMs: 10_000,
  })
  try {
    await redis.cli('flushall')
    await redis.cli(...acl.split(' '))
    const session = await sessions.open()
    session.name = 'Ada'
    await sessions.commit(session)
    await expect(scannedIds(sessions)).rejects.toThrow(/permission|can't run this command/)
    await redis.cli(...(scanning?.text.trim().split(' ') ?? []))
    expect(await scannedIds(sessions)).toEqual([session.id])
  } finally {
    await sessions.close()
  }
})

it('THREATS T20: with the one for durability ends are confirmed, and without it none', async () => {
  const durable = blocksOf('docs/redis.md').find(({ role }) => role === 'acl-for-durability')
  await redis.cli(...acl.split(' '))
  const sessions = createSessions<{ name: string }>({
    secret: 'x'.repeat(32),
    store: redisStore({
      url: redis.url.replace('//', '//shop:a-long-password@'),
      durability: { replicas: 1, timeoutMs: 10 },
    }),
    storeTimeoutMs: 10_000,
  })
  const revoking = async () => {
    const calls = (await redis.commandStats())['wait'] ?? 0
    await expect(sessions.revoke('nobody', { reason: 'x' })).rejects.toThrow('0 of 1 replicas')
    return ((await redis.commandStats())['wait'] ?? 0) - calls
  }
  try {
    expect(await revoking()).toBe(0)
    await redis.cli(...(durable?.text.trim().split(' ') ?? []))
    expect(await revoking()).toBeGreaterThan(0)
  } finally {
    await sessions.close()
  }
})

it('THREATS T20: with those for the near cache sessions are held, and without one of them none', async () => {
  const [, , , ...parts] =
    blocksOf('docs/redis.md')
      .find(({ role }) => role === 'acl-for-near-cache')
      ?.text.trim()
      .split(' ') ?? []
  expect(parts.length).toBeGreaterThan(3)
  expect(await holds(parts)).toBe(true)
  for (const part of parts) {
    expect([part, await holds(parts.filter((each) => each !== part))]).toEqual([part, false])
  }
}, 30_000)

/** Whether sessions are held by a user with these permissions beside the least. */
async function holds(parts: readonly string[]): Promise<boolean> {
  await redis.cli('acl', 'deluser', 'shop')
  await redis.cli(...acl.split(' '), ...parts)
  const url = redis.url.replace('//', '//shop:a-long-password@')
  const sessions = createSessions<{ name: string }>({
    secret: 'x'.repeat(32),
    store: redisStore({ url, nearCache: { maxStale: 1 } }),
    storeTimeoutMs: 10_000,
  })
  try {
    const session = await sessions.open()
    session.name = 'Ada'
    const { setCookie } = await sessions.commit(session)
    const held = await untilHeld(sessions, setCookie?.split(';')[0] as string)
    return held
  } finally {
    await sessions.close()
  }
}

/** Held, and for longer than what was proven at the start would allow. */
async function untilHeld(
  sessions: ReturnType<typeof createSessions<{ name: string }>>,
  cookie: string,
): Promise<boolean> {
  const until = performance.now() + 1600
  let held = false
  while (performance.now() < until) {
    await redis.resetStats()
    expect((await sessions.open(cookie)).name).toBe('Ada')
    held = ((await redis.commandStats())['get'] ?? 0) === 0
    await new Promise((resolve) => void setTimeout(resolve, 20))
  }
  return held
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
