import { describe, expect, test } from 'vitest'
import { OptionError, SessionError, UsageError } from '../../src/errors.ts'
import { session } from '../../src/adapters/express.ts'
import { encrypt } from '../../src/encrypt/encrypt.ts'
import { expressSession } from '../../src/migrate/express-session.ts'
import { type Sessions, createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { type Data, SECRET, startApp, dataIn } from '../support/app.ts'
import { LatchStore } from '../support/latch-store.ts'

type Options = Record<string, unknown>

function make(options: Options): Sessions<Data> {
  return createSessions<Data>({ secret: SECRET, ...options })
}

function refusal(options: Options): OptionError {
  return refusalOf(() => make(options))
}

function refusalOf(wrong: () => unknown): OptionError {
  try {
    wrong()
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError)
    return error as OptionError
  }
  throw new Error(`nothing is refused: ${wrong.toString()}`)
}

const NO_SECONDS = [
  0,
  -1,
  -0,
  0.5,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  34_560_001,
  1_200_000_000,
  Number.MAX_SAFE_INTEGER,
  '1200',
  '',
  true,
  {},
  [],
  1200n,
  new Date(),
]

describe('durations', () => {
  for (const option of ['timeout', 'absoluteTimeout']) {
    test.each(NO_SECONDS)(`${option} %s is refused`, (value) => {
      const error = refusal({ [option]: value })
      expect([error.option, error.code]).toEqual([option, 'option'])
      expect(error.message).toMatch(new RegExp(`^${option}: `))
    })

    test.each([1, 60, 34_560_000])(`${option} %i is taken`, (value) => {
      expect(() => make({ [option]: value })).not.toThrow()
    })
  }

  test.each(NO_SECONDS)('cookie.maxAge %s is refused', (value) => {
    expect(refusal({ cookie: { maxAge: value } }).option).toBe('cookie.maxAge')
  })

  test('null stands for none where that exists, and nowhere else', () => {
    expect(() => make({ absoluteTimeout: null, cookie: { maxAge: null } })).not.toThrow()
    expect(refusal({ timeout: null }).option).toBe('timeout')
  })

  test.each([
    [34_560_001, 'timeout: must be at most 34560000 seconds, not 34560001'],
    [1_200_000_000, /seconds, not 1200000000, which looks like milliseconds$/],
  ])('a huge %d is refused, and said to look like milliseconds when it does', (value, message) => {
    expect(() => make({ timeout: value })).toThrow(message)
  })

  test.each([
    ['options', () => createSessions(SECRET as never)],
    ['cookie', () => make({ cookie: SECRET })],
    ['merge', () => make({ merge: SECRET })],
    ['migrate', () => make({ migrate: SECRET })],
    ['maxPerPrincipal', () => make({ maxPerPrincipal: SECRET })],
    ['redisStore', () => redisStore(SECRET as never)],
    ['redisStore', () => redisStore([SECRET] as never)],
    ['encrypt', () => encrypt(SECRET as never)],
    ['expressSession', () => expressSession(SECRET as never)],
  ])('a secret where %s takes an object is not shown', (option, wrong) => {
    const error = refusalOf(wrong)
    expect(error.option).toBe(option)
    expect(error.message).toMatch(/not (a string|an array)$/)
  })

  test.each([-1, 3601, 0.5, Number.NaN, '0'])('touchInterval %s is refused', (value) => {
    expect(refusal({ touchInterval: value }).option).toBe('touchInterval')
  })

  test.each([0, 1, 3600])('touchInterval %i is taken', (value) => {
    expect(() => make({ touchInterval: value })).not.toThrow()
  })

  test.each([9, 60_001, 10.5, 0, -5, Number.NaN, '1000'])(
    'storeTimeoutMs %s is refused',
    (value) => {
      expect(refusal({ storeTimeoutMs: value }).option).toBe('storeTimeoutMs')
    },
  )

  test.each([0, -1, 1.5, 536_870_913, Number.POSITIVE_INFINITY, '1 MiB'])(
    'maxBytes %s is refused',
    (value) => {
      expect(refusal({ maxBytes: value }).option).toBe('maxBytes')
    },
  )
})

