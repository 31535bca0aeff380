import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encrypt } from '../../src/encrypt/encrypt.ts'
import { type Sessions, createSessions } from '../../src/sessions.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { cookiesIn } from '../support/cookies-in.ts'
import { cookiesFrom } from './candidates.ts'
import { type WatchedRedis, startWatchedRedis } from './evidence.ts'
import { type Scene, play } from './scene.ts'

const SECRET = randomBytes(32).toString('hex')
const KEY = randomBytes(32).toString('hex')

const RUNS = [
  { client: 'node-redis', stored: 'plain' },
  { client: 'node-redis', stored: 'encrypted' },
  { client: 'ioredis', stored: 'plain' },
  { client: 'ioredis', stored: 'encrypted' },
] as const

type Run = (typeof RUNS)[number]

interface Played {
  readonly redis: WatchedRedis
  readonly sessions: Sessions<Record<string, unknown>>
  readonly scene: Scene
  readonly everything: string
}

async function playOn({ client, stored }: Run): Promise<Played> {
  const redis = await startWatchedRedis()
  const encrypted = stored === 'encrypted'
  const store = redisStore({ url: redis.server.url })
  const options = { secret: SECRET, store, storeTimeoutMs: 10_000 }
  const env = { CLIENT: client, SECRET }
  const scene = await play(redis, encrypted ? { ...env, KEY } : env)
  return {
    redis,
    sessions: createSessions(encrypted ? { ...options, ...encrypt({ keys: [KEY] }) } : options),
    scene,
    everything: [scene.output, ...Object.values(scene.redis)].join('\n'),
  }
}

let played = new Map<Run, Played>()

// At the same time, as each waits most of it.
beforeAll(async () => {
  played = new Map(await Promise.all(RUNS.map(async (run) => [run, await playOn(run)] as const)))
}, 120_000)

afterAll(async () => {
  for (const { sessions, redis } of played.values()) {
    await sessions.close()
    await redis.server.stop()
  }
})

describe.each(RUNS)('an application on $client, $stored, that says all it can', (run) => {
  const of = () => played.get(run) as Played

  async function opens(cookie: string, names = ['sid', 'sid-in']): Promise<boolean> {
    for (const name of names) {
      const session = await of().sessions.open(`${name}=${cookie}`, undefined, { local: true })
      if (!session.isNew) return true
    }
    return false
  }

  test('was heard: its output, MONITOR, SLOWLOG, dumps and files', async () => {
    const { scene, everything } = of()
    const { output, redis, issued, good } = scene
    const [id = ''] = good[0]?.[1].split('.') ?? []
    expect(issued.size).toBeGreaterThan(10)
    const silent = Object.entries({ output, ...redis }).filter(([, text]) => !text.includes(id))
    expect(silent.map(([name]) => name)).toEqual([])
    const said = [
      'created',
      'renewed',
      'signedIn',
      'revoked',
      'left open',
      'StoreError',
      'DataError',
      'SERVER',
      'router',
      'evalsha',
    ]
    expect(said.filter((word) => !everything.includes(word))).toEqual([])
    expect(redis.files.match(/sojourn1/g)?.length).toBeGreaterThan(20)
  })

  test('THREATS 3, 14: shows no cookie, no family and no signature of any (ASVS 3.3.4)', () => {
    const { scene, everything } = of()
    for (const cookie of scene.issued) {
      const [, family = '', , signature = ''] = cookie.split('.')
      expect([family.length, signature.length]).toEqual([22, 43])
      for (const secret of [cookie, family, signature]) expect(before(everything, secret)).toBe('')
    }
    for (const secret of [SECRET, KEY]) expect(before(everything, secret)).toBe('')
  })

  test('THREATS 3, T1: nothing of it opens a session, nor what it can be put together to', async () => {
    const { scene, everything } = of()
    const candidates = new Set(cookiesFrom(everything))
    const opened: string[] = []
    for (const candidate of candidates)
      if (await opens(candidate)) opened.push(candidate.slice(0, 22))
    expect(opened).toEqual([])
    expect(candidates.size).toBeGreaterThan(1000)
    expect(scene.good).toHaveLength(2)
    for (const [name, cookie] of scene.good) expect(await opens(cookie, [name])).toBe(true)
  })
})

test('THREATS 14: what looks for cookies in the output of all tests knows one', () => {
  const [good = ''] = [...played.values()][0]?.scene.issued ?? []
  expect(cookiesIn(`before sid=${good}; Path=/`)).toEqual(['before sid=<a session cookie>'])
  expect(cookiesIn(`before ${good.slice(0, -1)} after`)).toEqual([])
  expect(cookiesIn(`${good.replaceAll('.', ' ')} 1.2.3.4 file.test.ts.map`)).toEqual([])
})

/** What stands before a text, where it is found: itself it must not be printed. */
function before(everything: string, secret: string): string {
  const at = everything.indexOf(secret)
  return at === -1 ? '' : `${everything.slice(Math.max(0, at - 300), at)}<here>`
}
