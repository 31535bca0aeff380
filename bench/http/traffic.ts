import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '../../test/support/redis-server.ts'
import { type CaseName, caseOf } from './cases.ts'
import { checkJob } from './check-job.ts'
import { browserOf } from './client.ts'
import { type CountingProxy, type Traffic, startCountingProxy } from './counting-proxy.ts'
import { startServer } from './server-process.ts'
import { NEAR, type Subject } from './subjects.ts'
import { beginAt } from './work.ts'

export type Asked = CaseName | 'first write' | 'sign-out'

/** What one subject can do, sends to Redis and keeps there. */
export interface RedisUse {
  readonly subject: Subject
  /** Per request, sent one after the other. What it cannot do is not there. */
  readonly traffic: ReadonlyMap<Asked, Traffic>
  /** Bytes of one stored session; `undefined` where there is none. */
  readonly stored: { readonly value: number; readonly memory: number } | undefined
}

const REQUESTS = 20
/** Longer than a reply that is still on its way when the response has arrived. */
const SETTLE_MS = 20
/** Cookies of sessions that can be kept near. */
const LASTING = new Set(['own', 'followed'])

/** Checks that a subject does its job, and counts what it asks of Redis on the way. */
export async function observe(subject: Subject): Promise<RedisUse> {
  const redis = await startRedis()
  const proxy = await startCountingProxy(redis.port)
  const server = await startServer(subject, proxy.url)
  const browser = browserOf(server.port)
  try {
    const { able, stored } = await checkJob(subject, browser, redis)
    const traffic = new Map<Asked, Traffic>()
    const begun = async () => (await browser.visit(beginAt(1.2))).cookie
    for (const name of able) {
      const { path, cookie } = caseOf(name)
      if (subject.keeper === NEAR && !LASTING.has(cookie)) continue
      let sent = cookie === 'none' ? undefined : await begun()
      if (cookie === 'ended') await redis.cli('flushall')
      const request = async () => {
        const page = await browser.visit(path, sent)
        if (cookie === 'followed') sent = page.cookie
      }
      for (let warm = 0; warm < REQUESTS; warm++) await request()
      traffic.set(name, await count(proxy, request))
    }
    traffic.set('first write', await count(proxy, begun))
    const cookies: (string | undefined)[] = []
    while (cookies.length < REQUESTS) cookies.push(await begun())
    traffic.set('sign-out', await count(proxy, () => browser.visit('/sign-out', cookies.pop())))
    return { subject, traffic, stored }
  } finally {
    browser.close()
    await server.stop()
    proxy.stop()
    await redis.stop()
  }
}

async function count(proxy: CountingProxy, request: () => Promise<unknown>): Promise<Traffic> {
  await sleep(SETTLE_MS)
  proxy.take()
  for (let sent = 0; sent < REQUESTS; sent++) await request()
  await sleep(SETTLE_MS)
  const { commands, roundTrips } = proxy.take()
  const each = [...commands].map(([name, calls]) => [name, calls / REQUESTS] as const)
  return { commands: new Map(each), roundTrips: roundTrips / REQUESTS }
}
