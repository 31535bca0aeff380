import { describe, expect, it } from 'vitest'
import { createSessions } from '../../src/index.ts'
import { SECRET } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { makeSession, signedIn, useCommandLine } from './command-line.ts'

const redis = useRedis()
const { sojourn, start } = useCommandLine()
const env = () => ({ REDIS_URL: redis.server.url })

interface Told {
  readonly event: string
  readonly id: string
}

function toldIn(stdout: string): Told[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Told)
}

describe('sojourn watch', () => {
  it('tells of ends by what the scripts publish, and says that this is all', async () => {
    const [revoked, signedOut] = [
      await signedIn(redis.server, 'ada'),
      await signedIn(redis.server, 'bob'),
    ]
    const watching = start(['watch'], env())
    expect(await watching.until('stderr', /\n/)).toContain('sessions that are ended or shortened')
    const sessions = createSessions({
      secret: SECRET,
      store: redis.store(),
      storeTimeoutMs: 15_000,
    })
    await (await sessions.open(signedOut.cookie)).signOut()
    await watching.until('stdout', /\n/)
    await sojourn(['revoke', revoked.id, '--reason', 'lost\u{1b}[2J'], env())
    await watching.until('stdout', /\n.*\n/)
    const { code, stdout } = await watching.interrupt()
    expect(code).toBe(0)
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(/ {2,}/).slice(1)),
    ).toEqual([
      ['ended', signedOut.id],
      ['ended', revoked.id, String.raw`lost\u{1b}[2J`],
    ])
    expect(await redis.server.cli('config', 'get', 'notify-keyspace-events')).toContain('')
  })

  it('tells of all that is written where Redis notifies, and of nothing foreign', async () => {
    await redis.server.cli('config', 'set', 'notify-keyspace-events', 'Kg$xe')
    try {
      const watching = start(['watch', '--json'], env())
      expect(await watching.until('stderr', /\n/)).toContain('keyspace notifications are on')
      await redis.server.cli('set', 'session:foreign', 'x')
      await redis.server.cli('set', 'session:of:ada', 'x')
      const sessions = createSessions<{ cart: string[] }>({
        secret: SECRET,
        store: redis.store(),
        storeTimeoutMs: 15_000,
      })
      const session = await sessions.open()
      session.cart = ['tea']
      const cookie = (await sessions.commit(session)).setCookie?.split(';')[0]
      await watching.until('stdout', /\n/)
      const again = await sessions.open(cookie)
      again.cart = ['milk']
      await sessions.commit(again)
      await watching.until('stdout', /\n.*\n/)
      const { id } = session
      await redis.server.cli('pexpire', `session:${id}`, '1')
      await watching.until('stdout', /expired/)
      const { stdout } = await watching.interrupt()
      expect(toldIn(stdout)).toMatchObject([
        { event: 'created', id, principal: null },
        { event: 'changed', id, principal: null },
        { event: 'expired', id },
      ])
      expect(stdout).not.toMatch(/tea|milk|foreign/)
    } finally {
      await redis.server.cli('config', 'set', 'notify-keyspace-events', '')
    }
  })

  it('tells of a session that ends earlier than it would have', async () => {
    const { id, cookie } = await signedIn(redis.server, 'ada')
    const watching = start(['watch', '--json', '--limit', '1'], env())
    await watching.until('stderr', /\n/)
    const sessions = createSessions({
      secret: SECRET,
      store: redis.store(),
      storeTimeoutMs: 15_000,
    })
    const session = await sessions.open(cookie)
    session.adjustTimeoutForSession(60)
    await sessions.commit(session)
    expect(toldIn((await watching.ended).stdout)).toMatchObject([{ event: 'shortened', id }])
  })

  it('tells once of one that was revoked, not again when the reason is no longer kept', async () => {
    await redis.server.cli('config', 'set', 'notify-keyspace-events', 'Kg$xe')
    try {
      const { id } = await signedIn(redis.server, 'ada')
      const watching = start(['watch', '--json'], env())
      await watching.until('stderr', /\n/)
      await sojourn(['revoke', id, '--reason', 'lost'], env())
      await watching.until('stdout', /ended/)
      await redis.server.cli('pexpire', `session:${id}`, '1')
      await expect.poll(() => redis.server.cli('get', `session:${id}`)).toBeNull()
      // What is told in turn, and comes after it.
      const next = await makeSession(redis.server, (session) => (session['n'] = 1))
      await watching.until('stdout', /created/)
      expect(toldIn((await watching.interrupt()).stdout)).toMatchObject([
        { event: 'ended', id, reason: 'lost' },
        { event: 'created', id: next.id },
      ])
    } finally {
      await redis.server.cli('config', 'set', 'notify-keyspace-events', '')
    }
  })

  it('ends after so many events, with 0', async () => {
    const { id } = await signedIn(redis.server, 'ada')
    const watching = start(['watch', '--limit', '1'], env())
    await watching.until('stderr', /\n/)
    await sojourn(['revoke', id, '--reason', 'x'], env())
    await watching.until('stdout', /\n/)
    expect((await watching.ended).code).toBe(0)
  })

  it('ends with 1 where it may not subscribe', async () => {
    await redis.server.cli('acl', 'setuser', 'deaf', 'on', '>deaf', '~*', '+@all', '-psubscribe')
    const { code, stderr } = await sojourn(['watch'], {
      REDIS_URL: redis.server.url.replace('//', '//deaf:deaf@'),
    })
    expect([code, stderr]).toEqual([1, expect.stringContaining('NOPERM')])
  })
})

describe.each(['redis', 'ioredis'] as const)('sojourn watch, with %s', (client) => {
  const { start: begin } = useCommandLine(client)

  it('says that events are missed when its connection is lost', async () => {
    const watching = begin(['watch'], env())
    await watching.until('stderr', /watching session:/)
    await redis.server.cli('client', 'kill', 'type', 'pubsub')
    await watching.until('stderr', /the connection to 127\.0\.0\.1:\d+ is lost; events are missed/)
    await expect.poll(() => redis.server.cli('client', 'list', 'type', 'pubsub')).not.toBe('')
    const { code, stderr } = await watching.interrupt()
    expect([code, stderr.match(/is lost/g)]).toEqual([0, ['is lost']])
  })
})
