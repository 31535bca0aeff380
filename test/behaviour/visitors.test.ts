import { randomBytes } from 'node:crypto'
import { Agent } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSeal } from '../../src/cookie/credential.ts'
import { randomId } from '../../src/cookie/random.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import {
  type Data,
  type DataSessions,
  type Framework,
  type Pages,
  SECRET,
  startApp,
  dataIn,
} from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { collect } from '../support/events.ts'

const FRAMEWORKS: readonly Framework[] = ['express 5', 'express 4', 'node']

const PAGES: Pages = {
  begin: ({ session }) => void (session['user'] = 'ada'),
  who: ({ session }) => session['user'] ?? null,
  ignore: () => 'a page that does not look',
  /** Everything that can be looked at, and nothing that is written. */
  inspect: ({ session }) => {
    session.peekFlash()
    session.popFlash('q')
    session.verifyCsrfToken('x')
    session.clear()
    delete session['nothing']
    session['nothing'] = undefined
    return [session.id, session.isNew, session.timeout, dataIn(session), 'key' in session]
  },
}

/** A cookie this library signed, of a session that was never stored. */
function unknownCookie(id = randomId()): string {
  const family = randomBytes(16).toString('base64url')
  return createSeal([SECRET], 'session:').write('sid', { id, family, edition: 0 })
}

function forgeries(): readonly [what: string, cookie: string][] {
  const good = unknownCookie()
  const [id = '', family = '', edition = '', signature = ''] = good.split('.')
  const bySomebodyElse = createSeal([`${SECRET}!`], 'session:')
  return [
    ['none', ''],
    ['an empty one', 'sid='],
    ['one of another name', `other=${good}`],
    ['a name in other case', `SID=${good}`],
    ['garbage', 'sid=garbage'],
    ['quoted', `sid="${good}"`],
    ['percent-encoded', `sid=${good.replaceAll('.', '%2E')}`],
    ['"undefined"', 'sid=undefined'],
    ['"null"', 'sid=null'],
    ['the id alone', `sid=${id}`],
    ['without signature', `sid=${id}.${family}.${edition}`],
    ['with an empty signature', `sid=${id}.${family}.${edition}.`],
    ['with another id', `sid=${randomId()}.${family}.${edition}.${signature}`],
    ['with another family', `sid=${id}.${randomId()}.${edition}.${signature}`],
    ['with another edition', `sid=${id}.${family}.1.${signature}`],
    [
      'signed with another secret',
      `sid=${bySomebodyElse.write('sid', { id, family, edition: 0 })}`,
    ],
    ['twice', `sid=${good}; sid=${good}`],
    ['a very long one', `sid=${'x'.repeat(10_000)}`],
    ['of express-session', 'sid=s%3Aabc.def'],
  ]
}

describe('visitors, on Redis', () => {
  const redis = useRedis()

  async function begin(framework?: Framework, options: Partial<SessionOptions<Data>> = {}) {
    const store = await redis.connectedStore()
    const sessions: DataSessions = createSessions<Data>({ secret: SECRET, store, ...options })
    return startApp(sessions, PAGES, framework)
  }

  test.each(FRAMEWORKS)(
    'THREATS 9, 10: no cookie of ours, or a bad one: no command, no cookie, no record, %s (ASVS 7.6.2)',
    async (framework) => {
      const app = await begin(framework)
      const commands = await redis.commandsDuring(async () => {
        for (const [what, cookie] of forgeries()) {
          for (const page of ['/who', '/ignore', '/inspect']) {
            const answer = await app.browser().get(page, { cookie })
            expect([what, answer.status, answer.setCookies]).toEqual([what, 200, []])
          }
        }
      })
      expect(commands).toEqual({})
      expect(await redis.server.cli('dbsize')).toBe(0)
    },
  )

  test('a cookie of another name, prefix or secret is forged or malformed, and says so (ASVS 7.2.1)', async () => {
    const app = await begin()
    const events = collect()
    for (const [, cookie] of forgeries()) await app.browser().get('/who', { cookie })
    const reasons = events.of('rejected').map(({ reason }) => reason)
    expect(new Set(reasons)).toEqual(new Set(['malformed', 'forged', 'duplicate']))
    expect(events.all).toHaveLength(reasons.length)
  })

  test.each(FRAMEWORKS)(
    '1000 reads of a signed-in session are 1000 GET and nothing else, %s',
    async (framework) => {
      const app = await begin(framework)
      const browser = app.browser()
      await browser.post('/begin')
      const agent = new Agent({ keepAlive: true })
      onTestFinished(() => agent.destroy())
      const commands = await redis.commandsDuring(async () => {
        for (let batch = 0; batch < 40; batch++) {
          const answers = await Promise.all(
            Array.from({ length: 25 }, () => browser.get('/who', { agent })),
          )
          for (const { json, setCookies } of answers)
            expect([json, setCookies]).toEqual(['ada', []])
        }
      })
      expect(commands).toEqual({ get: 1000 })
    },
  )

  test('THREATS 8: 100 well-formed unknown ids adopt nothing', async () => {
    const app = await begin()
    const cookies = Array.from({ length: 100 }, () => unknownCookie())
    for (const cookie of cookies) {
      const answer = await app.browser().get('/who', { cookie: `sid=${cookie}` })
      expect([answer.json, answer.setCookies]).toEqual([null, []])
    }
    expect(await redis.server.cli('dbsize')).toBe(0)

    const ids = cookies.map((cookie) => cookie.split('.')[0])
    for (const cookie of cookies) {
      const answer = await app.browser().post('/begin', {}, { cookie: `sid=${cookie}` })
      expect(answer.setCookies).toHaveLength(1)
      expect(answer.setCookies[0]).not.toContain(cookie.split('.')[0])
    }
    const keys = (await redis.server.cli('keys', '*')) as string[]
    expect(keys).toHaveLength(100)
    expect(keys.filter((key) => ids.includes(key.replace('session:', '')))).toEqual([])
  })

  test('THREATS 3: a weak id generator opens nothing to who guesses an id (ASVS 7.2.2)', async () => {
    const app = await begin(undefined, { idGenerator: () => '1' })
    await app.browser().post('/begin')
    for (const cookie of ['sid=1', `sid=1.${randomId()}.0.${'A'.repeat(43)}`]) {
      expect((await app.browser().get('/who', { cookie })).json).toBeNull()
    }
    // Not even with the secret: the family is not in the store.
    const signed = await app.browser().get('/who', { cookie: `sid=${unknownCookie('1')}` })
    expect(signed.json).toBeNull()
  })

  test('THREATS 3, T1: what lies in Redis holds no part of the cookie but the id', async () => {
    const app = await begin()
    const browser = app.browser()
    await browser.post('/begin')
    const [id = '', family = '', , signature = ''] = browser.cookies.get('sid')?.split('.') ?? []
    const value = String(await redis.server.cli('get', `session:${id}`))
    expect(value).toContain(id)
    expect(value).not.toContain(family)
    expect(value).not.toContain(signature)
  })

  test('THREATS 9: what only visits: signing out without a session costs no command', async () => {
    const store = await redis.connectedStore()
    const sessions = createSessions<Data>({ secret: SECRET, store })
    const app = await startApp(sessions, { out: ({ session }) => session.invalidate() })
    const commands = await redis.commandsDuring(async () => {
      for (let times = 0; times < 20; times++) await app.browser().post('/out')
    })
    expect(commands).toEqual({})
  })
})
