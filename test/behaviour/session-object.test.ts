import { format, inspect } from 'node:util'
import { runInThisContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import type { ExpressSession } from '../../src/adapters/express.ts'
import { DataError } from '../../src/errors.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, type Page, SECRET, startApp, dataIn } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { LatchStore } from '../support/latch-store.ts'

const MEMBERS = [
  'id',
  'isNew',
  'createdAt',
  'timeout',
  'expiresAt',
  'principal',
  'adjustTimeoutForSession',
  'invalidate',
  'rotate',
  'save',
  'update',
  'clear',
  'pushFlash',
  'peekFlash',
  'popFlash',
  'getCsrfToken',
  'newCsrfToken',
  'verifyCsrfToken',
] as const

/** Free for later, and refused as data until then. */
const KEPT_FREE = ['signedInAt', 'signIn', 'signOut', 'ended'] as const

const EXPRESS_MEMBERS = [
  'cookie',
  'regenerate',
  'destroy',
  'reload',
  'touch',
  'resetMaxAge',
] as const

/** Released packages write these as data. */
const DATA_NAMES = [
  'flash',
  'csrfToken',
  'csrfSecret',
  '_csrf',
  '_csrfSecret',
  'passport',
  'messages',
  'returnTo',
  'grant',
]

/** Runs one page on a session that holds `{ user, cart }`, then looks at what is stored. */
async function run(page: Page, options: Partial<SessionOptions<Data>> = {}) {
  const store = new LatchStore(memoryStore())
  const sessions = createSessions<Data>({ secret: SECRET, store, ...options })
  let stored: ExpressSession<Data> | undefined
  const app = await startApp(sessions, {
    begin: ({ session }) => void Object.assign(session, { user: 'ada', cart: { items: ['tea'] } }),
    look: ({ session }) => void (stored = session),
    page,
  })
  const browser = app.browser()
  await browser.post('/begin')
  const answer = await browser.post('/page')
  const [error] = app.errors
  await browser.get('/look')
  return { answer, error, store, stored: stored as ExpressSession<Data> }
}

const BEGUN = { user: 'ada', cart: { items: ['tea'] } }

describe('data', () => {
  test('are all that keys, loops, spread, rest, JSON and structuredClone give', async () => {
    const { answer } = await run(({ session }) => {
      const looped: Data = {}
      for (const key in session) looped[key] = session[key] ?? 'nothing'
      const { ...rest } = session
      expect(Object.keys(session)).toEqual(['user', 'cart'])
      expect(Object.entries(session)).toEqual(Object.entries(BEGUN))
      expect(Object.getOwnPropertyNames(session)).toEqual(['user', 'cart'])
      expect(Object.getOwnPropertySymbols(session)).toEqual([])
      expect(looped).toEqual(BEGUN)
      expect(rest).toEqual(BEGUN)
      expect(dataIn(session)).toEqual(BEGUN)
      expect(JSON.parse(JSON.stringify(session))).toEqual(BEGUN)
      expect(structuredClone(session)).toEqual(BEGUN)
      expect(Object.assign({}, session)).toEqual(BEGUN)
    })
    expect(answer.status).toBe(200)
  })

  test('THREATS T12: inspect shows id and key names, and no value', async () => {
    const { answer } = await run(({ session }) => {
      const all = { depth: Infinity, showHidden: true, getters: true }
      const printed = [
        inspect(session),
        inspect({ session }),
        inspect(new Map([[1, session]]), all),
      ]
      for (const shown of [...printed, format('%o', session), format('%O %s', session, session)]) {
        expect(shown).toContain(session.id)
        expect(shown).toContain('user')
        expect(shown).not.toContain('ada')
        expect(shown).not.toContain('tea')
      }
      expect(inspect(Object.getPrototypeOf(session), all)).toBe('Session {}')
    })
    expect(answer.status).toBe(200)
  })

  test('keep references within the request; what is there at the end is stored', async () => {
    const { stored } = await run(({ session }) => {
      const items = ['coffee']
      session['cart'] = { items }
      expect((session['cart'] as { items: unknown }).items).toBe(items)
      items.push('milk')
    })
    expect(dataIn(stored)).toEqual({ user: 'ada', cart: { items: ['coffee', 'milk'] } })
  })

  test('that change deep inside are seen', async () => {
    const { stored } = await run(({ session }) => {
      const cart = session['cart'] as { items: string[] }
      cart.items.push('milk')
    })
    expect(dataIn(stored)).toEqual({ user: 'ada', cart: { items: ['tea', 'milk'] } })
  })

  test('that are undefined at the top are deleted; nested ones are kept', async () => {
    const { stored } = await run(({ session }) => {
      session['user'] = undefined
      session['list'] = [undefined, { a: undefined }]
    })
    expect(Object.keys(stored)).toEqual(['cart', 'list'])
    expect(stored['list']).toStrictEqual([undefined, { a: undefined }])
  })

  test('of every kind come back equal', async () => {
    const data = {
      date: new Date(1e12),
      map: new Map<unknown, unknown>([['k', new Set([1, 'x'])]]),
      big: 2n ** 70n,
      odd: [Number.NaN, Number.POSITIVE_INFINITY, -0, null],
      bytes: new Uint8Array([0, 255]),
      url: new URL('https://example.com/?q=1'),
      text: '\ud800 ü \u0000 \u2028',
    }
    const { stored } = await run(({ session }) => void Object.assign(session, data))
    expect(dataIn(stored)).toStrictEqual({ ...BEGUN, ...data })
  })

  test('may be named as released packages name theirs', async () => {
    const data = Object.fromEntries(DATA_NAMES.map((name) => [name, { of: name }]))
    const { stored } = await run(({ session }) => void Object.assign(session, data))
    expect(dataIn(stored)).toEqual({ ...BEGUN, ...data })
    expect(DATA_NAMES.filter((name) => name in Object.getPrototypeOf(stored))).toEqual([])
  })

  test('THREATS 25: may be named like anything on Object.prototype', async () => {
    const data = { constructor: 1, toString: 'x', hasOwnProperty: null, valueOf: [], toJSON: 2 }
    const { stored } = await run(({ session }) => void Object.assign(session, data))
    expect(dataIn(stored)).toEqual({ ...BEGUN, ...data })
  })
})

describe('__proto__', () => {
  const KEY = '__proto__'

  test('THREATS 26: is a key like any other, and pollutes nothing', async () => {
    const { stored } = await run(({ session }) => {
      const prototype: unknown = Object.getPrototypeOf(session)
      session[KEY] = { polluted: true, admin: true }
      expect(Object.getPrototypeOf(session)).toBe(prototype)
      expect(session['admin']).toBeUndefined()
      expect(typeof session.rotate).toBe('function')
    })
    expect(Object.keys(stored)).toEqual(['user', 'cart', KEY])
    expect(Object.getOwnPropertyDescriptor(stored, KEY)?.value).toEqual({
      polluted: true,
      admin: true,
    })
    expect(stored['admin']).toBeUndefined()
    expect(typeof stored.rotate).toBe('function')
    expect(({} as Data)['polluted']).toBeUndefined()
  })

  test('THREATS 26: nested, in update() and from JSON, stays data too', async () => {
    const { stored } = await run(async ({ session }) => {
      session['form'] = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}')
      await session.update((draft) => {
        draft['deep'] = JSON.parse('[{"__proto__":{"polluted":true}}]')
      })
    })
    const form = stored['form'] as object
    expect(Object.keys(form)).toEqual([KEY, 'constructor'])
    expect(Object.getPrototypeOf(form)).toBe(Object.prototype)
    const [deep] = stored['deep'] as [object]
    expect(Object.getOwnPropertyDescriptor(deep, KEY)?.value).toEqual({ polluted: true })
    expect(({} as Data)['polluted']).toBeUndefined()
  })

  test('THREATS 26: that lies in a record never becomes a prototype', async () => {
    const { stored, answer } = await run(({ session }) => session['admin'] ?? 'none', {
      serialize: (data) => JSON.stringify(data),
      deserialize: (text) => ({
        ...(JSON.parse(String(text)) as object),
        ...JSON.parse('{"__proto__":{"admin":true}}'),
      }),
    })
    expect(answer.json).toBe('none')
    expect(stored['admin']).toBeUndefined()
  })
})

