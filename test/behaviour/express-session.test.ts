import { describe, expect, test } from 'vitest'
import { ExpressSessionObject } from '../../src/adapters/express-session.ts'
import { corridorOf } from '../../src/corridor.ts'
import { StoreError } from '../../src/errors.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import type { CreateObject } from '../../src/session/visit.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, type Page, type Pages, SECRET, startApp, dataIn } from '../support/app.ts'
import { type Browser, parseSetCookie } from '../support/browser-jar.ts'
import { LatchStore } from '../support/latch-store.ts'
import { cookieOf } from '../support/timed.ts'

const DAY_MS = 86_400_000

/** Calls a member with a callback; resolves with what the callback got. */
function called(member: (callback: (error?: unknown) => void) => unknown): Promise<unknown> {
  return new Promise((resolve) => {
    member((...given: unknown[]) => resolve(given.length === 0 ? 'no argument' : given[0]))
  })
}

async function begin(page: Page, options: Partial<SessionOptions<Data>> = {}, pages: Pages = {}) {
  const store = new LatchStore(memoryStore())
  const sessions = createSessions<Data>({ secret: SECRET, store, ...options })
  const app = await startApp(sessions, {
    begin: ({ session }) => {
      session['n'] = 1
      return session.id
    },
    look: ({ session }) => dataIn(session),
    page,
    ...pages,
  })
  const browser = app.browser()
  const id = (await browser.post('/begin')).json as string
  return { store, app, browser, id }
}

const look = async (browser: Browser) => (await browser.get('/look')).json

describe('regenerate', () => {
  test.each(['callback', 'promise'])('gives the request a new session first: %s', async (form) => {
    const { browser, store, id } = await begin(async (turn) => {
      const old = turn.session
      if (form === 'promise') await old.regenerate()
      else expect(await called((callback) => old.regenerate(callback))).toBe('no argument')
      const now = turn.session
      const seen = [now === old, dataIn(old), dataIn(now), now.id === old.id, now.isNew]
      now['m'] = 2
      return seen
    })
    const old = browser.copy()
    const answer = await browser.post('/page')
    expect(answer.json).toEqual([false, { n: 1 }, {}, false, true])
    expect(answer.setCookies).toHaveLength(1)
    expect(await look(browser)).toEqual({ m: 2 })
    expect(await look(old)).toEqual({})
    expect((await store.records()).map((record) => record.id)).not.toContain(id)
  })

  test('the object left behind refuses members and names the reason', async () => {
    const { browser } = await begin(async ({ session }) => {
      await session.regenerate()
      const members = ['rotate', 'invalidate', 'clear', 'save', 'regenerate', 'destroy']
      return Promise.all(
        members.map(async (member) => {
          try {
            await (session[member] as () => unknown)()
            return 'did it'
          } catch (error) {
            return (error as Error).message
          }
        }),
      )
    })
    const messages = (await browser.post('/page')).json as string[]
    for (const message of messages) expect(message).toMatch(/left behind/)
  })
})

describe('destroy', () => {
  test.each(['callback', 'promise'])('the record is gone when it answers: %s', async (form) => {
    const { browser, store } = await begin(async ({ session }) => {
      if (form === 'promise') await session.destroy()
      else expect(await called((callback) => session.destroy(callback))).toBe('no argument')
      return (await store.records()).length
    })
    const answer = await browser.post('/page')
    expect(answer.json).toBe(0)
    expect(answer.setCookies).toEqual([expect.stringMatching(/^sid=; Max-Age=0;/)])
  })

  test.each(['callback', 'promise'])('a store that fails is told: %s', async (form) => {
    const { browser, store } = await begin(async ({ session }) => {
      store.failNext('remove', new Error('down'))
      const error =
        form === 'promise'
          ? await session.destroy().catch((error: unknown) => error)
          : await called((callback) => session.destroy(callback))
      return (error as { code?: string }).code
    })
    // The commit tries again, and the session ends after all.
    const answer = await browser.post('/page')
    expect(answer.json).toBe('store')
    expect(await store.records()).toEqual([])
  })

  test('then writing begins a new session', async () => {
    const { browser, id } = await begin(async (turn) => {
      await turn.session.destroy()
      turn.session['m'] = 2
      return turn.session.id
    })
    const answer = await browser.post('/page')
    expect(answer.json).not.toBe(id)
    expect(answer.setCookies).toHaveLength(1)
    expect(await look(browser)).toEqual({ m: 2 })
  })
})

