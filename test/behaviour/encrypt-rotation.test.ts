import { expect, test } from 'vitest'
import type { Data } from '../support/app.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import { collect } from '../support/events.ts'
import {
  DIAGNOSIS,
  MESSAGE,
  NOTHING_SEEN,
  SEEN,
  begin,
  keyIdIn,
  keyIdOf,
  newKey,
  recordIn,
  startWith,
} from '../support/encrypting.ts'

const [OLD, NEW] = [newKey(), newKey()]
const [OLD_ID, NEW_ID] = [keyIdOf(OLD), keyIdOf(NEW)]

describeOnBothStores('THREATS T18: keys of encryption', (makeStore) => {
  async function keysOf(store: ReturnType<typeof makeStore>, id: string) {
    const { data, flash } = await recordIn(store, id)
    return [keyIdIn(data), keyIdIn(flash)]
  }

  test('are replaced while serving, and nobody is signed out', async () => {
    const store = makeStore()
    const start = (...keys: string[]) => startWith(store, keys)
    const events = collect()
    const { browser, id } = await begin(await start(OLD))
    // Some servers have each step before the others have: the same session meets both.
    const steps = [
      [await start(OLD), await start(OLD, NEW), [OLD_ID]],
      [await start(OLD, NEW), await start(NEW, OLD), [OLD_ID, NEW_ID]],
      [await start(NEW, OLD), await start(NEW), [NEW_ID]],
    ] as const
    for (const [before, after, ids] of steps) {
      for (const { port } of [before, after, before, after]) {
        const visit = browser.copy(port)
        expect((await visit.get('/look')).json).toEqual(SEEN)
        await visit.post('/timeout')
        expect(ids).toContain((await keysOf(store, id))[0])
      }
    }
    expect(await keysOf(store, id)).toEqual([NEW_ID, NEW_ID])
    expect(events.of('rejected')).toEqual([])
  })

  test.each(['set?n=1', 'timeout', 'flash', 'update', 'rotate', 'token'])(
    'are the first one for data and messages after the next write: %s',
    async (page) => {
      const store = makeStore()
      const { browser, id } = await begin(await startWith(store, [OLD]))
      const next = await startWith(store, [NEW, OLD], {
        flash: ({ session }) => session.pushFlash('more'),
        update: ({ session }) => session.update((draft) => void (draft['n'] = 1)),
        rotate: ({ session }) => session.rotate(),
        token: ({ session }) => session.newCsrfToken(),
      })
      expect(await keysOf(store, id)).toEqual([OLD_ID, OLD_ID])
      const visit = browser.copy(next.port)
      expect((await visit.post(`/${page}`)).status).toBe(200)
      expect(await keysOf(store, id)).toEqual([NEW_ID, NEW_ID])
      const [data, messages] = (await visit.get('/look')).json as [Data, string[]]
      expect([data['diagnosis'], messages[0]]).toEqual([DIAGNOSIS, MESSAGE])
    },
  )

  test('stay what they were while a session is only read and its activity noted', async () => {
    const store = makeStore()
    const eager = { touchInterval: 0 }
    const { browser, id } = await begin(await startWith(store, [OLD], {}, eager))
    const next = await startWith(store, [NEW, OLD], {}, eager)
    await browser.copy(next.port).get('/look')
    expect([store.calls.touch, store.calls.replace]).toEqual([1, 0])
    expect(await keysOf(store, id)).toEqual([OLD_ID, OLD_ID])
  })

  test('of two writers at the same moment may differ: both changes are kept', async () => {
    const store = makeStore()
    const [left, right] = [await startWith(store, [OLD, NEW]), await startWith(store, [NEW, OLD])]
    const { browser, id } = await begin(left)
    const latch = store.holdBefore('replace')
    const slow = browser.copy(right.port).post('/set?slow=1')
    await latch.reached
    await browser.post('/set?fast=1')
    latch.release()
    expect((await slow).status).toBe(200)
    const [data] = (await browser.get('/look')).json as [Data]
    expect(data).toEqual({ diagnosis: DIAGNOSIS, slow: '1', fast: '1' })
    expect(await keysOf(store, id)).toEqual([NEW_ID, NEW_ID])
  })

  test('that were dropped open nothing: a visitor, an event, and the record stays', async () => {
    const store = makeStore()
    const { browser, id } = await begin(await startWith(store, [OLD]))
    const before = await recordIn(store, id)
    const last = await startWith(store, [NEW])
    const events = collect()
    expect((await browser.copy(last.port).get('/look')).json).toEqual(NOTHING_SEEN)
    expect(events.of('rejected')).toMatchObject([{ id, reason: 'undecodable' }])
    expect(await recordIn(store, id)).toEqual(before)
    expect((await browser.get('/look')).json).toEqual(SEEN)
  })
})