describe('a member name as a key of data', () => {
  const NAMES = [...MEMBERS, ...KEPT_FREE, ...EXPRESS_MEMBERS]

  const WAYS: readonly [way: string, write: (session: object, name: string) => unknown][] = [
    ['an assignment', (session, name) => Reflect.set(session, name, 1) || 'silent'],
    ['Object.assign', (session, name) => Object.assign(session, { [name]: 1 })],
    [
      'an assignment in a sloppy-mode function',
      // oxlint-disable-next-line typescript/no-implied-eval -- sloppy mode is what is tested
      (session, name) => new Function('session', 'name', 'session[name] = 1')(session, name),
    ],
    [
      'an assignment in a sloppy-mode script',
      (session, name) => {
        const write = runInThisContext('(function (s, n) { s[n] = 1 })') as (
          ...given: unknown[]
        ) => void
        write(session, name)
      },
    ],
  ]

  for (const [way, write] of WAYS) {
    test(`by ${way} throws and names the key, for every member`, async () => {
      const { answer, stored } = await run(({ session }) => {
        for (const name of NAMES) {
          expect(() => write(session, name)).toThrow(DataError)
          expect(() => write(session, name)).toThrow(`session.${name} is a member`)
        }
      })
      expect(answer.json).toBeNull()
      expect(dataIn(stored)).toEqual(BEGUN)
    })
  }

  test.each(NAMES)('%s in a draft of update() is an error that names it', async (name) => {
    const { answer, error, stored } = await run(({ session }) =>
      session.update((draft) => {
        draft[name] = 1
      }),
    )
    expect(answer.status).toBe(500)
    expect(error).toMatchObject({ code: 'reserved_key', path: name })
    expect(dataIn(stored)).toEqual(BEGUN)
  })

  test.each(NAMES)('%s by Object.defineProperty is an error of the commit', async (name) => {
    const { answer, error, stored } = await run(({ session }) => {
      Object.defineProperty(session, name, {
        value: 1,
        enumerable: true,
        configurable: true,
        writable: true,
      })
    })
    expect([answer.status, answer.setCookies]).toEqual([500, []])
    expect(error).toMatchObject({ code: 'reserved_key', path: name })
    expect(dataIn(stored)).toEqual(BEGUN)
  })
})