describe('adjustTimeoutForSession', () => {
  test.each([...NO_SECONDS, null, undefined])(
    '%s throws, and the old timeout stays',
    async (value) => {
      const store = new LatchStore(memoryStore())
      const sessions = make({ store, timeout: 77 })
      const session = await sessions.open()
      expect(() => session.adjustTimeoutForSession(value as number)).toThrow(UsageError)
      expect(session.timeout).toBe(77)
      session.adjustTimeoutForSession(88)
      expect(() => session.adjustTimeoutForSession(value as number)).toThrow(UsageError)
      expect(session.timeout).toBe(88)
      await sessions.commit(session)
      expect((await store.records()).map(({ timeoutMs }) => timeoutMs)).toEqual([88_000])
    },
  )

  test('that was refused stores nothing for a visitor', async () => {
    const store = new LatchStore(memoryStore())
    const sessions = make({ store })
    const session = await sessions.open()
    expect(() => session.adjustTimeoutForSession(0)).toThrow(/at least 1 second/)
    expect((await sessions.commit(session)).outcome).toBe('unchanged')
    expect(await store.records()).toEqual([])
  })

  test.each([1, 34_560_000])('takes the bound %i', async (value) => {
    const session = await make({}).open()
    session.adjustTimeoutForSession(value)
    expect(session.timeout).toBe(value)
  })
})

/** What the end of a session asks the browser to forget. */
async function cleared(clearSiteData: unknown): Promise<string | undefined> {
  const sessions = make({ clearSiteData })
  const session = await sessions.open('__Host-sid=old')
  session.invalidate()
  return (await sessions.commit(session)).clearSiteData
}

describe('clearSiteData', () => {
  test.each([
    [['cache'], '"cache"'],
    [['cache', 'cookies', 'storage'], '"cache", "cookies", "storage"'],
    [['*'], '"*"'],
    [[], undefined],
    [undefined, undefined],
  ])('%j is sent as %s', async (types, value) => {
    expect(await cleared(types)).toBe(value)
  })

  test.each([
    'cache',
    null,
    true,
    {},
    ['Cache'],
    ['"cache"'],
    ['cache, cookies'],
    ['x\r\nSet-Cookie: a=b'],
    [7],
  ])('THREATS T16: %j is refused', (types) => {
    const { option, message } = refusal({ clearSiteData: types })
    expect([option, message]).toEqual(['clearSiteData', expect.not.stringContaining('\n')])
  })
})

describe('unknown options', () => {
  test.each([
    ['timeOut', 'timeout'],
    ['secrets', 'secret'],
    ['cookieOnExeption', 'cookieOnException'],
    ['idGenerater', 'idGenerator'],
    ['touchinterval', 'touchInterval'],
    ['serialise', 'serialize'],
  ])('%s: did you mean %s?', (wrong, right) => {
    const error = refusal({ [wrong]: 1 })
    expect(error.option).toBe(wrong)
    expect(error.message).toContain(`did you mean ${right}?`)
  })

  test('one that is near nothing gets the list of those there are', () => {
    expect(refusal({ resave: true }).message).toMatch(/known are .*secret.*store/)
  })

  test('within cookie too', () => {
    expect(refusal({ cookie: { samesite: 'lax' } }).message).toContain(
      'did you mean cookie.sameSite?',
    )
    expect(refusal({ cookie: { maxage: 1 } }).option).toBe('cookie.maxage')
  })

  test.each([null, undefined, 'secret', 7])('options that are %s are refused', (options) => {
    expect(() => createSessions(options as never)).toThrow(OptionError)
  })
})

describe('secret', () => {
  test.each([undefined, null, '', 'short', 'x'.repeat(31), 7, {}, [], [SECRET, 'short'], ['']])(
    '%j is refused, with how to make one',
    (secret) => {
      const error = refusal({ secret })
      expect(error.option).toBe('secret')
      expect(error.message).toContain('crypto.randomBytes(32)')
    },
  )

  test('the same twice is refused', () => {
    expect(refusal({ secret: [SECRET, SECRET] }).option).toBe('secret')
  })

  test('of 32 characters, or several, is taken', () => {
    expect(() => make({ secret: 'x'.repeat(32) })).not.toThrow()
    expect(() => make({ secret: [SECRET, `${SECRET}2`] })).not.toThrow()
  })

  test('no message ever holds one', () => {
    const secret = 'do-not-show-me'
    const wrong: Options[] = [
      { secret },
      { secret: [secret] },
      { secret: [SECRET, secret] },
      { secret: { secret } },
      { secret: SECRET, timeout: -1 },
      { secret: SECRET, unknown: 1 },
      { secret: [SECRET, SECRET] },
    ]
    for (const options of wrong) {
      const error = refusal(options)
      expect(`${error.message}\n${error.stack}`).not.toContain(secret)
      expect(`${error.message}\n${JSON.stringify(error)}`).not.toContain(SECRET)
    }
  })
})