describe('reload', () => {
  test.each(['callback', 'promise'])('takes what is stored, drops the rest: %s', async (form) => {
    const { browser } = await begin(
      async ({ session, request }) => {
        session['mine'] = 1
        session['n'] = 3
        const other = browser.copy()
        expect(request.headers.cookie).toBe(other.cookieHeader)
        await other.post('/other')
        if (form === 'promise') await session.reload()
        else expect(await called((callback) => session.reload(callback))).toBe('no argument')
        return dataIn(session)
      },
      {},
      { other: ({ session }) => void (session['n'] = 2) },
    )
    expect((await browser.post('/page')).json).toEqual({ n: 2 })
    expect(await look(browser)).toEqual({ n: 2 })
  })

  test('waits for a save() that is under way, and keeps what that has stored', async () => {
    const { browser } = await begin(async ({ session }) => {
      session['paid'] = true
      void session.save()
      await session.reload()
      return dataIn(session)
    })
    expect((await browser.post('/page')).json).toEqual({ n: 1, paid: true })
    expect(await look(browser)).toEqual({ n: 1, paid: true })
  })

  test('of a session that ends meanwhile brings nothing of it into the next one', async () => {
    const { browser, store } = await begin(async (turn) => {
      const latch = store.holdBefore('read')
      const reloading = turn.session.reload().catch((error: { code: string }) => error.code)
      await latch.reached
      const regenerated = turn.session.regenerate()
      turn.session['m'] = 2
      latch.release()
      await regenerated
      return [await reloading, dataIn(turn.session)]
    })
    expect((await browser.post('/page')).json).toEqual(['gone', { m: 2 }])
    expect(await look(browser)).toEqual({ m: 2 })
  })

  test('of a session that has ended tells the callback', async () => {
    const { browser } = await begin(
      async ({ session }) => {
        await browser.copy().post('/out')
        const error = await called((callback) => session.reload(callback))
        return (error as { code?: string }).code
      },
      {},
      { out: ({ session }) => session.invalidate() },
    )
    expect((await browser.post('/page')).json).toBe('gone')
  })
})

const createExpress: CreateObject = (state) => new ExpressSessionObject(state)

async function openUnread() {
  const store = new LatchStore(memoryStore())
  const corridor = corridorOf(createSessions<Data>({ secret: SECRET, store }))
  const first = await corridor.open(undefined, undefined, {}, createExpress)
  Object.assign(first.session, { n: 1 })
  first.looked = true
  const cookie = cookieOf((await corridor.commit(first, false)).setCookie)
  store.failNext('read', new Error('down'))
  const { session } = await corridor.open(cookie, {}, { onUnavailable: 'visitor' }, createExpress)
  return session as ExpressSessionObject
}

describe('a session that cannot be read', () => {
  const MEMBERS = ['regenerate', 'destroy', 'reload', 'save'] as const

  test.each(MEMBERS)('tells the callback: %s', async (member) => {
    const session = await openUnread()
    expect(await called((callback) => session[member](callback))).toBeInstanceOf(StoreError)
  })

  test.each(MEMBERS)('rejects the promise: %s', async (member) => {
    const session = await openUnread()
    await expect(session[member]()).rejects.toThrow(StoreError)
  })
})

describe('save and touch', () => {
  test('save has length 1, tells its callback, and gives a promise without one', async () => {
    const { browser, store } = await begin(async ({ session }) => {
      session['m'] = 2
      const told = await called((callback) => session.save(callback))
      session['o'] = 3
      return [session.save.length, told, await session.save()]
    })
    expect((await browser.post('/page')).json).toEqual([1, 'no argument', 'saved'])
    expect(store.calls.replace).toBe(2)
  })

  test('save tells its callback of an error', async () => {
    const { browser, app } = await begin(async ({ session }) => {
      session['m'] = () => 1
      const error = await called((callback) => session.save(callback))
      delete session['m']
      return (error as { code?: string }).code
    })
    expect((await browser.post('/page')).json).toBe('not_serializable')
    expect(app.errors).toEqual([])
  })

  test('touch and resetMaxAge answer the session', async () => {
    const { browser } = await begin(({ session }) => [
      session.touch() === session,
      session.resetMaxAge() === session,
    ])
    expect((await browser.post('/page')).json).toEqual([true, true])
  })
})

