import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createSessions, encrypt } from '../../src/index.ts'
import { SECRET } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import {
  keepHeaderSecret,
  keepSecret,
  makeSession,
  signedIn,
  useCommandLine,
} from './command-line.ts'

const redis = useRedis()
const { sojourn, json } = useCommandLine()
const env = () => ({ REDIS_URL: redis.server.url })

const LAPTOP = {
  client: { address: '203.0.113.7', userAgent: 'Firefox\u{1b}[2J' },
  amr: ['pwd', 'otp'],
}

describe('sojourn ls', () => {
  it('lists sessions, without data, and nothing that is none', async () => {
    const ada = await signedIn(redis.server, 'ada')
    const visitor = await makeSession(redis.server, (session) => (session['cart'] = ['tea']))
    await redis.server.cli('set', 'session:foreign', 'x')
    await redis.server.cli('set', 'another:key', 'x')
    const { code, stdout, stderr } = await sojourn(['ls', '--sort', 'created'], env())
    expect([code, stderr]).toEqual([0, ''])
    const rows = stdout
      .trim()
      .split('\n')
      .map((row) => row.split(/ {2,}/))
    expect(rows.map(([id, principal]) => [id, principal])).toEqual([
      ['ID', 'PRINCIPAL'],
      [visitor.id, '-'],
      [ada.id, 'ada'],
    ])
    expect(stdout).not.toContain('tea')
  })

  it('says in JSON when, until when, and how large', async () => {
    const { id } = await signedIn(redis.server, 'ada')
    const { sessions, more } = (await json(['ls'], env())) as Record<'sessions' | 'more', unknown>
    const value = String(await redis.server.cli('get', `session:${id}`))
    expect(more).toBe(false)
    expect(sessions).toEqual([
      {
        id,
        principal: 'ada',
        createdAt: expect.stringMatching(/^20.*Z$/),
        lastActiveAt: expect.stringMatching(/^20.*Z$/),
        expiresAt: expect.stringMatching(/^20.*Z$/),
        bytes: value.length,
      },
    ])
  })

  it('lists those of one principal from their list, which stays as it is', async () => {
    const [first, second] = [
      await signedIn(redis.server, 'a:*da'),
      await signedIn(redis.server, 'a:*da'),
    ]
    await signedIn(redis.server, 'bob')
    await redis.server.cli('del', `session:${first.id}`)
    const before = await redis.server.cli('zcard', 'session:of:a%3A*da')
    const found = await json(['ls', '--principal', 'a:*da'], env())
    expect(found).toMatchObject({ sessions: [{ id: second.id, principal: 'a:*da' }] })
    expect(await redis.server.cli('zcard', 'session:of:a%3A*da')).toBe(before)
  })

  it('shows no more than --limit, the first in order, and says that there are more', async () => {
    const made = []
    for (const size of [10, 3000, 200]) {
      made.push(await makeSession(redis.server, (session) => (session['fill'] = 'x'.repeat(size))))
    }
    const { stdout } = await sojourn(['ls', '--limit', '1', '--sort', 'size'], env())
    expect(stdout).toContain(made[1]?.id)
    expect(stdout.split('\n')[2]).toBe('and more; these are 1 session (--limit)')
    expect(await json(['ls', '--limit', '2'], env())).toMatchObject({ more: true })
    expect(await json(['ls', '--limit', '3'], env())).toMatchObject({ more: false })
  })

  it('keeps the first in order of more than it holds in memory', async () => {
    const sessions = createSessions<{ fill: string }>({
      secret: SECRET,
      store: redis.store(),
      storeTimeoutMs: 15_000,
    })
    // With --limit 1 it holds no more than 1002. The middle one is last, or first, in no order.
    const most = 1010
    const ids = await Promise.all(
      Array.from({ length: most }, async (_, at) => {
        const session = await sessions.open()
        session.fill = 'x'.repeat(10 * ((at + most / 2) % most))
        await sessions.commit(session)
        return session.id
      }),
    )
    const found = await json(['ls', '--limit', '1', '--sort', 'size'], env())
    expect(found).toMatchObject({ more: true, sessions: [{ id: ids[most / 2 - 1] }] })
  })

  it('keeps to its prefix, whatever characters that has', async () => {
    const [mine, others] = ['s[h]op*?:', 'shop1:']
    const { id } = await makeSession(redis.server, (session) => (session['a'] = 1), {
      prefix: mine,
    })
    await makeSession(redis.server, (session) => (session['a'] = 1), { prefix: others })
    await makeSession(redis.server, (session) => (session['a'] = 1), { prefix: 'shop:' })
    const found = await json(['ls', '--prefix', mine], env())
    expect((found as { sessions: object[] }).sessions).toMatchObject([{ id }])
  })

  it('writes nothing, and says that there is nothing', async () => {
    const commands = await redis.commandsDuring(async () => {
      expect((await sojourn(['ls'], env())).stdout).toBe('no sessions\n')
    })
    expect(Object.keys(commands)).not.toContain('set')
    expect(Object.keys(commands)).not.toContain('evalsha')
  })
})

