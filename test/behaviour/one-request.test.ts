import { expect, test } from 'vitest'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET, type Turn, dataIn, startApp } from '../support/app.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import type { LatchStore } from '../support/latch-store.ts'

type StorePage = (turn: Turn, store: LatchStore) => unknown
type Change = (session: Turn['session']) => unknown

describeOnBothStores('writes of one request', (makeStore) => {
  /** Runs one page on a session with `n: 5`, or as a visitor, and looks at what is stored then. */
  async function run(page: StorePage, { visitor = false } = {}) {
    const store = makeStore()
    const sessions = createSessions<Data>({ secret: SECRET, store })
    const app = await startApp(sessions, {
      begin: ({ session }) => void (session['n'] = 5),
      page: (turn) => page(turn, store),
      look: ({ session }) => ({
        data: dataIn(session),
        flash: session.peekFlash(),
        timeout: session.timeout,
      }),
    })
    const browser = app.browser()
    if (!visitor) await browser.post('/begin')
    const answer = await browser.post('/page')
    const { data, flash, timeout } = (await browser.get('/look')).json as {
      data: Data
      flash: unknown[]
      timeout: number
    }
    return { answer, data, flash, timeout, store, errors: app.errors }
  }

  test('a save() that nobody awaits, followed by changes, loses none', async () => {
    const { answer, data, flash, timeout } = await run(({ session }) => {
      session['a'] = 1
      session.pushFlash('one')
      void session.save()
      session['b'] = 2
      delete session['n']
      session.pushFlash('two')
      session.adjustTimeoutForSession(77)
    })
    expect(answer.status).toBe(200)
    expect({ data, flash, timeout }).toEqual({
      data: { a: 1, b: 2 },
      flash: ['one', 'two'],
      timeout: 77,
    })
  })

  test('a save() of a visitor that nobody awaits, followed by changes, makes one session', async () => {
    const { answer, data, store } = await run(
      ({ session }) => {
        session['a'] = 1
        void session.save()
        session['b'] = 2
      },
      { visitor: true },
    )
    expect(answer.setCookies).toHaveLength(1)
    expect(data).toEqual({ a: 1, b: 2 })
    expect(await store.records()).toHaveLength(1)
  })

  test('what is nested and changes during an unawaited save() is stored in the end', async () => {
    const { data } = await run(({ session }) => {
      const cart = ['tea']
      session['cart'] = cart
      void session.save()
      cart.push('milk')
    })
    expect(data).toEqual({ n: 5, cart: ['tea', 'milk'] })
  })

  test('a flash message popped during an unawaited save() that stored it does not come back', async () => {
    const { flash } = await run(({ session }) => {
      session.pushFlash('hello')
      void session.save()
      session.popFlash()
    })
    expect(flash).toEqual([])
  })

  test('clear() during an unawaited save() clears what that stored', async () => {
    const { data, flash } = await run(({ session }) => {
      session['a'] = 1
      session.pushFlash('one')
      void session.save()
      session.clear()
      session['after'] = 1
    })
    expect({ data, flash }).toEqual({ data: { after: 1 }, flash: [] })
  })

  test('invalidate() during an unawaited save() ends the session', async () => {
    const { answer, data, store } = await run(({ session }) => {
      session['a'] = 1
      void session.save()
      session.invalidate()
    })
    expect(answer.setCookies).toEqual([expect.stringMatching(/^sid=; Max-Age=0;/)])
    expect(data).toEqual({})
    expect(await store.records()).toEqual([])
  })

  test('invalidate() while the save() of a visitor is under way leaves no record', async () => {
    const { data, store } = await run(
      ({ session }) => {
        session['a'] = 1
        void session.save()
        session.invalidate()
      },
      { visitor: true },
    )
    expect(data).toEqual({})
    expect(await store.records()).toEqual([])
  })

  const MEANWHILE: readonly [what: string, change: Change, left: object][] = [
    [
      'data',
      (session) => {
        session['a'] = 2
        session['b'] = 2
        delete session['n']
      },
      { data: { a: 2, b: 2 } },
    ],
    ['a flash message', (session) => session.pushFlash('two'), { flash: ['one', 'two'] }],
    ['a pop of what is being saved', (session) => session.popFlash(), { flash: [] }],
    ['another timeout', (session) => session.adjustTimeoutForSession(77), { timeout: 77 }],
    ['the same timeout', (session) => session.adjustTimeoutForSession(50), { timeout: 50 }],
    [
      'clear()',
      (session) => {
        session.clear()
        session['after'] = 1
      },
      { data: { after: 1 }, flash: [], timeout: 50 },
    ],
  ]

  for (const who of ['session', 'visitor'] as const) {
    test.each(MEANWHILE)(
      `%s, while a save() waits for the store, is kept: ${who}`,
      async (...row) => {
        const [, change, left] = row
        const operation = who === 'visitor' ? 'create' : 'replace'
        const { answer, data, flash, timeout } = await run(
          async ({ session }, store) => {
            session['a'] = 1
            session.pushFlash('one')
            session.adjustTimeoutForSession(50)
            session.newCsrfToken()
            const latch = store.holdBefore(operation)
            const saving = session.save()
            await latch.reached
            change(session)
            latch.release()
            return saving
          },
          { visitor: who === 'visitor' },
        )
        expect(answer.json).toBe(who === 'visitor' ? 'created' : 'saved')
        expect({ data, flash, timeout }).toMatchObject(left)
        if ('data' in left) expect(data).toEqual(left.data)
      },
    )
  }

  test('a rotation asked for while a save() waits for the store happens', async () => {
    const { answer, data } = await run(async ({ session }, store) => {
      session['a'] = 1
      session.adjustTimeoutForSession(50)
      const latch = store.holdBefore('replace')
      const saving = session.save()
      await latch.reached
      session.rotate()
      latch.release()
      await saving
    })
    expect(answer.setCookies).toHaveLength(1)
    expect(data).toEqual({ n: 5, a: 1 })
  })

  test('save() twice in a row writes once', async () => {
    const { answer, store } = await run(async ({ session }) => {
      session['a'] = 1
      return [await session.save(), await session.save()]
    })
    expect(answer.json).toEqual(['saved', 'unchanged'])
    expect(store.calls.replace).toBe(1)
  })

  test('the cookie that save() of a visitor earned is sent at the end, also of a failure', async () => {
    const { answer, data } = await run(
      async ({ session }) => {
        session['a'] = 1
        await session.save()
        throw new Error('later')
      },
      { visitor: true },
    )
    expect(answer.status).toBe(500)
    expect(answer.setCookies).toHaveLength(1)
    expect(data).toEqual({ a: 1 })
  })

  test('ten update() at once on one session object add up', async () => {
    const { answer, data } = await run(({ session }) =>
      Promise.all(
        Array.from({ length: 10 }, () =>
          session.update((draft) => (draft['n'] = Number(draft['n']) + 1)),
        ),
      ),
    )
    expect((answer.json as number[]).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 10 }, (_, n) => n + 6),
    )
    expect(data).toEqual({ n: 15 })
  })

  test('two update() at once on a visitor make one session with both', async () => {
    const { answer, data, store } = await run(
      ({ session }) =>
        Promise.all(
          ['a', 'b'].map((key) =>
            session.update((draft) => {
              draft[key] = 1
              draft['sum'] = Number(draft['sum'] ?? 0) + 1
            }),
          ),
        ),
      { visitor: true },
    )
    expect(answer.setCookies).toHaveLength(1)
    expect(data).toEqual({ a: 1, b: 1, sum: 2 })
    expect(await store.records()).toHaveLength(1)
  })

  test('update() works on what is stored; keys it changes replace pending values', async () => {
    const { answer, data } = await run(async ({ session }) => {
      session['n'] = 100
      session['other'] = 'pending'
      const seen = await session.update((draft) => {
        const before = { ...draft }
        draft['n'] = Number(draft['n']) + 1
        return before
      })
      return { seen, now: dataIn(session) }
    })
    expect(answer.json).toEqual({ seen: { n: 5 }, now: { n: 6, other: 'pending' } })
    expect(data).toEqual({ n: 6, other: 'pending' })
  })

  test('update() leaves a pending value of a key it did not change alone', async () => {
    const { data } = await run(async ({ session }) => {
      session['n'] = 100
      await session.update((draft) => {
        draft['visits'] = 1
      })
    })
    expect(data).toEqual({ n: 100, visits: 1 })
  })

  test('a deletion in update() is stored, and seen on the session', async () => {
    const { answer, data } = await run(async ({ session }) => {
      await session.update((draft) => {
        delete draft['n']
        draft['m'] = 1
      })
      return dataIn(session)
    })
    expect(answer.json).toEqual({ m: 1 })
    expect(data).toEqual({ m: 1 })
  })

  test('undefined in update() is a deletion, and not stored', async () => {
    const { store } = await run(({ session }) =>
      session.update((draft) => {
        draft['n'] = undefined
        draft['none'] = undefined
        draft['m'] = 1
      }),
    )
    expect((await store.records()).map(({ data }) => data)).toEqual(['{"m":1}'])
  })

  test('update() waits for a change that is itself asynchronous', async () => {
    const { answer, data } = await run(({ session }) =>
      session.update(async (draft) => {
        await Promise.resolve()
        draft['n'] = 6
        return 'done'
      }),
    )
    expect(answer.json).toBe('done')
    expect(data).toEqual({ n: 6 })
  })

  test('an update() whose change throws writes nothing and rejects with that error', async () => {
    const { answer, data, errors, store } = await run(({ session }) =>
      session.update((draft) => {
        draft['n'] = 6
        throw new RangeError('no')
      }),
    )
    expect(answer.status).toBe(500)
    expect(errors).toEqual([expect.any(RangeError)])
    expect(data).toEqual({ n: 5 })
    expect(store.calls.replace).toBe(0)
  })

  test('an update() after clear() that is pending keeps both in the end', async () => {
    const { data } = await run(async ({ session }) => {
      session.clear()
      await session.update((draft) => {
        draft['m'] = 1
      })
    })
    expect(data).toEqual({ m: 1 })
  })

  test('update() and save() at once lose nothing', async () => {
    const { data } = await run(async ({ session }) => {
      session['a'] = 1
      await Promise.all([
        session.save(),
        session.update((draft) => {
          draft['b'] = 1
        }),
      ])
      session['c'] = 1
    })
    expect(data).toEqual({ n: 5, a: 1, b: 1, c: 1 })
  })
})