const maxAgesOf = ({ setCookies }: { setCookies: readonly string[] }) =>
  setCookies.map((line) => parseSetCookie(line).attributes['max-age'])

describe('cookie', () => {
  test('maxAge in milliseconds is "remember me": Max-Age, timeout, and later refreshes', async () => {
    const { browser } = await begin(
      ({ session }) => {
        session.cookie.maxAge = 30 * DAY_MS
        return [session.timeout, session.cookie.maxAge, session.cookie.originalMaxAge]
      },
      { touchInterval: 0 },
      {
        timeout: ({ session }) => [session.timeout, session.cookie.maxAge],
        write: ({ session }) => void (session['m'] = 1),
      },
    )
    const remembered = await browser.post('/page')
    expect(remembered.json).toEqual([2_592_000, 30 * DAY_MS, 30 * DAY_MS])
    expect(maxAgesOf(remembered)).toEqual(['2592000'])
    const later = await browser.get('/timeout')
    expect(later.json).toEqual([2_592_000, 30 * DAY_MS])
    expect(maxAgesOf(later)).toEqual(['2592000'])
  })

  test('maxAge on a visitor begins a session with such a cookie', async () => {
    const { app } = await begin(({ session }) => void (session.cookie.maxAge = DAY_MS))
    expect(maxAgesOf(await app.browser().post('/page'))).toEqual(['86400'])
  })

  test('is rounded up to whole seconds', async () => {
    const { browser } = await begin(({ session }) => {
      session.cookie.maxAge = 1500.5
      return session.timeout
    })
    expect((await browser.post('/page')).json).toBe(2)
  })

  test('maxAge null makes the cookie end with the browser again, and keeps the timeout', async () => {
    const { browser } = await begin(
      ({ session }) => void (session.cookie.maxAge = DAY_MS),
      {},
      {
        forget: ({ session }) => {
          session.cookie.maxAge = null
          return [session.timeout, session.cookie.maxAge]
        },
      },
    )
    await browser.post('/page')
    const forgotten = await browser.post('/forget')
    expect(forgotten.json).toEqual([86_400, null])
    expect(maxAgesOf(forgotten)).toEqual([undefined])
  })

  test('expires does what maxAge does', async () => {
    const { browser } = await begin(({ session }) => {
      session.cookie.expires = new Date(Date.now() + DAY_MS)
      return session.timeout
    })
    const answer = await browser.post('/page')
    expect([86_399, 86_400, 86_401]).toContain(answer.json)
    expect(maxAgesOf(answer)).toEqual([String(answer.json)])
  })

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 401 * DAY_MS, '60000', true])(
    'maxAge %s is an error and changes nothing',
    async (value) => {
      const { browser } = await begin(({ session }) => {
        try {
          session.cookie.maxAge = value as number
        } catch (error) {
          return [(error as { code: string }).code, session.timeout, session.cookie.maxAge]
        }
        return 'taken'
      })
      const answer = await browser.post('/page')
      expect(answer.json).toEqual(['usage', 1200, null])
      expect(answer.setCookies).toEqual([])
    },
  )

  test('shows the attributes, which cannot be changed for one session', async () => {
    const { browser } = await begin(({ session }) => {
      const { path, domain, httpOnly, sameSite, secure, partitioned, expires } = session.cookie
      expect({ path, domain, httpOnly, sameSite, secure, partitioned, expires }).toEqual({
        path: '/',
        domain: undefined,
        httpOnly: true,
        sameSite: 'lax',
        secure: false,
        partitioned: false,
        expires: null,
      })
      expect(() => {
        const cookie = session.cookie as { secure: boolean }
        cookie.secure = false
      }).toThrow(/cookie\.secure cannot be set for one session/)
    })
    expect((await browser.post('/page')).status).toBe(200)
  })
})