describe('sojourn show', () => {
  it('says what the header says, in words, and nothing of the data', async () => {
    const { id } = await signedIn(redis.server, 'ada\u{202e}', LAPTOP)
    await keepHeaderSecret(redis.server, `session:${id}`)
    const { code, stdout } = await sojourn(['show', id], env())
    expect(code).toBe(0)
    expect(stdout).toContain(String.raw`ada\u{202e}`)
    expect(stdout).toMatch(/^signed in {4}20.* by pwd, otp$/m)
    expect(stdout).toContain(String.raw`Firefox\u{1b}[2J`)
    expect(stdout).toMatch(
      /^timeout {6}1200 seconds without activity, noted up to 60 seconds late$/m,
    )
    expect(stdout).not.toContain('tea')
    const found = await json(['show', id], env())
    expect(found).toMatchObject({ id, timeoutSeconds: 1200, renewals: 0, persistent: false })
    expect(found).not.toHaveProperty('data')
  })

  it('shows the data with --data, in both forms', async () => {
    const { id } = await makeSession(redis.server, (session) => {
      Object.assign(session, {
        cart: ['tea'],
        since: new Date(0),
        seen: new Set([1]),
        to: 'a\u{202e}b',
      })
      session.pushFlash('Welcome!', 'info')
    })
    const { stdout } = await sojourn(['show', id, '--data'], env())
    expect(stdout).toContain("cart: [ 'tea' ]")
    expect(stdout).toContain('seen: Set(1) { 1 }')
    expect(stdout).toContain(String.raw`to: 'a\u{202e}b'`)
    expect(stdout).toContain("{ queue: 'info', message: 'Welcome!' }")
    expect(await json(['show', id, '--data'], env())).toMatchObject({
      data: { $tagged: { cart: ['tea'], since: { $Date: '1970-01-01T00:00:00.000Z' } } },
      flash: [{ queue: 'info', message: 'Welcome!' }],
    })
  })

  it('writes what would turn the text of the data round as an escape', async () => {
    const { id } = await makeSession(redis.server, (session) => {
      Object.assign(session, { note: 'a\u{202e}b', more: ['\u{1b}[2J', 'x'.repeat(80)] })
      session.pushFlash('c\u{2028}d')
    })
    const { stdout } = await sojourn(['show', id, '--data'], env())
    expect(stdout).toMatch(/\n {2}note: 'a\\u\{202e\}b',\n/)
    expect(stdout).toContain(String.raw`c\u{2028}d`)
    expect(stdout).not.toMatch(/[\p{Cf}\p{Zl}]/u)
  })

  it('says that it cannot read what is encrypted', async () => {
    const key = randomBytes(32).toString('base64url')
    const { id } = await makeSession(
      redis.server,
      (session) => (session['cart'] = ['tea']),
      encrypt({ keys: [key] }),
    )
    const { code, stdout } = await sojourn(['show', id, '--data'], env())
    expect(code).toBe(0)
    expect(stdout).toContain('not readable here: encrypted')
    expect(stdout).toContain('data as bytes')
  })

  it.each([
    ['absent', undefined, 'there is no such session'],
    ['foreign', 'x', 'is no session of this format'],
    ['newer', 'sojourn9 x\n', 'by a later version'],
  ])('ends with 1 for what is %s', async (kind, value, words) => {
    if (value !== undefined) await redis.server.cli('set', 'session:x', value)
    const { code, stdout } = await sojourn(['show', 'x'], env())
    expect([code, stdout]).toEqual([1, expect.stringContaining(words)])
    expect(await json(['show', 'x'], env())).toEqual({ id: 'x', found: kind })
  })
})

