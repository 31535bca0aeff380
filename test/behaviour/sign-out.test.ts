import { expect, test } from 'vitest'
import { createSessions } from '../../src/sessions.ts'
import { type Data, type Framework, type Page, SECRET, startApp } from '../support/app.ts'
import { collect } from '../support/events.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import { type Operation, signal } from '../support/latch-store.ts'

const FRAMEWORKS: readonly Framework[] = ['express 5', 'express 4', 'node']

/** What a request may be writing when another one signs out, and the status it ends with. */
const WRITES: readonly [name: string, operation: Operation, status: number, page: Page][] = [
  ['data', 'replace', 200, ({ session }) => void (session['late'] = 1)],
  ['a deletion', 'replace', 200, ({ session }) => void delete session['user']],
  ['a rotation', 'replace', 200, ({ session }) => session.rotate()],
  ['a flash message', 'replace', 200, ({ session }) => session.pushFlash('late')],
  ['a new CSRF token', 'replace', 200, ({ session }) => session.newCsrfToken()],
  ['a timeout', 'replace', 200, ({ session }) => session.adjustTimeoutForSession(9999)],
  ['clear()', 'replace', 200, ({ session }) => session.clear()],
  [
    'data with save()',
    'replace',
    200,
    async ({ session }) => {
      session['late'] = 1
      return session.save()
    },
  ],
  [
    'data with update()',
    'replace',
    409,
    ({ session }) => session.update((draft) => void (draft['late'] = 1)),
  ],
  ['its activity', 'touch', 200, () => undefined],
]

describeOnBothStores('signing out while another request writes', (makeStore) => {
  async function begin(page: Page, framework: Framework = 'express 5') {
    const store = makeStore()
    const cookie = { maxAge: 3600 }
    const sessions = createSessions<Data>({ secret: SECRET, store, cookie, touchInterval: 0 })
    const app = await startApp(
      sessions,
      {
        in: ({ session }) => void (session['user'] = 'ada'),
        out: ({ session }) => session.invalidate(),
        who: ({ session }) => session['user'] ?? null,
        page,
      },
      framework,
    )
    const browser = app.browser()
    await browser.post('/in')
    return { store, app, browser }
  }

  for (const framework of FRAMEWORKS) {
    test.each(WRITES)(
      `THREATS 1, T7: is final, and the late response sets no cookie: %s, ${framework} (ASVS 7.4.1)`,
      async (_, operation, status, page) => {
        const { store, browser } = await begin(page, framework)
        const thief = browser.copy()
        const latch = store.holdBefore(operation)
        const late = browser.copy().post('/page')
        await latch.reached
        const out = await browser.post('/out')
        expect(out.setCookies).toEqual([expect.stringMatching(/^sid=; Max-Age=0;/)])
        const events = collect()
        latch.release()
        const answer = await late
        expect(events.of('gone')).not.toEqual([])
        expect([answer.status, answer.setCookies]).toEqual([status, []])
        expect(await store.records()).toEqual([])
        expect((await thief.get('/who')).json).toBeNull()
      },
    )
  }

  test('THREATS 1: is final for a request that was opened before it and writes after it (ASVS 7.4.1)', async () => {
    const opened = signal()
    const goOn = signal()
    const { store, browser } = await begin(async ({ session }) => {
      opened.give()
      await goOn.given
      session['late'] = 1
      session.adjustTimeoutForSession(9999)
      session.pushFlash('late')
      session.rotate()
      return session['user']
    })
    const late = browser.copy().post('/page')
    await opened.given
    await browser.post('/out')
    goOn.give()
    const answer = await late
    // The handler saw the session it was opened with; nothing of what it wrote is left.
    expect([answer.json, answer.setCookies]).toEqual(['ada', []])
    expect(await store.records()).toEqual([])
  })

  test('THREATS T7: is final while the session ends in two requests at once; both clear the cookie', async () => {
    const { store, browser } = await begin(() => undefined)
    const latch = store.holdBefore('remove')
    const slow = browser.copy().post('/out')
    await latch.reached
    const fast = await browser.copy().post('/out')
    latch.release()
    for (const { setCookies } of [await slow, fast]) {
      expect(setCookies).toEqual([expect.stringMatching(/^sid=; Max-Age=0;/)])
    }
    expect(await store.records()).toEqual([])
  })

  test('a late write that follows its own invalidate() begins a session of its own', async () => {
    const opened = signal()
    const goOn = signal()
    const { store, browser } = await begin(async ({ session }) => {
      opened.give()
      await goOn.given
      session.invalidate()
      session['anonymous'] = 1
    })
    const other = browser.copy()
    const late = other.post('/page')
    await opened.given
    await browser.post('/out')
    goOn.give()
    expect((await late).setCookies).toHaveLength(1)
    expect((await store.records()).map(({ data }) => data)).toEqual(['{"anonymous":1}'])
    expect((await other.get('/who')).json).toBeNull()
  })
})
