import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { checkServer, checkTransport } from '../../src/cli/doctor-server.ts'
import type { Level } from '../../src/cli/finding.ts'
import type { Node } from '../../src/cli/nodes.ts'

/* Each rule of `sojourn doctor` at its bound, by replies that a server of these tests cannot give. */

type Facts = Readonly<Record<string, string | number>>

const WELL: Facts = {
  redis_version: '7.0.15',
  used_memory: 1,
  maxmemory: 100,
  maxmemory_policy: 'noeviction',
  evicted_keys: 0,
  aof_enabled: 1,
  aof_last_write_status: 'ok',
  role: 'master',
  connected_slaves: 0,
}

interface Said {
  readonly facts?: Facts
  readonly config?: Readonly<Record<string, string>>
  readonly roundTripMs?: number
}

/** Stands for the one function that is asked. Time passes only while a PING is under way. */
function nodeThat({ facts = {}, config, roundTripMs = 0.1 }: Said): Node {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const lines = Object.entries({ ...WELL, ...facts }).map(([name, value]) => `${name}:${value}`)
  async function send(command: string, _verb = '', setting = ''): Promise<unknown> {
    if (command === 'ping') return void vi.advanceTimersByTime(roundTripMs)
    if (command === 'info') return Buffer.from(`# Server\r\n${lines.join('\r\n')}\r\n`)
    const value = (config ?? { save: '', appendfsync: 'everysec' })[setting]
    if (command !== 'config' || value === undefined) throw new Error('NOPERM')
    return [Buffer.from(setting), Buffer.from(value)]
  }
  return { send } as unknown as Node
}

async function findingOf(check: string, said: Said) {
  return (await checkServer(nodeThat(said))).find((finding) => finding.check === check)
}

type Case = readonly [facts: Facts, level: Level, means: string]

const CASES: Readonly<Record<string, readonly Case[]>> = {
  version: [
    [{ redis_version: '5.9.0' }, 'fail', 'Redis 5.9.0 is too old'],
    [{ redis_version: '6.1.9' }, 'fail', 'Redis 6.1.9 is too old'],
    [{ redis_version: '6.2.0' }, 'ok', 'Redis 6.2.0'],
    [{ redis_version: '7.0.0' }, 'ok', 'Redis 7.0.0'],
    [{ redis_version: '10.0.0' }, 'ok', 'Redis 10.0.0'],
    [{ redis_version: '' }, 'fail', 'is too old'],
    [
      { redis_version: '6.0.0', server_name: 'valkey', valkey_version: '8.1.0' },
      'ok',
      'Valkey 8.1.0',
    ],
  ],
  memory: [
    [{}, 'ok', '1 % of maxmemory'],
    [{ maxmemory: 1000, used_memory: 844 }, 'ok', '84 % of maxmemory'],
    [{ maxmemory: 1000, used_memory: 850 }, 'warn', '85 % of maxmemory'],
    [{ evicted_keys: 1 }, 'warn', '1 key evicted'],
    [{ evicted_keys: 2, maxmemory: 0 }, 'warn', '2 keys evicted'],
    [{ maxmemory: 0 }, 'warn', 'There is no maxmemory'],
  ],
  eviction: [
    [{}, 'ok', 'noeviction'],
    [{ maxmemory_policy: 'volatile-ttl' }, 'ok', 'volatile-ttl'],
    [{ maxmemory_policy: 'volatile-lru' }, 'warn', 'volatile-lru'],
    [{ maxmemory_policy: 'allkeys-lfu' }, 'fail', 'allkeys-lfu'],
  ],
  persistence: [
    [{}, 'ok', 'appendonly, fsync everysec'],
    [{ aof_last_write_status: 'err' }, 'fail', 'The last write of the AOF failed'],
    [{ aof_enabled: 0, aof_last_write_status: 'err' }, 'warn', 'Neither AOF nor snapshots'],
  ],
  replication: [
    [{}, 'ok', 'A primary without replicas'],
    [{ role: 'slave' }, 'fail', 'This is a replica'],
    [{ slave0: replica(10) }, 'ok', 'A primary with 1 replica'],
    [{ slave0: replica(11) }, 'warn', '1 of 1 replicas lag'],
    [{ slave0: replica(0), slave1: replica(0) }, 'ok', 'A primary with 2 replicas'],
    [{ slave0: replica(0), slave1: replica(3600) }, 'warn', '1 of 2 replicas lag'],
    [{ slave0: replica(0, 'wait_bgsave') }, 'warn', '1 of 1 replicas lag'],
  ],
}