describe('members', () => {
  test('are on the prototype, not enumerable, accessors that cannot be changed', async () => {
    const { stored } = await run(() => undefined)
    for (const name of [...MEMBERS, ...EXPRESS_MEMBERS]) {
      expect(Object.hasOwn(stored, name)).toBe(false)
      const descriptor = descriptorOf(stored, name)
      expect(descriptor).toMatchObject({ enumerable: false, configurable: false })
      expect(typeof descriptor?.set).toBe('function')
    }
  })

  test('__proto__ and constructor show nothing, and can be neither found nor put back', async () => {
    const { stored } = await run(() => undefined)
    for (const name of ['__proto__', 'constructor']) {
      expect(stored[name]).toBeUndefined()
      const descriptor = descriptorOf(stored, name)
      expect(descriptor).toMatchObject({ enumerable: false, configurable: false })
    }
  })

  test('that are functions are frozen', async () => {
    const { stored } = await run(() => undefined)
    for (const name of [...MEMBERS, ...EXPRESS_MEMBERS]) {
      const member: unknown = stored[name]
      if (typeof member === 'function') expect(Object.isFrozen(member)).toBe(true)
    }
  })

  test('say what they should: id, isNew, createdAt, timeout, expiresAt', async () => {
    const { stored } = await run(() => undefined)
    expect(stored.id).toMatch(/^[\w-]{22}$/)
    expect(stored.isNew).toBe(false)
    expect(stored.createdAt).toBeInstanceOf(Date)
    expect(stored.timeout).toBe(1200)
    expect(stored.expiresAt).toBeInstanceOf(Date)
    stored.createdAt.setTime(0)
    expect(stored.createdAt.getTime()).toBeGreaterThan(0)
  })

  test('flash queues: order, names, peek, pop, duplicates by deep equality', async () => {
    const { answer } = await run(({ session }) => {
      session.pushFlash('a')
      session.pushFlash('a')
      session.pushFlash({ say: ['b'] }, 'q', { allowDuplicate: false })
      session.pushFlash({ say: ['b'] }, 'q', { allowDuplicate: false })
      session.pushFlash({ say: ['c'] }, 'q', { allowDuplicate: false })
      return [
        session.peekFlash(),
        session.peekFlash('q'),
        session.popFlash(),
        session.peekFlash(),
        session.peekFlash('other'),
      ]
    })
    expect(answer.json).toEqual([['a', 'a'], [{ say: ['b'] }, { say: ['c'] }], ['a', 'a'], [], []])
  })

  test('clear() drops data, flash and CSRF token, keeps id, age and timeout', async () => {
    let before: unknown
    let token = ''
    const { stored } = await run(({ session }) => {
      session.adjustTimeoutForSession(77)
      session.pushFlash('x')
      token = session.getCsrfToken()
      before = [session.id, session.createdAt, session.timeout]
      session.clear()
      expect(dataIn(session)).toEqual({})
      expect(session.peekFlash()).toEqual([])
    })
    expect(dataIn(stored)).toEqual({})
    expect([stored.id, stored.createdAt, stored.timeout]).toEqual(before)
    expect(stored.verifyCsrfToken(token)).toBe(false)
    expect(stored.peekFlash()).toEqual([])
  })
})

function descriptorOf(object: object, name: string): PropertyDescriptor | undefined {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, name)
    if (descriptor !== undefined) return descriptor
  }
  return undefined
}

describe('on Redis', () => {
  const redis = useRedis()

  test('assigning an equal value is no write', async () => {
    const sessions = createSessions<Data>({ secret: SECRET, store: redis.store() })
    const app = await startApp(sessions, {
      begin: ({ session }) => void Object.assign(session, BEGUN),
      same: ({ session }) => {
        session['user'] = 'ada'
        session['cart'] = { items: ['tea'] }
        session['other'] = undefined
        Object.assign(session, structuredClone(dataIn(session)))
      },
    })
    const browser = app.browser()
    await browser.post('/begin')
    const commands = await redis.commandsDuring(async () => {
      for (let times = 0; times < 10; times++) await browser.post('/same')
    })
    expect(commands).toEqual({ get: 10 })
  })
})
