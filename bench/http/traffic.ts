import { strictEqual } from 'node:assert'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RedisServer, startRedis } from '../../test/support/redis-server.ts'
import { USER, account } from './account.ts'
import { browserOf } from './client.ts'
import { type Traffic, startCountingProxy } from './counting-proxy.ts'
import { startServer } from './server-process.ts'
import { type Case, PATHS, type Subject, nameOf } from './subjects.ts'

/** What one subject sends to Redis and keeps there. */
export interface RedisUse {
  readonly subject: Subject
  /** Per request, of 100 requests one after the other. `first write` is the sign-in. */
  readonly traffic: ReadonlyMap<Case | 'first write', Traffic>
  /** Bytes of one stored session; `undefined` where there is none. */
  readonly stored: { readonly value: number; readonly memory: number } | undefined
}

const REQUESTS = 100
/** Longer than a reply that is still on its way when the response has arrived. */
const SETTLE_MS = 20

type Browser = ReturnType<typeof browserOf>

/** Checks that a subject does its job, and counts what it asks of Redis on the way. */
export async function observe(subject: Subject): Promise<RedisUse> {
  const redis = await startRedis()
  const proxy = await startCountingProxy(redis.port)
  const server = await startServer(subject, proxy.url)
  const browser = browserOf(server.port)
  const count = async (path: string, cookie?: string) => {
    await sleep(SETTLE_MS)
    proxy.take()
    for (let sent = 0; sent < REQUESTS; sent++) await browser.visit(path, cookie)
    await sleep(SETTLE_MS)
    return perRequest(proxy.take())
  }
  try {
    const cookie = await check(subject, browser, redis)
    const stored = subject.keeper === 'nothing' ? undefined : await sizeOf(redis)
    const traffic: RedisUse['traffic'] = new Map([
      ['visitor', await count(PATHS.visitor)],
      ['read', await count(PATHS.read, cookie)],
      ['first write', await count('/sign-in')],
      ['write', await count(PATHS.write, cookie)],
    ])
    return { subject, traffic, stored }
  } finally {
    browser.close()
    await server.stop()
    proxy.stop()
    await redis.stop()
  }
}

/** Signs in twice, so that what happens once in a process has happened. Answers the cookie. */
async function check(subject: Subject, browser: Browser, redis: RedisServer) {
  const { keeper } = subject
  const views = async (path: string, cookie?: string) => {
    const page = await browser.visit(path, cookie)
    strictEqual(page.status, 200, `${nameOf(subject)} answers ${path}`)
    return JSON.parse(page.body) as unknown
  }
  await browser.visit('/sign-in')
  await redis.cli('flushall')
  const { cookie } = await browser.visit('/sign-in')
  const stores = keeper !== 'nothing'
  same(await views('/read', cookie), { user: USER, views: 0 }, subject)
  same(await views('/read'), { user: stores ? null : USER, views: 0 }, subject)
  same(await views('/write', cookie), { user: USER, views: stores ? 1 : 0 }, subject)
  same(await views('/read', cookie), { user: USER, views: stores ? 1 : 0 }, subject)
  const text = stores ? String(await redis.cli('get', await onlyKey(redis))) : '"views":1'
  strictEqual(text.includes('"views":1'), true, `${nameOf(subject)} stores the change`)
  return cookie as string
}

function same(actual: unknown, expected: unknown, subject: Subject): void {
  strictEqual(JSON.stringify(actual), JSON.stringify(expected), `${nameOf(subject)} does its job`)
}

async function onlyKey(redis: RedisServer): Promise<string> {
  const keys = await redis.cli('keys', '*')
  if (!Array.isArray(keys) || keys.length !== 1) throw new Error('there is not just one key')
  return String(keys[0])
}

async function sizeOf(redis: RedisServer): Promise<{ value: number; memory: number }> {
  const key = await onlyKey(redis)
  const memory = Number(await redis.cli('memory', 'usage', key))
  return { value: Number(await redis.cli('strlen', key)), memory }
}

function perRequest({ commands, roundTrips }: Traffic): Traffic {
  const each = [...commands].map(([name, calls]) => [name, calls / REQUESTS] as const)
  return { commands: new Map(each), roundTrips: roundTrips / REQUESTS }
}

export const BARE_BYTES = Buffer.byteLength(JSON.stringify(account()))
