import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { equal } from '../../src/cookie/credential.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET, startApp } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { cookieOf } from '../support/timed.ts'

const source = new URL('../../src/', import.meta.url)
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
)

function codeOf(file: string): string {
  return readFileSync(new URL(file, source), 'utf8').replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '')
}

describe('comparing what is secret', () => {
  test('THREATS 20, T13: every byte counts, wherever it is', () => {
    const right = 'x'.repeat(43)
    expect(equal(right, right)).toBe(true)
    for (let at = 0; at < right.length; at++) {
      for (const other of ['y', 'X', '\0', '\u0178']) {
        expect(equal(right.slice(0, at) + other + right.slice(at + 1), right)).toBe(false)
      }
    }
    for (const other of ['', 'x', right.slice(1), `${right}x`]) {
      expect(equal(other, right)).toBe(false)
    }
  })

  test('THREATS 20, T13: is done by timingSafeEqual, and nowhere by an operator', () => {
    const name = String.raw`(?:hmac|mac|sign|signature|digest|tag|token|sealed?)`
    const call = String.raw`(?:\([^()]*\))?`
    const before = new RegExp(
      String.raw`(?<!typeof )\b${name}${call}\s*[!=]==?(?!\s*undefined)`,
      'i',
    )
    const after = new RegExp(String.raw`[!=]==?\s*${name}\b${call}`, 'i')
    const guilty = files.filter((file) => {
      const code = codeOf(file)
      return before.test(code) || after.test(code)
    })
    expect(guilty).toEqual([])
    const comparing = files.filter((file) => /\btimingSafeEqual\(/.test(codeOf(file)))
    expect(comparing).toEqual(['cookie/credential.ts'])
    const users = files.filter((file) => /\bequal\(/.test(codeOf(file)))
    expect(users).toEqual(
      expect.arrayContaining([
        'cookie/credential.ts',
        'session/csrf.ts',
        'migrate/express-session.ts',
      ]),
    )
  })
})

describe('cookies that open nothing', () => {
  const redis = useRedis()

  test('THREATS T13: cannot be told apart by their answers, nor by what they cost', async () => {
    const store = await redis.connectedStore()
    const sessions = createSessions<Data>({ secret: SECRET, store })
    const app = await startApp(sessions, {
      in: ({ session }) => void (session['user'] = 'ada'),
      out: ({ session }) => session.invalidate(),
      rotate: ({ session }) => session.rotate(),
      page: ({ session }) => session['user'] ?? null,
    })
    const begun = async (end: (cookie: string, key: string) => unknown) => {
      const browser = app.browser()
      await browser.post('/in')
      const cookie = browser.cookieHeader
      await end(cookie, `session:${cookie.replace(/^sid=(.*?)\..*/, '$1')}`)
      return cookie
    }
    const old = await sessions.open(undefined, undefined, { local: true })
    old['user'] = 'ada'
    const neverStored = cookieOf((await sessions.commit(old)).setCookie)
    await redis.server.cli('del', `session:${old.id}`)
    const cookies = {
      'never stored': neverStored,
      'signed out': await begun((cookie) => app.browser().post('/out', {}, { cookie })),
      rotated: await begun((cookie) => app.browser().post('/rotate', {}, { cookie })),
      evicted: await begun((_, key) => redis.server.cli('del', key)),
      expired: await begun(async (_, key) => {
        const value = String(await redis.server.cli('get', key))
        await redis.server.cli('set', key, value.replace(/ (\d{13}) 0 /, ' 1000000000000 0 '))
      }),
      replaced: await begun(async (_, key) => {
        const value = String(await redis.server.cli('get', key))
        await redis.server.cli('set', key, value.replace(/ 0 0 (\d{13})/, ' 2 0 $1'))
      }),
    }
    const answers = new Map<string, string[]>()
    for (const [what, cookie] of Object.entries(cookies)) {
      let seen = ''
      const commands = await redis.commandsDuring(async () => {
        const { status, text, headers } = await app.browser().get('/page', { cookie })
        seen = JSON.stringify([status, text, { ...headers, date: '' }])
      })
      const both = `${seen} ${JSON.stringify(commands)}`
      answers.set(both, [...(answers.get(both) ?? []), what])
    }
    expect([...answers.values()]).toEqual([Object.keys(cookies)])
    expect([...answers.keys()][0]).toMatch(/^\[200,"null".*\{"get":1\}$/)
  })
})
