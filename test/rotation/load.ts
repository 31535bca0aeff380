import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Random } from '../../src/testing/random.ts'
import { Browser } from '../support/browser-jar.ts'
import { signal } from '../support/latch-store.ts'
import { startRedis } from '../support/redis-server.ts'
import { type LosingProxy, losingProxy } from './losing-proxy.ts'
import { type AppServer, type Shown, type Visitor, startServer } from './servers.ts'

export interface LoadPlan {
  readonly browsers: number
  readonly rounds: number
  readonly seed: number
}

/**
 * What every browser asks for in every round, in parallel: three at once, and when the first of
 * them is answered, as pages do, three more. One of the first gets to its server last of all.
 */
const PAGES = ['read', 'set', 'update', 'read', 'save', 'set'] as const
const AT_ONCE = 3
const SERVERS = ['express', 'node', 'express', 'node'] as const
const BROWSERS_AT_ONCE = 32
const LOST_ONE_IN = 10
/** Half a renewal passes between two rounds, and a little with every request. */
const BETWEEN_ROUNDS_MS = 1_800_000
const PER_REQUEST_MS = 100

export interface LoadFigures {
  readonly requests: number
  readonly lost: number
  readonly renewals: number
  /** Requests that reached a server when a newer cookie of their browser had been used there. */
  readonly overtaken: number
  readonly writes: number
  readonly refused: number
  readonly loggedOut: number
  readonly writesLost: number
  readonly extraRecords: number
}

/**
 * Browsers that ask for several pages at once, round after round, of several instances of an
 * application that share a Redis, while their cookies are renewed and one response in ten is lost.
 */
export async function rotateUnderLoad(plan: LoadPlan): Promise<LoadFigures> {
  const redis = await startRedis()
  const clock = { now: Date.now() }
  const servers: AppServer[] = []
  const events = count(['rotated', 'replayed', 'rejected'])
  try {
    for (const framework of SERVERS) servers.push(await startServer(framework, redis.url, clock))
    const crowd = await begin(plan.browsers, servers)
    const asked = await askAll(crowd, servers, clock, plan)
    const found = await lookAt(crowd, servers, plan.rounds)
    const { rotated = 0, replayed = 0, rejected = 0 } = events.counts
    return {
      ...asked,
      ...found,
      renewals: rotated,
      writes: plan.browsers * plan.rounds * PAGES.filter((page) => page !== 'read').length,
      refused: Math.max(asked.refused, replayed + rejected),
      extraRecords: Number(await redis.cli('dbsize')) - plan.browsers,
    }
  } finally {
    events.stop()
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

/** All rounds of all browsers, over connections that lose responses. */
async function askAll(
  crowd: readonly Browser[],
  servers: readonly AppServer[],
  clock: { now: number },
  { seed, rounds }: LoadPlan,
) {
  const random = new Random(seed)
  const late = new Map<string, Promise<unknown>>()
  const tally = { requests: 0, lost: 0, overtaken: 0, refused: 0 }
  const proxies: LosingProxy[] = []
  for (const { port } of servers) {
    const arrives = (line: string) => late.get(/late=(\w+)/.exec(line)?.[1] ?? '')
    const loses = () => random.below(LOST_ONE_IN) === 0
    proxies.push(await losingProxy(port, { arrives, loses }))
  }

  async function ask(browser: Browser, who: number, path: string): Promise<void> {
    tally.requests++
    clock.now += PER_REQUEST_MS
    const { port } = random.oneOf(proxies)
    const answer = await browser.get(path, { port }).catch(() => undefined)
    // What a request wrote has to be there all the same when its response was lost.
    if (answer === undefined) tally.lost++
    const shown = answer?.status === 200 ? (answer.json as Shown) : undefined
    if (answer !== undefined && shown?.user !== `user${who}`) tally.refused++
    if (shown?.overtaken) tally.overtaken++
  }

  async function askRound(browser: Browser, who: number, round: number): Promise<void> {
    const latest = random.below(AT_ONCE)
    const name = `${round}x${who}`
    const others = signal()
    late.set(name, others.given)
    const pathOf = (at: number) =>
      `/${PAGES[at]}?key=w${round}x${at}${at === latest ? `&late=${name}` : ''}`
    const answers = PAGES.slice(0, AT_ONCE).map((_, at) => ask(browser, who, pathOf(at)))
    const sooner = answers.filter((_, at) => at !== latest)
    await Promise.race(sooner)
    const more = PAGES.slice(AT_ONCE).map((_, at) => ask(browser, who, pathOf(AT_ONCE + at)))
    await Promise.all([...sooner, ...more])
    others.give()
    await Promise.all(answers)
    late.delete(name)
  }

  try {
    for (let round = 0; round < rounds; round++) {
      clock.now += BETWEEN_ROUNDS_MS
      await inGroups(crowd, (browser, who) => askRound(browser, who, round))
    }
  } finally {
    for (const proxy of proxies) await proxy.close()
  }
  const lost = proxies.reduce((sum, proxy) => sum + proxy.lost, 0)
  if (tally.lost !== lost) throw new Error(`${tally.lost} responses are missing, not ${lost}`)
  return tally
}

/** Whoever does not show its user at the end is logged out; whatever it wrote has to be there. */
async function lookAt(crowd: readonly Browser[], servers: readonly AppServer[], rounds: number) {
  let loggedOut = 0
  let writesLost = 0
  await inGroups(crowd, async (browser, who) => {
    const { port } = servers[who % servers.length] as AppServer
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
