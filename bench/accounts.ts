/**
 * Accounts among many: one principal's list(), signIn() and revokeAll() where a million sessions
 * of a hundred thousand principals lie in Redis, against a thousand of a hundred; and what a list
 * costs in memory. Run: `npm run bench:accounts`. Both take turns, and medians are compared.
 */
import { createSessions } from '../src/sessions.ts'
import { redisStore } from '../src/store/redis/redis-store.ts'
import { machine } from '../test/support/machine.ts'
import { type RedisServer, startRedis } from '../test/support/redis-server.ts'
import { PER_PRINCIPAL, fill } from './accounts/fill.ts'
import { medians, timed } from './timing.ts'

const SECRET = 'Vn3pJw7sKx0bTq5yRz8dGm2hLc4fWa6e'
const ROUNDS = 90
const TARGET = 2

interface Side {
  readonly principals: number
  readonly redis: RedisServer
  readonly sessions: ReturnType<typeof createSessions<Record<string, unknown>>>
}

type Work = (side: Side, round: number) => Promise<unknown>

/** Far apart, and none twice within a kind of work. */
function principal({ principals }: Side, round: number): string {
  return `user-${(round * Math.max(1, Math.floor(principals / 100))) % principals}`
}

const WORKS: Readonly<Record<string, Work>> = {
  'list()': async (side, round) => {
    const list = await side.sessions.of(principal(side, round)).list()
    if (list.length !== PER_PRINCIPAL) throw new Error(`list() has ${list.length}`)
  },
  'signIn()': async (side, round) => {
    const session = await side.sessions.open()
    await session.signIn(principal(side, round))
    await side.sessions.commit(session)
  },
  'revokeAll()': async (side, round) => {
    const its = side.sessions.of(principal(side, round))
    const ended = await its.revokeAll({ reason: 'measured' })
    if (ended.length !== PER_PRINCIPAL + 1) throw new Error(`it ended ${ended.length}`)
  },
}

async function begin(principals: number): Promise<Side> {
  const redis = await startRedis()
  const { bytesPerSession, bytesPerEntry, seconds } = await fill(redis, principals)
  const count = principals * PER_PRINCIPAL
  console.log(
    `${count} sessions of ${principals} principals, written in ${seconds.toFixed(1)} s: ` +
      `${bytesPerSession.toFixed(0)} bytes a session, and ${bytesPerEntry.toFixed(0)} on its list`,
  )
  const options = { secret: SECRET, store: redisStore({ url: redis.url }), storeTimeoutMs: 10_000 }
  return { principals, redis, sessions: createSessions(options) }
}

console.log(machine())

const sides: Side[] = []
try {
  for (const principals of [100, 100_000]) sides.push(await begin(principals))
  for (let round = 0; round < 100; round++) {
    for (const side of sides) await WORKS['list()']?.(side, round)
  }
  for (const [name, work] of Object.entries(WORKS)) {
    const works = sides.map((side) => (round: number) => timed(() => work(side, round)))
    const [before, after] = (await medians(ROUNDS, works)) as [number, number]
    const ratio = after / before
    console.log(
      `${name.padEnd(12)} ${before.toFixed(2)} ms among a thousand, ${after.toFixed(2)} ms among ` +
        `a million: ${ratio.toFixed(2)} times, ${ratio <= TARGET ? 'within' : 'not within'} ${TARGET}`,
    )
  }
} finally {
  for (const { sessions, redis } of sides) {
    await sessions.close()
    await redis.stop()
  }
}