describe('cookie options', () => {
  const WRONG: readonly [cookie: unknown, option: string][] = [
    [null, 'cookie'],
    ['sid', 'cookie'],
    [{ name: '' }, 'cookie.name'],
    [{ name: 'a b' }, 'cookie.name'],
    [{ name: 'a;b' }, 'cookie.name'],
    [{ name: 'a=b' }, 'cookie.name'],
    [{ name: 'sïd' }, 'cookie.name'],
    [{ name: 'a\r\nSet-Cookie: x' }, 'cookie.name'],
    [{ name: 'x'.repeat(129) }, 'cookie.name'],
    [{ name: 7 }, 'cookie.name'],
    [{ name: '__Host-x', path: '/a' }, 'cookie.name'],
    [{ name: '__Host-x', domain: 'example.com' }, 'cookie.name'],
    [{ name: '__host-x', path: '/a' }, 'cookie.name'],
    [{ name: '__Host-x', secure: false }, 'cookie.secure'],
    [{ name: '__Secure-x', secure: false }, 'cookie.secure'],
    [{ name: '__Http-x', secure: false }, 'cookie.secure'],
    [{ name: '__Http-x', httpOnly: false }, 'cookie.name'],
    [{ name: '__Host-Http-x', httpOnly: false }, 'cookie.name'],
    [{ name: '__Host-Http-x', path: '/a' }, 'cookie.name'],
    [{ sameSite: 'none', secure: false }, 'cookie.secure'],
    [{ partitioned: true, secure: false }, 'cookie.secure'],
    [{ sameSite: 'Lax' }, 'cookie.sameSite'],
    [{ sameSite: true }, 'cookie.sameSite'],
    [{ path: 'shop' }, 'cookie.path'],
    [{ path: '' }, 'cookie.path'],
    [{ path: '/; Secure' }, 'cookie.path'],
    [{ path: '/a\n' }, 'cookie.path'],
    [{ path: '/a<b' }, 'cookie.path'],
    [{ domain: `${'a'.repeat(64)}.example` }, 'cookie.domain'],
    [{ domain: 'exa mple.com' }, 'cookie.domain'],
    [{ domain: 'example.com; Path=/' }, 'cookie.domain'],
    [{ domain: 'https://example.com' }, 'cookie.domain'],
    [{ domain: '' }, 'cookie.domain'],
    [{ secure: 'yes' }, 'cookie.secure'],
    [{ secure: 1 }, 'cookie.secure'],
    [{ httpOnly: 'true' }, 'cookie.httpOnly'],
    [{ partitioned: 1 }, 'cookie.partitioned'],
    [{ priority: 'urgent' }, 'cookie.priority'],
  ]

  test.each(WRONG)('%j is refused: %s', (cookie, option) => {
    expect(refusal({ cookie }).option).toBe(option)
  })

  test.each([
    { name: '__Host-x' },
    { name: '__Host-x', secure: 'auto' },
    { name: '__Secure-x', path: '/a', domain: 'example.com' },
    { name: '__Host-Http-x' },
    { name: 'sid', path: '/a b', domain: '.example.com', secure: false, httpOnly: false },
    { sameSite: 'none', partitioned: true, priority: 'low' },
  ])('%j is taken', (cookie) => {
    expect(() => make({ cookie })).not.toThrow()
  })
})

