import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { useRedis } from '../support/both-stores.ts'
import { NOBODYS_PORT, startRedis } from '../support/redis-server.ts'
import { keepSecret, useCommandLine } from './command-line.ts'

const redis = useRedis()
const { sojourn, json, folder } = useCommandLine()
const env = () => ({ REDIS_URL: redis.server.url })
const RANDOM = 'nAJ8h2c0yTq4bX7vLrWm5sPzKd9gFeU1o3iRtQxYw6M'
const GUESSABLE = 'keyboard cat keyboard cat keyboard cat'
keepSecret(RANDOM, GUESSABLE)

interface Report {
  readonly findings: readonly { check: string; level: string; means: string; todo?: string }[]
  readonly policy?: readonly string[]
}

async function report(args: readonly string[] = [], more: Record<string, string> = {}) {
  return (await json(['doctor', ...args], { ...env(), ...more })) as Report
}

async function levelOf(check: string, args?: readonly string[], more?: Record<string, string>) {
  return (await report(args, more)).findings.find((finding) => finding.check === check)?.level
}

async function config(...pairs: string[]): Promise<void> {
  await redis.server.cli('config', 'set', ...pairs)
}

beforeEach(async () => {
  await config('maxmemory-policy', 'noeviction', 'maxmemory', '0', 'appendonly', 'no', 'save', '')
})

describe('sojourn doctor, on a Redis', () => {
  it('checks all there is, says what to do, and leaves nothing behind', async () => {
    const { code, stdout } = await sojourn(['doctor'], env())
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^warn {2}persistence {2}Neither AOF nor snapshots: .*\n +-> Set appendonly/m,
    )
    const names = (await report()).findings.map(({ check }) => check)
    expect(names.join(' ')).toBe(
      'connection transport version memory eviction persistence replication latency sessions accounts watching',
    )
    expect(await redis.server.cli('keys', '*')).toEqual([])
  })

  it('ends with 0 when all is well, or what is not is accepted', async () => {
    expect((await sojourn(['doctor', '--accept', 'memory, persistence'], env())).code).toBe(0)
    expect((await sojourn(['doctor', '--accept', 'memory'], env())).code).toBe(1)
    await config('maxmemory', '1gb', 'appendonly', 'yes')
    const { code, stdout } = await sojourn(['doctor'], env())
    expect([code, stdout]).toEqual([0, expect.stringContaining('11 ok, 0 warnings, 0 failed')])
  })

  it.each([
    ['eviction', ['maxmemory-policy', 'allkeys-lru'], 'fail'],
    ['eviction', ['maxmemory-policy', 'volatile-lru'], 'warn'],
    ['eviction', ['maxmemory-policy', 'volatile-ttl'], 'ok'],
    ['memory', ['maxmemory', '2gb'], 'ok'],
    ['persistence', ['save', '60 1'], 'warn'],
    ['persistence', ['appendonly', 'yes', 'appendfsync', 'no'], 'warn'],
    ['persistence', ['appendonly', 'yes', 'appendfsync', 'everysec'], 'ok'],
  ])('judges %s by %j: %s', async (check, settings, level) => {
    await config(...settings)
    expect(await levelOf(check)).toBe(level)
  })

  it('fails on a replica, where nothing can be written', async () => {
    const replica = await startRedis({
      args: ['--replicaof', '127.0.0.1', String(redis.server.port)],
    })
    try {
      expect(await levelOf('replication', ['--url', replica.url])).toBe('fail')
      expect(await levelOf('sessions', ['--url', replica.url])).toBe('fail')
    } finally {
      await replica.stop()
    }
  })

  it('says which part of a life its user may not live', async () => {
    const may = '+get +evalsha +eval +set +del +time +ping'.split(' ')
    await redis.server.cli(
      'acl',
      'setuser',
      'shop',
      'on',
      '>pw-of-shop',
      '~session:*',
      '-@all',
      ...may,
    )
    keepSecret('pw-of-shop')
    const url = redis.server.url.replace('//', '//shop:pw-of-shop@')
    const { findings } = await report([], { REDIS_URL: url })
    const levels = Object.fromEntries(findings.map(({ check, level }) => [check, level]))
    expect(levels).toMatchObject({
      server: 'warn',
      sessions: 'ok',
      accounts: 'warn',
      watching: 'warn',
    })
    await redis.server.cli('acl', 'setuser', 'shop', '-set')
    expect(await levelOf('sessions', [], { REDIS_URL: url })).toBe('fail')
  })

  it('checks the rest where its user may not ping', async () => {
    const may = ['~*', '&*', '+@all', '-ping']
    await redis.server.cli('acl', 'setuser', 'mute', 'reset', 'on', '>pw-of-mute', ...may)
    keepSecret('pw-of-mute')
    const url = redis.server.url.replace('//', '//mute:pw-of-mute@')
    const { findings } = await report([], { REDIS_URL: url })
    const levels = Object.fromEntries(findings.map(({ check, level }) => [check, level]))
    expect(levels).toMatchObject({ version: 'ok', latency: 'warn', sessions: 'ok' })
  })

  it('goes by the clock of Redis where the local one is wrong', async () => {
    const behind = 'const now = Date.now; Date.now = () => now() - 120000'
    const options = `--import=data:text/javascript,${encodeURIComponent(behind)}`
    const { findings } = await report([], { NODE_OPTIONS: options })
    const failed = findings.filter(({ level }) => level === 'fail')
    expect(failed).toEqual([])
    expect(findings).toContainEqual(expect.objectContaining({ check: 'accounts', level: 'ok' }))
  })

  it('fails where there is no Redis, naming no password', async () => {
    keepSecret('hunter2')
    const url = `redis://:hunter2@127.0.0.1:${NOBODYS_PORT}`
    const { code, stdout } = await sojourn(['doctor'], { REDIS_URL: url })
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/^fail {2}connection {2}no connection.*ECONNREFUSED/),
    ])
    const refused = await sojourn(['ls'], { REDIS_URL: url })
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('ECONNREFUSED')])
  })

  it('says that the password is wrong', async () => {
    keepSecret('hunter2')
    const url = redis.server.url.replace('//', '//nobody:hunter2@')
    const { stdout } = await sojourn(['doctor'], { REDIS_URL: url })
    expect(stdout).toContain('WRONGPASS')
  })
})

