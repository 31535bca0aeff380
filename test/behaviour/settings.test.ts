import { fileURLToPath } from 'node:url'
import { createClient } from 'redis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { OptionError } from '../../src/errors.ts'
import type { Sessions } from '../../src/sessions.ts'
import { type Settings, sessionsFromSettings } from '../../src/settings/settings.ts'
import type { Data } from '../support/app.ts'
import { SECRET } from '../support/app.ts'
import { parseSetCookie } from '../support/browser-jar.ts'
import { useRedis } from '../support/both-stores.ts'
import { newKey } from '../support/encrypting.ts'
import { startRedis } from '../support/redis-server.ts'

const BASE = new URL('./fixtures/', import.meta.url)
const FUNCTIONS = './functions.js'

/** Settings by their short names, with a secret. */
function named(settings: Settings): Settings {
  const all = { secret: SECRET, ...settings }
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [`redis.sessions.${name}`, value]),
  )
}

function sessionsOf(settings: Settings, base: URL | string = BASE): Sessions<Data> {
  const sessions = sessionsFromSettings<Data>(settings, { base })
  onTestFinished(() => sessions.close())
  return sessions
}

function refusal(settings: Settings, base?: URL | string): OptionError {
  try {
    sessionsOf(settings, base)
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError)
    return error as OptionError
  }
  throw new Error(`taken: ${Object.keys(settings).join(' ')}`)
}