describe('other options', () => {
  const WRONG: readonly [option: string, value: unknown][] = [
    ['prefix', 'a b'],
    ['prefix', 'ä'],
    ['prefix', '\n'],
    ['prefix', 'x'.repeat(129)],
    ['prefix', 7],
    ['store', {}],
    ['store', 'redis://localhost'],
    ['store', null],
    ['idGenerator', 'uuid'],
    ['idGenerator', 7],
    ['cookieOnException', 'yes'],
    ['cookieOnException', 0],
    ['merge', 'last'],
    ['merge', null],
    ['merge.cart', 'last'],
    ['serialize', 7],
    ['deserialize', undefined],
  ]

  test.each(WRONG)('%s %j is refused', (option, value) => {
    const options: Options =
      option === 'merge.cart'
        ? { merge: { cart: value } }
        : option === 'deserialize'
          ? { serialize: () => '' }
          : option === 'serialize'
            ? { serialize: value, deserialize: () => ({}) }
            : { [option]: value }
    expect(refusal(options).option).toBe(option)
  })

  test('undefined is the same as not said', async () => {
    const names = ['store', 'prefix', 'idGenerator', 'timeout', 'absoluteTimeout', 'touchInterval']
    const more = ['storeTimeoutMs', 'maxBytes', 'serialize', 'deserialize', 'merge', 'cookie']
    const options = [...names, ...more, 'cookieOnException'].map((name) => [name, undefined])
    expect((await make(Object.fromEntries(options)).open()).timeout).toBe(1200)
  })
})

async function begin(idGenerator: () => unknown) {
  const store = new LatchStore(memoryStore())
  const sessions = make({ store, idGenerator })
  const app = await startApp(sessions, {
    begin: ({ session }) => void (session['n'] = 1),
    look: ({ session }) => dataIn(session),
  })
  return { store, app }
}

describe('an id generator', () => {
  test('that is stuck on a taken id: an error, and nobody else is touched', async () => {
    let calls = 0
    const { store, app } = await begin(() => {
      calls++
      return 'stuck'
    })
    const browser = app.browser()
    expect((await browser.post('/begin')).status).toBe(200)
    const before = await store.records()
    calls = 0
    const answer = await app.browser().post('/begin')
    expect([answer.status, answer.setCookies]).toEqual([500, []])
    expect(answer.json).toMatchObject({ code: 'id_generator' })
    expect((answer.json as Error).message).toContain('8 ids in a row')
    expect(calls).toBe(8)
    expect(await store.records()).toEqual(before)
    expect((await browser.get('/look')).json).toEqual({ n: 1 })
  })

  test('that collides now and then: another id is tried', async () => {
    const ids = ['a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'b']
    const { store, app } = await begin(() => ids.shift())
    await app.browser().post('/begin')
    expect((await app.browser().post('/begin')).status).toBe(200)
    expect((await store.records()).map(({ id }) => id)).toEqual(['a', 'b'])
  })

  const USELESS: readonly [what: string, generate: () => unknown][] = [
    ['nothing', () => undefined],
    ['null', () => null],
    ['the empty string', () => ''],
    ['a number', () => 7],
    ['a promise', () => Promise.resolve('id')],
    ['a space', () => 'a b'],
    ['a dot', () => 'a.b'],
    ['a colon', () => 'a:b'],
    ['braces', () => '{a}'],
    ['a newline', () => 'a\n'],
    ['a semicolon', () => 'a;b'],
    ['a letter beyond ASCII', () => 'ä'],
    ['129 characters', () => 'x'.repeat(129)],
    [
      'an exception',
      () => {
        throw new Error('no entropy')
      },
    ],
  ]

  test.each(USELESS)(
    'THREATS 10, T15: that gives %s: a clear error, and nothing is stored',
    async (_, generate) => {
      const { store, app } = await begin(generate)
      const answer = await app.browser().post('/begin')
      expect([answer.status, answer.setCookies]).toEqual([500, []])
      expect(answer.json).toMatchObject({ code: 'id_generator' })
      expect((answer.json as Error).message).toMatch(/^idGenerator /)
      expect(app.errors[0]).toBeInstanceOf(SessionError)
      expect(await store.records()).toEqual([])
      // Who has no session needs no id.
      expect((await app.browser().get('/look')).status).toBe(200)
    },
  )

  test.each(['a', 'x'.repeat(128), 'A-Z_09'])('that gives %s is taken', async (id) => {
    const { store, app } = await begin(() => id)
    expect((await app.browser().post('/begin')).setCookies).toEqual([
      expect.stringMatching(`^sid=${id}\\.`),
    ])
    expect((await store.records()).map((record) => record.id)).toEqual([id])
  })
})

describe('misuse', () => {
  test('from() a request without a session, commit() of something else', async () => {
    const sessions = make({})
    expect(() => sessions.from({})).toThrow(UsageError)
    await expect(sessions.commit({} as never)).rejects.toThrow(UsageError)
  })

  test('an adapter without sessions', () => {
    expect(() => session({} as never)).toThrow(OptionError)
  })
})