describe('sojourn doctor, on a configuration', () => {
  it('prints the policy in force', async () => {
    const settings = { REDIS_SESSIONS_SECRET: RANDOM, REDIS_SESSIONS_TIMEOUT: '900' }
    const { policy, findings } = await report([], settings)
    expect(policy?.[0]).toContain('A session ends after 900 seconds (15 minutes)')
    const unwell = findings.filter(({ level }) => level !== 'ok').map(({ check }) => check)
    expect(unwell).toEqual(['memory', 'persistence'])
  })

  it.each([
    ['secret', { REDIS_SESSIONS_SECRET: GUESSABLE }, 'fail'],
    ['cookie secure', { REDIS_SESSIONS_COOKIE_SECURE: 'false' }, 'fail'],
    ['cookie http only', { REDIS_SESSIONS_COOKIE_HTTPONLY: 'no' }, 'warn'],
    ['cookie same site', { REDIS_SESSIONS_COOKIE_SAMESITE: 'none' }, 'warn'],
    ['cookie domain', { REDIS_SESSIONS_COOKIE_DOMAIN: 'shop.example' }, 'warn'],
    ['absolute timeout', { REDIS_SESSIONS_ABSOLUTE_TIMEOUT: 'none' }, 'warn'],
    ['renewal', { REDIS_SESSIONS_RENEWAL_TIMEOUT: 'none' }, 'warn'],
    ['settings', { REDIS_SESSIONS_SECRET: 'short' }, 'fail'],
    ['settings', { REDIS_SESSIONS_TIMEOUT: '1200000000' }, 'fail'],
    ['settings', { REDIS_SESSIONS_SECRT: 'x' }, 'fail'],
  ])('finds what is unwise in %s: %j', async (check, settings, level) => {
    const { stdout, stderr, code } = await sojourn(['doctor', '--json'], {
      ...env(),
      REDIS_SESSIONS_SECRET: RANDOM,
      ...(settings as Record<string, string>),
    })
    expect([code, stderr]).toEqual([1, ''])
    expect((JSON.parse(stdout) as Report).findings).toContainEqual(
      expect.objectContaining({ check, level }),
    )
  })

  it.each([
    [
      'settings.json',
      (url: string) =>
        JSON.stringify({ 'redis.sessions.secret': RANDOM, 'redis.sessions.url': url }),
    ],
    [
      'settings.ini',
      (url: string) =>
        `[app]\n# ours\nredis.sessions.secret = ${RANDOM}\nredis.sessions.url=${url}\n`,
    ],
    [
      'settings.env',
      (url: string) => `export REDIS_SESSIONS_SECRET="${RANDOM}"\nREDIS_SESSIONS_URL=${url}\n`,
    ],
  ])('reads %s', async (name, text) => {
    writeFileSync(join(folder(), name), text(redis.server.url))
    const { stdout, stderr } = await sojourn(['doctor', '--settings', name])
    expect(stderr).toBe('')
    expect(stdout).toContain(`127.0.0.1:${redis.server.port}, database 0`)
    expect(stdout).toContain(`The settings of ${name} are taken.`)
  })

  it.each([
    [['ls'], 'nothing says where Redis is'],
    [['doctor'], 'nothing says where Redis is'],
    [['doctor', '--accept', 'memory,memroy'], 'no check "memroy"; did you mean memory?'],
    [['doctor', '--accept', 'x'], 'no check "x"; known are connection, transport, server,'],
    [['ls', '--settings', 'missing.ini'], 'cannot be read (ENOENT)'],
    [['ls', '--url', 'http://x'], 'must be a redis:, rediss: or unix: url'],
  ])('ends with 2 for %j, and names the rule', async (args, words) => {
    const { code, stdout, stderr } = await sojourn(args)
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(words)])
  })
})
