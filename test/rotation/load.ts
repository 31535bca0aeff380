import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { setTimeout as sleep } from 'node:timers/promises'
import { Random } from '../../src/testing/random.ts'
import { Browser } from '../support/browser-jar.ts'
import { startRedis } from '../support/redis-server.ts'
import { type LosingProxy, losingProxy } from './losing-proxy.ts'
import { type AppServer, type Visitor, startServer } from './servers.ts'

export interface LoadPlan {
  readonly browsers: number
  readonly rounds: number
  readonly seed: number
}

/** What every browser asks for in every round, in parallel. */
const PAGES = ['read', 'set', 'read', 'update', 'save', 'set'] as const
const SERVERS = ['express', 'node', 'express', 'node'] as const
/** Of a browser's requests six are under way at once, and these many browsers are. */
const BROWSERS_AT_ONCE = 32
const LOST_ONE_IN = 10
/** Half a renewal passes between two rounds, and a little with every request. */
const BETWEEN_ROUNDS_MS = 1_800_000
const PER_REQUEST_MS = 100

export interface LoadFigures {
  readonly requests: number
  readonly lost: number
  readonly renewals: number
  /** Answered when their browser had a newer cookie already. */
  readonly overtaken: number
  readonly writes: number
  readonly refused: number
  readonly loggedOut: number
  readonly writesLost: number
  readonly extraRecords: number
}

interface Tally {
  requests: number
  overtaken: number
  refused: number
}

/**
 * Browsers that ask for several pages at once, round after round, of several instances of an
 * application that share a Redis, while their cookies are renewed and one response in ten is lost.
 */
export async function rotateUnderLoad(plan: LoadPlan): Promise<LoadFigures> {
  const random = new Random(plan.seed)
  const clock = { now: Date.now() }
  const redis = await startRedis()
  const servers: AppServer[] = []
  const proxies: LosingProxy[] = []
  const events = count(['rotated', 'replayed', 'rejected'])
  try {
    for (const framework of SERVERS) servers.push(await startServer(framework, redis.url, clock))
    for (const { port } of servers) {
      proxies.push(await losingProxy(port, () => random.below(LOST_ONE_IN) === 0))
    }
    const crowd = await begin(plan.browsers, servers)
    const tally: Tally = { requests: 0, overtaken: 0, refused: 0 }
    for (let round = 0; round < plan.rounds; round++) {
      clock.now += BETWEEN_ROUNDS_MS
      await inGroups(crowd, (browser, who) =>
        Promise.all(
          PAGES.map(async (page, at) => {
            await sleep(random.below(10))
            clock.now += PER_REQUEST_MS
            const port = random.oneOf(proxies).port
            await ask(browser, port, `/${page}?key=w${round}x${at}`, `user${who}`, tally)
          }),
        ),
      )
    }
    const direct = servers.map(({ port }) => port)
    const found = await lookAt(crowd, direct, plan.rounds)
    const records = Number(await redis.cli('dbsize'))
    return {
      requests: tally.requests,
      lost: proxies.reduce((sum, { lost }) => sum + lost, 0),
      renewals: events.counts['rotated'] ?? 0,
      overtaken: tally.overtaken,
      writes: plan.browsers * plan.rounds * PAGES.filter((page) => page !== 'read').length,
      refused: tally.refused + (events.counts['replayed'] ?? 0) + (events.counts['rejected'] ?? 0),
      ...found,
      extraRecords: records - plan.browsers,
    }
  } finally {
    events.stop()
    for (const proxy of proxies) await proxy.close()
    for (const server of servers) await server.close()
    await redis.stop()
  }
}

/** Signed in over a connection that loses nothing. */
async function begin(count: number, servers: readonly AppServer[]): Promise<Browser[]> {
  const crowd = Array.from({ length: count }, (_, who) => {
    const { port } = servers[who % servers.length] as AppServer
    return new Browser(port)
  })
  await inGroups(crowd, (browser, who) => browser.get(`/begin?key=user${who}`))
  return crowd
}

async function ask(
  browser: Browser,
  port: number,
  path: string,
  user: string,
  tally: Tally,
): Promise<void> {
  tally.requests++
  const sent = editionIn(browser.cookieHeader)
  try {
    const { status, json } = await browser.get(path, { port })
    if (status !== 200 || (json as Visitor).user !== user) tally.refused++
  } catch {
    return // Its response was lost; what it wrote has to be there all the same.
  }
  if (editionIn(browser.cookieHeader) > sent) tally.overtaken++
}

/** Whoever does not show its user at the end is logged out; whatever it wrote has to be there. */
async function lookAt(crowd: readonly Browser[], ports: readonly number[], rounds: number) {
  let loggedOut = 0
  let writesLost = 0
  await inGroups(crowd, async (browser, who) => {
    const port = ports[who % ports.length] as number
    const { json } = await browser.get('/all', { port })
    const data = json as Visitor
    if (data.user !== `user${who}`) loggedOut++
    writesLost += rounds - (data.n ?? 0)
    for (let round = 0; round < rounds; round++) {
      for (const [at, page] of PAGES.entries()) {
        const writes = page === 'set' || page === 'save'
        if (writes && data[`w${round}x${at}`] !== 1) writesLost++
      }
    }
  })
  return { loggedOut, writesLost }
}

async function inGroups(
  crowd: readonly Browser[],
  act: (browser: Browser, who: number) => Promise<unknown>,
): Promise<void> {
  const waiting = crowd.entries()
  const worker = async () => {
    for (const [who, browser] of waiting) await act(browser, who)
  }
  await Promise.all(Array.from({ length: BROWSERS_AT_ONCE }, worker))
}

function editionIn(cookie: string): number {
  return Number(cookie.split('.')[2] ?? 0)
}

function count(events: readonly string[]) {
  const counts: Record<string, number> = {}
  const listeners = events.map((event) => {
    const listener = () => void (counts[event] = (counts[event] ?? 0) + 1)
    subscribe(`sojourn:${event}`, listener)
    return [event, listener] as const
  })
  const stop = () => {
    for (const [event, listener] of listeners) unsubscribe(`sojourn:${event}`, listener)
  }
  return { counts, stop }
}