function replica(lag: number, state = 'online'): string {
  return `ip=192.0.2.1,port=6379,state=${state},offset=14,lag=${lag}`
}

describe.each(Object.entries(CASES))('checkServer(): %s', (check, cases) => {
  it.each(cases)('of %j is %s', async (facts, level, means) => {
    const finding = await findingOf(check, { facts })
    expect(finding).toMatchObject({ level, means: expect.stringContaining(means) })
    expect(finding?.todo === undefined).toBe(level === 'ok')
  })
})

describe('checkServer(): persistence by CONFIG', () => {
  const SNAPSHOTS = { aof_enabled: 0 }
  it.each<readonly [Facts, Record<string, string>, Level, string]>([
    [{}, { appendfsync: 'always' }, 'ok', 'fsync always'],
    [{}, { appendfsync: 'no' }, 'warn', 'appendonly without fsync'],
    [{}, {}, 'ok', 'fsync unknown'],
    [SNAPSHOTS, { save: '' }, 'warn', 'Neither AOF nor snapshots'],
    [SNAPSHOTS, { save: '60 1' }, 'warn', 'Only snapshots'],
    [SNAPSHOTS, {}, 'warn', 'There is no AOF'],
  ])('of %j, %j is %s, %s', async (facts, config, level, means) => {
    expect(await findingOf('persistence', { facts, config })).toMatchObject({
      level,
      means: expect.stringContaining(means),
    })
  })
})

describe('checkServer(): latency', () => {
  it.each<readonly [number, Level, string]>([
    [9, 'ok', '9.0 ms (median of 100'],
    [10, 'warn', '10.0 ms (median of 100'],
    [1500, 'warn', '1500.0 ms (median of 2'],
  ])('of %j ms is %s', async (roundTripMs, level, means) => {
    const finding = await findingOf('latency', { roundTripMs })
    expect(finding).toMatchObject({ level, means: expect.stringContaining(means) })
  })
})

it('checkServer() of who may not ask INFO knows the latency, and says what is missing', async () => {
  const node = nodeThat({})
  const refuses = async (...command: Parameters<Node['send']>) => {
    if (command[0] === 'info') throw new Error('NOPERM no permission')
    return node.send(...command)
  }
  const findings = await checkServer({ send: refuses } as unknown as Node)
  expect(findings).toMatchObject([
    { check: 'server', level: 'warn', means: expect.stringContaining('NOPERM') },
    { check: 'latency', level: 'ok' },
  ])
})

describe('checkTransport()', () => {
  const [HERE, TLS, OPEN] = ['does not leave this machine', 'is encrypted', 'is not encrypted']
  it.each<readonly [Partial<Parameters<typeof checkTransport>[0]>, Level, string]>([
    [{ host: 'localhost' }, 'ok', HERE],
    [{ host: '127.0.0.1' }, 'ok', HERE],
    [{ host: '127.9.8.7' }, 'ok', HERE],
    [{ host: '::1' }, 'ok', HERE],
    [{ path: '/run/redis.sock' }, 'ok', HERE],
    [{ host: 'redis.example', tls: true }, 'ok', TLS],
    [{ host: 'redis.example', tls: { servername: 'redis' } }, 'ok', TLS],
    [{ host: 'redis.example' }, 'warn', OPEN],
    [{ host: 'localhost.example' }, 'warn', OPEN],
    [{ host: 'not-localhost' }, 'warn', OPEN],
    [{ host: '10.127.0.1' }, 'warn', OPEN],
    [{ host: '127.0.0.1.example' }, 'warn', OPEN],
    [{ host: '::10' }, 'warn', OPEN],
  ])('of %j is %s', (connection, level, means) => {
    expect(checkTransport({ db: 0, tls: false, ...connection })).toMatchObject({
      level,
      means: expect.stringContaining(means),
    })
  })
})