describe('sojourn revoke', () => {
  it('ends a session, whose visitor can be told why', async () => {
    const { id } = await signedIn(redis.server, 'ada')
    const { code, stdout } = await sojourn(['revoke', id, '--reason', 'lost phone'], env())
    expect([code, stdout]).toEqual([0, `revoked ${id}\n1 session revoked\n`])
    expect(await redis.server.cli('get', `session:${id}`)).toMatch(
      /^sojourn1-ended .* lost%20phone\n[\w-]{8}$/,
    )
    expect(await json(['show', id], env())).toMatchObject({ ended: { reason: 'lost phone' } })
  })

  it('keeps the reason for as long as the settings say', async () => {
    const { id } = await signedIn(redis.server, 'ada')
    const settings = { ...env(), REDIS_SESSIONS_REASON_KEPT: '60' }
    await sojourn(['revoke', id, '--reason', 'x', '--url', redis.server.url], settings)
    const keptS = Number(await redis.server.cli('ttl', `session:${id}`))
    expect(keptS).toBeGreaterThanOrEqual(50)
    expect(keptS).toBeLessThanOrEqual(60)
  })

  it('ends all of a principal, and nobody else', async () => {
    const made = [await signedIn(redis.server, 'ada'), await signedIn(redis.server, 'ada')]
    const bob = await signedIn(redis.server, 'bob')
    const found = (await json(['revoke', '--principal', 'ada', '--reason', 'left'], env())) as {
      revoked: string[]
    }
    expect(new Set(found.revoked)).toEqual(new Set(made.map(({ id }) => id)))
    expect((await sojourn(['show', bob.id], env())).stdout).not.toContain('ended')
    expect((await sojourn(['revoke', '--principal', 'ada', '--reason', 'left'], env())).code).toBe(
      1,
    )
  })

  it('ends with 1 when one was not there, and ends the others', async () => {
    const { id } = await signedIn(redis.server, 'ada')
    const { code, stdout } = await sojourn(['revoke', 'nobody', id, '--reason', 'x'], env())
    expect(code).toBe(1)
    expect(stdout).toBe(`revoked ${id}\nnobody: there is no such session\n1 session revoked\n`)
  })

  it('ends nothing when one of the ids is none', async () => {
    const { id } = await signedIn(redis.server, 'ada')
    const { code, stdout } = await sojourn(['revoke', id, 'not an id', '--reason', 'x'], env())
    expect([code, stdout]).toEqual([2, ''])
    expect(await json(['show', id], env())).toMatchObject({ principal: 'ada' })
  })

  it('says what it has ended before it failed', async () => {
    const visits = () => makeSession(redis.server, (session) => (session['a'] = 1))
    const [mine, others] = [await visits(), await visits()]
    const may = [`~session:${mine.id}`, '&*', '+@all']
    await redis.server.cli('acl', 'setuser', 'half', 'reset', 'on', '>pw-of-half', ...may)
    keepSecret('pw-of-half')
    const halfway = { REDIS_URL: redis.server.url.replace('//', '//half:pw-of-half@') }
    const args = ['revoke', mine.id, others.id, '--reason', 'x']
    const { code, stdout, stderr } = await sojourn(args, halfway)
    expect([code, stdout]).toEqual([1, `revoked ${mine.id}\n1 session revoked\n`])
    expect(stderr).toContain('NOPERM')
  })

  it.each([
    [['revoke', 'x'], 'needs --reason'],
    [['revoke', '--reason', 'x'], 'ids of sessions, or --principal'],
    [['revoke', 'x', '--principal', 'ada', '--reason', 'x'], 'ids of sessions, or --principal'],
    [['revoke', 'x', '--reason', 'x'.repeat(201)], '1 to 200 characters'],
    [['revoke', 'not an id', '--reason', 'x'], '"not an id" is no id of a session'],
  ])('ends with 2 for %j', async (args, words) => {
    const { code, stdout, stderr } = await sojourn(args, env())
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(words)])
  })
})

describe('sojourn stats', () => {
  it('counts', async () => {
    for (const principal of ['ada', 'ada', 'bob']) await signedIn(redis.server, principal)
    const lost = await signedIn(redis.server, 'ada')
    await makeSession(redis.server, (session) => (session['a'] = 1))
    await sojourn(['revoke', lost.id, '--reason', 'x'], env())
    await redis.server.cli('set', 'session:foreign', 'x')
    await redis.server.cli('rpush', 'session:queue', 'x')
    await redis.server.cli('set', 'session:later', 'sojourn2 x\n')
    expect(await json(['stats', '--limit', '1'], env())).toMatchObject({
      sessions: { all: 4, signedIn: 3, visitors: 1, endingWithinAnHour: 4 },
      others: { ended: 1, list: 2, newer: 1, foreign: 2 },
      principals: { all: 2, most: [{ principal: 'ada', sessions: 2 }] },
    })
    const { code, stdout, stderr } = await sojourn(['stats'], env())
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('4 sessions: 3 signed in, 1 visitor')
    expect(stdout).toMatch(/^ada {11}2$/m)
  })

  it('counts nothing where nothing is', async () => {
    expect(await json(['stats'], env())).toMatchObject({ sessions: { all: 0 }, ageMs: null })
  })
})