describe('sessionsFromSettings', () => {
  const redis = useRedis()

  const here = () => ({ url: redis.server.url })
  const stored = async (id: string) => String(await redis.server.cli('get', `session:${id}`))

  /** The client that the fixture's chooseClient gives. */
  async function withClient(): Promise<void> {
    const client = await createClient({ url: redis.server.url }).connect()
    onTestFinished(() => client.destroy())
    Object.assign(globalThis, { fixtureClient: client })
  }

  /** Begins a session over plain http from this machine, as a browser would see it. */
  async function begin(settings: Settings, options: { local?: boolean } = {}) {
    const sessions = sessionsOf(named({ ...here(), ...settings }))
    const session = await sessions.open(undefined, {}, { local: true, ...options })
    session['user'] = 'ada'
    const result = await sessions.commit(session)
    const cookie = parseSetCookie(result.setCookie ?? '')
    return { sessions, session, cookie, outcome: result.outcome }
  }

  describe('form', () => {
    test('redis.sessions.<option> and REDIS_SESSIONS_<OPTION>; other keys are ignored', async () => {
      const sessions = sessionsOf({
        'redis.sessions.secret': SECRET,
        REDIS_SESSIONS_URL: redis.server.url,
        REDIS_SESSIONS_TIMEOUT: '77',
        'sqlalchemy.url': 'x',
        PATH: '/bin',
        'redis.session.timeout': '1',
        REDIS_URL: 'redis://nowhere',
        'cache.redis.sessions.timeout': '1',
      })
      const session = await sessions.open()
      session['n'] = 1
      expect([session.timeout, (await sessions.commit(session)).outcome]).toEqual([77, 'created'])
    })

    test('the same option in both forms, or by an alias, is an error naming both', () => {
      const error = refusal({
        'redis.sessions.secret': SECRET,
        'redis.sessions.timeout': '60',
        REDIS_SESSIONS_TIMEOUT: '70',
      })
      expect(error.message).toMatch(/REDIS_SESSIONS_TIMEOUT.*redis\.sessions\.timeout/)
      expect(refusal(named({ cookie_httponly: '1', cookie_http_only: '1' })).message).toMatch(
        /cookie_httponly/,
      )
    })

    test.each(['', null, undefined])('%j means absent', async (empty) => {
      const names = ['timeout', 'cookie_name', 'host', 'port', 'password', 'serialize', 'db']
      const more = ['client_callable', 'cookie_secure', 'cookie_max_age', 'charset', 'unknown']
      const { session } = await begin(
        Object.fromEntries([...names, ...more].map((name) => [name, empty])),
      )
      expect(session.timeout).toBe(1200)
    })

    test('an unknown option names the nearest, a missing secret says so', () => {
      expect(refusal(named({ time_out: '1' })).message).toContain('did you mean timeout?')
      expect(refusal(named({ cookie_htponly: '1' })).message).toMatch(/did you mean cookie_http/)
      expect(refusal({ REDIS_SESSIONS_TIMEUOT: '1' }).option).toBe('REDIS_SESSIONS_TIMEUOT')
      expect(refusal({}).option).toBe('secret')
      expect(refusal({ 'redis.sessions.constructor': 'x' }).message).toContain('is not a setting')
    })

    test.each(['charset', 'encoding', 'encoding_errors', 'errors', 'connection_pool'])(
      '%s, which only Python has, is an error that says what to do',
      (name) => {
        const error = refusal(named({ [name]: 'utf-8' }))
        expect(error.option).toBe(`redis.sessions.${name}`)
        expect(error.message).toMatch(/remove it|client_callable = /)
      },
    )

    test('secrets are several, and several in secret are refused', async () => {
      const [old, next] = ['a'.repeat(32), 'b'.repeat(32)]
      const before = await begin({ secret: old })
      const after = sessionsOf(named({ ...here(), secret: '', secrets: `${next}, ${old}` }))
      const { name, value } = before.cookie
      const session = await after.open(`${name}=${value}`, {}, { local: true })
      expect(session['user']).toBe('ada')

      const error = refusal(named({ secret: `${next},${old}` }))
      expect(error.message).toMatch(/^redis.sessions.secret: .* secrets takes those$/)
      expect(refusal(named({ secrets: next })).message).toContain('says again what')
    })

    test('settings that are none are refused', () => {
      expect(refusal(undefined as never).message).toMatch(/^settings: must be an object/)
    })

    test('an error of an option carries no secret or password', () => {
      const error = refusal(named({ timeout: '-1', password: 'pass-word', url: 'redis://:pw@' }))
      expect(error.message).not.toContain(SECRET)
      expect(error.message).not.toMatch(/pass-word|:pw/)
    })
  })

  describe('options', () => {
    test('timeout, absolute_timeout, touch_interval', async () => {
      const { session } = await begin({ timeout: '600', absolute_timeout: '900' })
      expect(session.timeout).toBe(600)
      session.adjustTimeoutForSession(9000)
      const left = (session.expiresAt.getTime() - session.createdAt.getTime()) / 1000
      expect(Math.round(left)).toBe(900)
      expect(refusal(named({ touch_interval: '9999' })).message).toBe(
        'redis.sessions.touch_interval: touchInterval must be at most 3600 seconds, not 9999',
      )
    })

    test.each(['none', 'None', 'null', 'NULL'])('absolute_timeout %s is none', async (none) => {
      const { session } = await begin({ absolute_timeout: none })
      session.adjustTimeoutForSession(34_560_000)
      const left = (session.expiresAt.getTime() - session.createdAt.getTime()) / 1000
      expect(Math.round(left)).toBe(34_560_000)
    })

    test.each([
      ['socket_timeout', '0.05', 50],
      ['socket_timeout', 0.06, 60],
      ['store_timeout_ms', '70', 70],
    ])('%s %s is %i ms for a store operation', async (name, value, ms) => {
      const { sessions, cookie } = await begin({})
      const late = sessionsOf(named({ [name]: value, client_callable: `${FUNCTIONS}#hang` }))
      await expect(
        late.open(`${cookie.name}=${cookie.value}`, {}, { local: true }),
      ).rejects.toThrow(`within ${ms} ms`)
      await sessions.close()
    })

    test('prefix and max_bytes', async () => {
      await begin({ prefix: 'shop:' })
      expect(await redis.server.cli('keys', '*')).toEqual([expect.stringMatching(/^shop:/)])
      await expect(begin({ max_bytes: '5' })).rejects.toThrow('maxBytes allows 5')
    })

    test.each([
      ['no', 0],
      ['yes', 1],
    ])('cookie_on_exception %s', async (word, records) => {
      const sessions = sessionsOf(named({ ...here(), cookie_on_exception: word }))
      const session = await sessions.open()
      session['n'] = 1
      await sessions.commit(session, { failed: true })
      expect(await redis.server.cli('dbsize')).toBe(records)
    })

    test('clear_site_data is a list', async () => {
      const { sessions, cookie } = await begin({ clear_site_data: 'cache, storage' })
      const leaving = await sessions.open(`${cookie.name}=${cookie.value}`, {}, { local: true })
      leaving.invalidate()
      expect((await sessions.commit(leaving)).clearSiteData).toBe('"cache", "storage"')
      expect(refusal(named({ clear_site_data: 'cache,,' })).option).toBe(
        'redis.sessions.clear_site_data',
      )
    })

    test.each(['timeout', 'absolute_timeout', 'max_bytes', 'port', 'db', 'socket_timeout'])(
      '%s that is no number is refused under its own name',
      (name) => {
        for (const value of ['soon', '1h', '1e3', '0x10', 'NaN', '1 2', true]) {
          expect(refusal(named({ [name]: value })).option).toBe(`redis.sessions.${name}`)
        }
      },
    )

    test('numbers are checked like the options they are', () => {
      expect(refusal(named({ timeout: '0' })).option).toBe('redis.sessions.timeout')
      expect(refusal({ ...named({}), REDIS_SESSIONS_TIMEOUT: '1.5' }).option).toBe(
        'REDIS_SESSIONS_TIMEOUT',
      )
      expect(refusal(named({ timeout: '86400000' })).message).toMatch(/looks like milliseconds/)
    })
  })

  test('durability_replicas makes ends wait for replicas', async () => {
    const { sessions, session } = await begin({
      durability_replicas: '1',
      durability_timeout_ms: '10',
    })
    const revoking = sessions.revoke(session.id, { reason: 'x' })
    await expect(revoking).rejects.toMatchObject({ operation: 'confirm' })
    expect(refusal(named({ ...here(), durability_replicas: '0' })).option).toBe(
      'redis.sessions.durability_replicas',
    )
  })

  test('near_cache_max_stale makes sessions be held, with the defaults for the rest', async () => {
    const { sessions, cookie } = await begin({ near_cache_max_stale: '1' })
    const commands = () =>
      redis.commandsDuring(() =>
        sessions.open(`${cookie.name}=${cookie.value}`, {}, { local: true }),
      )
    await expect.poll(async () => (await commands())['get'], { interval: 5 }).toBeUndefined()
    expect(refusal(named({ ...here(), near_cache_max_sessions: '0' })).option).toBe(
      'redis.sessions.near_cache_max_sessions',
    )
  })

  describe('encryption_keys', () => {
    test('encrypt what is stored, and decrypt it', async () => {
      const { sessions, session, cookie } = await begin({ encryption_keys: newKey() })
      expect(await stored(session.id)).not.toContain('ada')
      const header = `${cookie.name}=${cookie.value}`
      expect((await sessions.open(header, {}, { local: true }))['user']).toBe('ada')
    })

    test.each([',', ', ', ' ,\n'])(
      'may be several, separated by %j: all decrypt',
      async (comma) => {
        const [old, next] = [newKey(), newKey()]
        const { cookie } = await begin({ encryption_keys: old })
        const keys = next + comma + old
        const sessions = sessionsOf(named({ ...here(), encryption_keys: keys }))
        const session = await sessions.open(`${cookie.name}=${cookie.value}`, {}, { local: true })
        expect(session['user']).toBe('ada')
      },
    )

    test('encrypt what serialize and deserialize make', async () => {
      const { sessions, session, cookie } = await begin({
        encryption_keys: newKey(),
        serialize: `${FUNCTIONS}#serialize`,
        deserialize: `${FUNCTIONS}#deserialize`,
      })
      expect(await stored(session.id)).not.toContain(Buffer.from('{"user":"').toString('base64'))
      const header = `${cookie.name}=${cookie.value}`
      expect((await sessions.open(header, {}, { local: true }))['user']).toBe('ada')
    })

    test.each(['', ' ', ',', null, undefined, 'no key', `${newKey()},`])(
      'that did not arrive are an error, not a session in plain text: %j',
      (value) => {
        const error = refusal(named({ encryption_keys: value }))
        expect(error.message).toContain('encr')
        expect(error.message).toContain('make one with')
      },
    )
  })

  describe('cookie', () => {
    test('every attribute', async () => {
      const { cookie } = await begin({
        cookie_name: 'shop',
        cookie_max_age: '3600',
        cookie_path: '/shop',
        cookie_domain: 'example.com',
        cookie_secure: 'on',
        cookie_http_only: 'off',
        cookie_same_site: 'None',
        cookie_partitioned: 'yes',
        cookie_priority: 'HIGH',
      })
      expect(cookie.name).toBe('shop')
      expect(cookie.attributes).toEqual({
        'max-age': '3600',
        path: '/shop',
        domain: 'example.com',
        secure: '',
        samesite: 'None',
        partitioned: '',
        priority: 'High',
      })
    })

    test('cookie_httponly and cookie_samesite are other names', async () => {
      const { cookie } = await begin({ cookie_httponly: '0', cookie_samesite: 'STRICT' })
      expect(cookie.attributes).toEqual({ path: '/', samesite: 'Strict' })
    })

    test.each([
      ['true yes on y t 1 TRUE Yes ON Y T', true],
      ['false no off n f 0 FALSE No OFF N F', false],
    ])('%s', async (words, secure) => {
      for (const word of words.split(' ')) {
        const { cookie } = await begin({ cookie_secure: word })
        expect([word, 'secure' in cookie.attributes]).toEqual([word, secure])
      }
      const { cookie } = await begin({ cookie_secure: secure })
      expect('secure' in cookie.attributes).toBe(secure)
    })

    test('cookie_secure auto, and words that are none', async () => {
      expect((await begin({ cookie_secure: 'Auto' })).cookie.name).toBe('sid')
      expect((await begin({ cookie_secure: 'Auto' }, { local: false })).cookie.name).toBe(
        '__Host-sid',
      )
      for (const value of ['maybe', '2', 'yess']) {
        expect(refusal(named({ cookie_secure: value })).option).toBe('redis.sessions.cookie_secure')
      }
    })

    test('cookie_max_age none ends with the browser', async () => {
      const { cookie } = await begin({ cookie_max_age: 'none' })
      expect(cookie.attributes).not.toHaveProperty('max-age')
    })
  })

  describe('where Redis is', () => {
    test('host, port and db', async () => {
      const { outcome } = await begin({
        url: '',
        host: '127.0.0.1',
        port: String(redis.server.port),
        db: '5',
      })
      expect(outcome).toBe('created')
      expect(String(await redis.server.cli('info', 'keyspace'))).toMatch(/db5:keys=1/)
    })

    test.each(['path', 'unix_socket_path'])('%s', async (name) => {
      const { outcome } = await begin({ url: '', [name]: redis.server.socketPath })
      expect(outcome).toBe('created')
    })

    test('password', async () => {
      const server = await startRedis({ args: ['--requirepass', 'open'] })
      onTestFinished(() => server.stop())
      const where = { url: '', host: '127.0.0.1', port: server.port }
      expect((await begin({ ...where, password: 'open' })).outcome).toBe('created')
      await expect(begin(where)).rejects.toThrow('session store')
    })

    test('url wins over host, port, db, username and password', async () => {
      const { outcome } = await begin({
        host: 'nowhere.invalid',
        port: '1',
        db: '7',
        password: 'wrong',
      })
      expect(outcome).toBe('created')
      expect(String(await redis.server.cli('info', 'keyspace'))).toMatch(/db0:keys=1/)
    })

    test('nothing said is localhost, port 6379', () => {
      expect(() => sessionsOf(named({}))).not.toThrow()
    })
  })

  describe('functions', () => {
    test('id_generator, serialize and deserialize by module path', async () => {
      const { sessions, session, cookie } = await begin({
        id_generator: `${FUNCTIONS}#makeId`,
        serialize: `${FUNCTIONS}#serialize`,
        deserialize: `${FUNCTIONS}#deserialize`,
      })
      expect(session.id).toMatch(/^fixture-\d/)
      const value = String(await redis.server.cli('get', `session:${session.id}`))
      expect(value).toContain(Buffer.from('{"user":"ada"}').toString('base64'))
      const header = `${cookie.name}=${cookie.value}`
      expect((await sessions.open(header, {}, { local: true }))['user']).toBe('ada')
    })

    test('as functions', async () => {
      const { session } = await begin({ id_generator: () => 'mine' })
      expect(session.id).toBe('mine')
    })

    test('client_callable wins over url and host, and gets what was said', async () => {
      await withClient()
      const calls: unknown[] = []
      const client_callable = (_request: object, settings: object) => {
        calls.push(settings)
        return (globalThis as { fixtureClient?: unknown }).fixtureClient
      }
      expect((await begin({ url: 'redis://elsewhere:7/2', client_callable })).outcome).toBe(
        'created',
      )
      const host = { url: '', host: 'elsewhere', db: '3', password: 'pw', username: 'app' }
      await begin({ ...host, client_callable })
      await begin({ url: '', client_callable })
      expect(calls).toEqual([
        { host: 'elsewhere', port: 7, db: 2, tls: false },
        { host: 'elsewhere', port: 6379, db: 3, username: 'app', password: 'pw', tls: false },
        { host: 'localhost', port: 6379, db: 0, tls: false },
      ])
    })

    test('client_callable by module path', async () => {
      await withClient()
      expect((await begin({ client_callable: `${FUNCTIONS}#chooseClient` })).outcome).toBe(
        'created',
      )
    })

    test.each([
      ['a file URL', BASE],
      ['its text', BASE.href],
      ['a folder', fileURLToPath(BASE).replace(/\/$/, '')],
      ['a folder with its slash', fileURLToPath(BASE)],
      ['a file beside it', new URL('other.js', BASE)],
    ])('relative to base as %s', (_, base) => {
      const settings = named({ ...here(), id_generator: `${FUNCTIONS}#makeId` })
      expect(() => sessionsOf(settings, base)).not.toThrow()
    })

    test('of a package', () => {
      expect(() => sessionsOf(named({ id_generator: 'node:crypto#randomUUID' }))).not.toThrow()
    })

    const WRONG: readonly [name: string, says: RegExp][] = [
      ['myapp.sessions.make_id', /dotted Python name/],
      ['./functions.js', /\.\/file\.js#exportName/],
      ['#makeId', /\.\/file\.js#exportName/],
      ['./functions.js#', /\.\/file\.js#exportName/],
      ['./functions.js#a#b', /\.\/file\.js#exportName/],
      ['./functions.js#missing', /no exported function "missing"/],
      ['./functions.js#notAFunction', /no exported function "notAFunction"/],
      ['./nowhere.js#makeId', /cannot load/],
      ['no-such-package-at-all#makeId', /cannot load/],
    ]

    test.each(WRONG)('%s is refused under the name of the setting', (value, says) => {
      for (const setting of ['id_generator', 'client_callable', 'serialize', 'deserialize']) {
        const error = refusal(named({ [setting]: value }))
        expect(error.option).toBe(`redis.sessions.${setting}`)
        expect(error.message).toMatch(says)
      }
    })

    test('a number is no function', () => {
      expect(refusal(named({ id_generator: 7 })).option).toBe('redis.sessions.id_generator')
    })
  })
})
