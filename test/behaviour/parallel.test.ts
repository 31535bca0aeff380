import { expect, test } from 'vitest'
import { createSessions } from '../../src/sessions.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { type Data, type Page, type Pages, SECRET, startApp, dataIn } from '../support/app.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import { barrier, signal } from '../support/latch-store.ts'

const all: Page = ({ session }) => dataIn(session)

describeOnBothStores('parallel requests of one session', (makeStore) => {
  /** An application, and a visitor who has a session with `start: true` and `n: 0`. */
  async function begin(pages: Pages, options: Partial<SessionOptions<Data>> = {}) {
    const store = makeStore()
    const sessions = createSessions<Data>({ secret: SECRET, store, ...options })
    const app = await startApp(sessions, {
      begin: ({ session }) => void Object.assign(session, { start: true, n: 0 }),
      all,
      ...pages,
    })
    const browser = app.browser()
    await browser.post('/begin')
    return { store, app, browser }
  }

  test('20 that set 20 keys keep 20', async () => {
    const meet = barrier(20)
    const { browser } = await begin({
      set: async ({ session, request }) => {
        await meet()
        session[`key${request.query['n'] as string}`] = Number(request.query['n'])
      },
    })
    const numbers = Array.from({ length: 20 }, (_, n) => n)
    const answers = await Promise.all(numbers.map((n) => browser.post(`/set?n=${n}`)))
    expect(answers.map(({ status }) => status)).toEqual(numbers.map(() => 200))
    expect((await browser.get('/all')).json).toEqual({
      start: true,
      n: 0,
      ...Object.fromEntries(numbers.map((n) => [`key${n}`, n])),
    })
  })

  test('20 that increment with update() make 20', async () => {
    const meet = barrier(20)
    const { browser } = await begin({
      add: async ({ session }) => {
        await meet()
        return session.update((draft) => (draft['n'] = Number(draft['n']) + 1))
      },
    })
    const answers = await Promise.all(Array.from({ length: 20 }, () => browser.post('/add')))
    const results = answers.map(({ json }) => Number(json)).toSorted((a, b) => a - b)
    expect(results).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
    expect((await browser.get('/all')).json).toEqual({ start: true, n: 20 })
  })

  test('two that set the same key: the last one wins, other keys stay', async () => {
    const { browser, store } = await begin({
      slow: ({ session }) => void (session['who'] = 'slow'),
      fast: ({ session }) => void Object.assign(session, { who: 'fast', seen: 1 }),
    })
    const latch = store.holdBefore('replace')
    const slow = browser.post('/slow')
    await latch.reached
    await browser.post('/fast')
    latch.release()
    expect((await slow).status).toBe(200)
    expect((await browser.get('/all')).json).toEqual({ start: true, n: 0, who: 'slow', seen: 1 })
  })

  test('THREATS 26: a key __proto__ is merged like any other', async () => {
    const { browser, store } = await begin({
      proto: ({ session }) => void (session['__proto__'] = { admin: true }),
      other: ({ session }) => void (session['other'] = 1),
      admin: ({ session }) => [session['admin'] ?? null, Object.keys(session)],
    })
    const latch = store.holdBefore('replace')
    const slow = browser.post('/proto')
    await latch.reached
    await browser.post('/other')
    latch.release()
    await slow
    expect((await browser.get('/admin')).json).toEqual([null, ['start', 'n', 'other', '__proto__']])
  })

  test('a key one deletes and another leaves alone is gone, and nothing else', async () => {
    const { browser, store } = await begin({
      drop: ({ session }) => void delete session['start'],
      other: ({ session }) => void (session['other'] = 1),
    })
    const latch = store.holdBefore('replace')
    const dropping = browser.post('/drop')
    await latch.reached
    await browser.post('/other')
    latch.release()
    await dropping
    expect((await browser.get('/all')).json).toEqual({ n: 0, other: 1 })
  })

  test('THREATS 18: an id generator that yields one id to two visitors gives it to one of them (ASVS 7.2.3)', async () => {
    const ids = ['same', 'same', 'other']
    const meet = barrier(2)
    const { app, store } = await begin(
      {
        mine: async ({ session, request }) => {
          await meet()
          session['who'] = request.query['who']
        },
        look: ({ session }) => ({ id: session.id, who: session['who'] }),
      },
      { idGenerator: () => ids.shift() ?? `other-${Math.random().toString(36).slice(2)}` },
    )
    // The visitor of begin() took the first 'same'; of these two neither may get it.
    const visitors = [app.browser(), app.browser()]
    const answers = await Promise.all(visitors.map((visitor, n) => visitor.post(`/mine?who=${n}`)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const seen = await Promise.all(
      visitors.map(async (visitor) => (await visitor.get('/look')).json),
    )
    expect(seen.map((look) => (look as Data)['who'])).toEqual(['0', '1'])
    expect(new Set(seen.map((look) => (look as Data)['id'])).size).toBe(2)
    expect(await store.records()).toHaveLength(3)
  })

  test('THREATS 18: two first requests that get one id at once: one has it, the other another (ASVS 7.2.3)', async () => {
    const ids = ['same', 'same']
    const meet = barrier(2)
    const store = makeStore()
    const sessions = createSessions<Data>({
      secret: SECRET,
      store,
      idGenerator: () => ids.shift() ?? 'spare',
    })
    const app = await startApp(sessions, {
      mine: async ({ session, request }) => {
        session['who'] = request.query['who']
        const given = session.id
        await meet()
        return given
      },
      look: ({ session }) => ({ id: session.id, who: session['who'] }),
    })
    const visitors = [app.browser(), app.browser()]
    const given = await Promise.all(visitors.map((visitor, n) => visitor.post(`/mine?who=${n}`)))
    expect(given.map(({ json }) => json)).toEqual(['same', 'same'])
    const seen = await Promise.all(
      visitors.map(async (visitor) => (await visitor.get('/look')).json),
    )
    expect(seen.map((look) => (look as Data)['who'])).toEqual(['0', '1'])
    expect(new Set(seen.map((look) => (look as Data)['id']))).toEqual(new Set(['same', 'spare']))
  })

  test('what two add to one key is merged by the option merge', async () => {
    const merged: unknown[] = []
    const { browser, store } = await begin(
      {
        cart: ({ session, request }) => {
          session['cart'] = [...((session['cart'] as string[]) ?? []), request.query['add']]
        },
      },
      {
        merge: {
          cart: (base, mine, theirs) => {
            merged.push([base, mine, theirs])
            const before = (base as string[] | undefined) ?? []
            const added = (mine as string[]).filter((item) => !before.includes(item))
            return [...((theirs as string[] | undefined) ?? []), ...added]
          },
        },
      },
    )
    await browser.post('/cart?add=tea')
    expect(merged).toEqual([])
    const latch = store.holdBefore('replace')
    const slow = browser.post('/cart?add=milk')
    await latch.reached
    await browser.post('/cart?add=sugar')
    latch.release()
    await slow
    expect(merged).toEqual([[['tea'], ['tea', 'milk'], ['tea', 'sugar']]])
    expect((await browser.get('/all')).json).toEqual({
      start: true,
      n: 0,
      cart: ['tea', 'sugar', 'milk'],
    })
  })

  test('a merge function is not asked about a key that only one request changed', async () => {
    const { browser, store } = await begin(
      {
        a: ({ session }) => void (session['a'] = 1),
        b: ({ session }) => void (session['b'] = 1),
      },
      {
        merge: {
          a: () => {
            throw new Error('asked')
          },
        },
      },
    )
    const latch = store.holdBefore('replace')
    const slow = browser.post('/a')
    await latch.reached
    await browser.post('/b')
    latch.release()
    expect((await slow).status).toBe(200)
    expect((await browser.get('/all')).json).toEqual({ start: true, n: 0, a: 1, b: 1 })
  })

  test('a merge function that throws makes an error response and loses nothing', async () => {
    const { browser, store } = await begin(
      { a: ({ session, request }) => void (session['a'] = request.query['to']) },
      {
        merge: {
          a: () => {
            throw new Error('cannot decide')
          },
        },
      },
    )
    const latch = store.holdBefore('replace')
    const slow = browser.post('/a?to=slow')
    await latch.reached
    await browser.post('/a?to=fast')
    latch.release()
    const answer = await slow
    expect([answer.status, answer.setCookies]).toEqual([500, []])
    expect((await browser.get('/all')).json).toEqual({ start: true, n: 0, a: 'fast' })
  })

  test('flash messages pushed by two are both kept', async () => {
    const { browser, store } = await begin({
      push: ({ session, request }) => session.pushFlash(request.query['say']),
      peek: ({ session }) => session.peekFlash(),
    })
    const latch = store.holdBefore('replace')
    const slow = browser.post('/push?say=slow')
    await latch.reached
    await browser.post('/push?say=fast')
    latch.release()
    await slow
    expect((await browser.get('/peek')).json).toEqual(['fast', 'slow'])
  })

  test('one flash message pushed by two without allowDuplicate is kept once', async () => {
    const { browser, store } = await begin({
      push: ({ session }) => session.pushFlash({ say: 'hello' }, 'q', { allowDuplicate: false }),
      peek: ({ session }) => session.peekFlash('q'),
    })
    const latch = store.holdBefore('replace')
    const slow = browser.post('/push')
    await latch.reached
    await browser.post('/push')
    latch.release()
    await slow
    expect((await browser.get('/peek')).json).toEqual([{ say: 'hello' }])
  })

  test.each([
    ['pushed another message', '/push?say=more', ['more']],
    ['wrote data', '/write', []],
    ['popped it as well', '/pop', []],
  ])('a popped flash message does not come back because another %s', async (_, path, left) => {
    const { browser, store } = await begin({
      push: ({ session, request }) => session.pushFlash(request.query['say']),
      write: ({ session }) => void (session['n'] = 1),
      pop: ({ session }) => session.popFlash(),
    })
    await browser.post('/push?say=hello')
    const latch = store.holdBefore('replace')
    const slow = browser.post(path)
    await latch.reached
    expect((await browser.post('/pop')).json).toEqual(['hello'])
    latch.release()
    await slow
    expect((await browser.post('/pop')).json).toEqual(left)
  })

  test('two that pop at once may both show a message; it does not come back', async () => {
    const meet = barrier(2)
    const { browser } = await begin({
      push: ({ session }) => session.pushFlash('hello'),
      pop: async ({ session }) => {
        await meet()
        return session.popFlash()
      },
      peek: ({ session }) => session.peekFlash(),
    })
    await browser.post('/push')
    const answers = await Promise.all([browser.post('/pop'), browser.post('/pop')])
    expect(answers.map(({ json }) => json)).toEqual([['hello'], ['hello']])
    expect((await browser.get('/peek')).json).toEqual([])
  })

  test('clear() drops what another wrote in between too, and keeps what follows it', async () => {
    const { browser, store } = await begin({
      clear: ({ session }) => {
        session.clear()
        session['after'] = 1
        session.pushFlash('after')
      },
      write: ({ session }) => {
        session['between'] = 1
        session.pushFlash('between')
      },
      peek: ({ session }) => session.peekFlash(),
    })
    const latch = store.holdBefore('replace')
    const clearing = browser.post('/clear')
    await latch.reached
    await browser.post('/write')
    latch.release()
    await clearing
    expect((await browser.get('/all')).json).toEqual({ after: 1 })
    expect((await browser.get('/peek')).json).toEqual(['after'])
  })

  test('a write that another request overtook with clear() brings back only its own key', async () => {
    const { browser, store } = await begin({
      clear: ({ session }) => session.clear(),
      write: ({ session }) => void (session['mine'] = 1),
    })
    const latch = store.holdBefore('replace')
    const writing = browser.post('/write')
    await latch.reached
    await browser.post('/clear')
    latch.release()
    await writing
    expect((await browser.get('/all')).json).toEqual({ mine: 1 })
  })

  test('save() in mid-request is seen by others at once, and later changes are kept', async () => {
    const saved = signal()
    const goOn = signal()
    const { browser } = await begin({
      save: async ({ session }) => {
        session['early'] = 1
        const outcome = await session.save()
        saved.give()
        await goOn.given
        session['late'] = 1
        return outcome
      },
      between: ({ session }) => {
        const early = session['early']
        session['between'] = 1
        return early
      },
    })
    const saving = browser.post('/save')
    await saved.given
    expect((await browser.post('/between')).json).toBe(1)
    goOn.give()
    expect((await saving).json).toBe('saved')
    expect((await browser.get('/all')).json).toEqual({
      start: true,
      n: 0,
      early: 1,
      between: 1,
      late: 1,
    })
  })

  test('a merge function is told that a key two have added was not there before', async () => {
    const merged: unknown[] = []
    const { browser, store } = await begin(
      { cart: ({ session, request }) => void (session['cart'] = request.query['add']) },
      { merge: { cart: (...values) => values.map((value) => merged.push(value)) } },
    )
    const latch = store.holdBefore('replace')
    const slow = browser.post('/cart?add=milk')
    await latch.reached
    await browser.post('/cart?add=sugar')
    latch.release()
    expect((await slow).status).toBe(200)
    expect(merged).toEqual([undefined, 'milk', 'sugar'])
  })
})
