import { describe, expect, onTestFinished, test } from 'vitest'
import type { SessionOptions } from '../../src/options/options.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { type Data, type Pages, SECRET, startApp } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { LatchStore } from '../support/latch-store.ts'
import { watching } from '../support/watching.ts'

const PAGES: Pages = {
  begin: ({ session }) => {
    session['n'] = 1
    return session.id
  },
  id: ({ session }) => session.id,
  write: ({ session }) => void (session['n'] = Math.random()),
  clear: ({ session }) => session.clear(),
  rotate: ({ session }) => session.rotate(),
  adjust: ({ session, request }) => session.adjustTimeoutForSession(Number(request.query['to'])),
  end: ({ session }) => session.invalidate(),
}

type Options = Partial<SessionOptions<Data>>

/** Two nodes on one store: a browser at the first, and sessions that watch at the second. */
async function twoNodes(stores: readonly [Store, Store], options: Options = {}) {
  const [here, there] = stores.map((store) =>
    createSessions<Data>({ secret: SECRET, touchInterval: 0, ...options, store }),
  ) as [ReturnType<typeof createSessions<Data>>, ReturnType<typeof createSessions<Data>>]
  onTestFinished(() => there.close())
  const browser = (await startApp(here, PAGES)).browser()
  const id = (await browser.post('/begin')).json as string
  return { browser, id, sessions: there }
}

function describeWatch(name: string, makeStores: () => readonly [Store, Store]): void {
  function begin(options?: Options) {
    return twoNodes(makeStores(), options)
  }

  describe(`a watch, ${name}`, () => {
    test('THREATS T22: is told within a second that another node ended the session, once', async () => {
      const { browser, id, sessions } = await begin()
      const told = watching(sessions, id)
      const signedOutAt = performance.now()
      await browser.post('/end')
      expect(await told.once()).toEqual({ id, reason: 'ended' })
      expect(told.at - signedOutAt).toBeLessThan(1000)
      const again = watching(sessions, id)
      await again.once()
      expect(told.ends).toHaveLength(1)
    })

    test('is told within a second, also when it began long before', async () => {
      const { browser, id, sessions } = await begin()
      const told = watching(sessions, id)
      const other = watching(sessions, 'nobody')
      await other.once()
      await expect.poll(() => performance.now() - other.at).toBeGreaterThan(700)
      const signedOutAt = performance.now()
      await browser.post('/end')
      await told.once()
      expect(told.at - signedOutAt).toBeLessThan(1000)
    })

    test.each([
      ['idle timeout', { timeout: 1 }],
      ['absolute timeout', { absoluteTimeout: 1 }],
    ])('is told when the %s has run out', async (_, options) => {
      const { id, sessions } = await begin(options)
      const begunAt = performance.now()
      const told = watching(sessions, id)
      expect(await told.once()).toEqual({ id, reason: 'expired' })
      expect(told.at - begunAt).toBeGreaterThan(800)
      expect(told.at - begunAt).toBeLessThan(2000)
    })

    test('is not told before a timeout that was adjusted to be longer', async () => {
      const { browser, id, sessions } = await begin({ timeout: 1 })
      const told = watching(sessions, id)
      const adjustedAt = performance.now()
      await browser.post('/adjust?to=2')
      expect(await told.once()).toEqual({ id, reason: 'expired' })
      expect(told.at - adjustedAt).toBeGreaterThan(1900)
      expect(told.at - adjustedAt).toBeLessThan(3000)
    })

    test('is told in time when the timeout was adjusted to be shorter', async () => {
      const { browser, id, sessions } = await begin()
      const told = watching(sessions, id)
      await watching(sessions, 'nobody').once()
      const adjustedAt = performance.now()
      await browser.post('/adjust?to=1')
      expect(await told.once()).toEqual({ id, reason: 'expired' })
      expect(told.at - adjustedAt).toBeGreaterThan(900)
      expect(told.at - adjustedAt).toBeLessThan(2000)
    })

    test('hears nothing of changes, rotation and clear()', async () => {
      const { browser, id, sessions } = await begin()
      const told = watching(sessions, id)
      for (const page of ['/write', '/rotate', '/clear', '/adjust?to=9000']) {
        await browser.post(page)
        await watching(sessions, 'nobody').once()
      }
      expect((await browser.get('/id')).json).toBe(id)
      expect(told.ends).toEqual([])
      await browser.post('/end')
      expect(await told.once()).toEqual({ id, reason: 'ended' })
    })

    test('of a session that is gone already is told, and not within the call', async () => {
      const { browser, id, sessions } = await begin()
      await browser.post('/end')
      const told = watching(sessions, id)
      const visitor = await sessions.open()
      const stranger = watching(sessions, visitor.id)
      expect([told.ends, stranger.ends]).toEqual([[], []])
      expect(await told.once(1000)).toEqual({ id, reason: 'ended' })
      expect(await stranger.once(1000)).toEqual({ id: visitor.id, reason: 'ended' })
    })

    test('that was unsubscribed is never told', async () => {
      const { browser, id, sessions } = await begin()
      const left = watching(sessions, id)
      const stays = watching(sessions, id)
      left.unsubscribe()
      left.unsubscribe()
      await browser.post('/end')
      await stays.once()
      stays.unsubscribe()
      await watching(sessions, id).once()
      expect(left.ends).toEqual([])
      expect(stays.ends).toHaveLength(1)
    })

    test('that a listener before it ends is not told', async () => {
      const { browser, id, sessions } = await begin()
      const last = watching(sessions, id)
      last.unsubscribe()
      const first = sessions.watch(id, () => second.unsubscribe())
      const second = watching(sessions, id)
      const third = watching(sessions, id)
      await browser.post('/end')
      await third.once()
      expect(second.ends).toEqual([])
      first()
    })

    test('is ended by close(), which tells nobody; then there is no new one', async () => {
      const { browser, id, sessions } = await begin()
      const closing = watching(sessions, id)
      await sessions.close()
      await browser.post('/end')
      expect(() => sessions.watch(id, () => {})).toThrow(/closed/)
      await sessions.close()
      expect(closing.ends).toEqual([])
    })
  })
}

describeWatch('on the memory store', () => {
  const store = memoryStore()
  return [store, store]
})

describeWatch('on a store that tells nothing', () => {
  const store = memoryStore()
  return [store, new LatchStore(store)]
})

describe('with a Redis', () => {
  const redis = useRedis()
  describeWatch('on Redis', () => [redis.store(), redis.store()])
})
