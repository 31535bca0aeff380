import { describe, expect, test } from 'vitest'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, type Framework, SECRET, startApp, dataIn } from '../support/app.ts'
import { type Answer, parseSetCookie } from '../support/browser-jar.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import { LatchStore } from '../support/latch-store.ts'

type Step = 'invalidate' | 'write'
type Cookie = 'none' | 'set' | 'removed'

const INVALIDATE: readonly Step[] = ['invalidate']
const THEN_WRITE: readonly Step[] = ['invalidate', 'write']
const TWICE: readonly Step[] = ['invalidate', 'invalidate']
const WRITE_BETWEEN: readonly Step[] = ['invalidate', 'write', 'invalidate']
const ALL: readonly Step[] = ['invalidate', 'write', 'invalidate', 'write']

type Row = readonly [
  steps: readonly Step[],
  who: 'visitor' | 'session',
  cookieOnException: boolean,
  throws: boolean,
  status: number,
  cookie: Cookie,
  records: number,
]

/** A visitor who never had a cookie has none to remove. */
const ROWS: readonly Row[] = [
  [INVALIDATE, 'visitor', true, false, 200, 'none', 0],
  [INVALIDATE, 'visitor', true, true, 500, 'none', 0],
  [INVALIDATE, 'visitor', false, false, 200, 'none', 0],
  [INVALIDATE, 'visitor', false, true, 500, 'none', 0],
  [INVALIDATE, 'session', true, false, 200, 'removed', 0],
  [INVALIDATE, 'session', true, true, 500, 'removed', 0],
  [INVALIDATE, 'session', false, false, 200, 'removed', 0],
  [INVALIDATE, 'session', false, true, 500, 'removed', 0],

  [THEN_WRITE, 'visitor', true, false, 200, 'set', 1],
  [THEN_WRITE, 'visitor', true, true, 500, 'set', 1],
  [THEN_WRITE, 'visitor', false, false, 200, 'set', 1],
  [THEN_WRITE, 'visitor', false, true, 500, 'none', 0],
  [THEN_WRITE, 'session', true, false, 200, 'set', 1],
  [THEN_WRITE, 'session', true, true, 500, 'set', 1],
  [THEN_WRITE, 'session', false, false, 200, 'set', 1],
  [THEN_WRITE, 'session', false, true, 500, 'removed', 0],

  [TWICE, 'visitor', true, false, 200, 'none', 0],
  [TWICE, 'visitor', true, true, 500, 'none', 0],
  [TWICE, 'visitor', false, false, 200, 'none', 0],
  [TWICE, 'visitor', false, true, 500, 'none', 0],
  [TWICE, 'session', true, false, 200, 'removed', 0],
  [TWICE, 'session', true, true, 500, 'removed', 0],
  [TWICE, 'session', false, false, 200, 'removed', 0],
  [TWICE, 'session', false, true, 500, 'removed', 0],

  [WRITE_BETWEEN, 'visitor', true, false, 200, 'none', 0],
  [WRITE_BETWEEN, 'visitor', true, true, 500, 'none', 0],
  [WRITE_BETWEEN, 'visitor', false, false, 200, 'none', 0],
  [WRITE_BETWEEN, 'visitor', false, true, 500, 'none', 0],
  [WRITE_BETWEEN, 'session', true, false, 200, 'removed', 0],
  [WRITE_BETWEEN, 'session', true, true, 500, 'removed', 0],
  [WRITE_BETWEEN, 'session', false, false, 200, 'removed', 0],
  [WRITE_BETWEEN, 'session', false, true, 500, 'removed', 0],

  [ALL, 'visitor', true, false, 200, 'set', 1],
  [ALL, 'visitor', true, true, 500, 'set', 1],
  [ALL, 'visitor', false, false, 200, 'set', 1],
  [ALL, 'visitor', false, true, 500, 'none', 0],
  [ALL, 'session', true, false, 200, 'set', 1],
  [ALL, 'session', true, true, 500, 'set', 1],
  [ALL, 'session', false, false, 200, 'set', 1],
  [ALL, 'session', false, true, 500, 'removed', 0],
]

const ENDS = ROWS.map(([steps, who, cookieOnException, throws, status, cookie, records]) => ({
  how: steps.join(', '),
  fails: throws ? 'throws' : 'does not throw',
  steps,
  who,
  cookieOnException,
  throws,
  status,
  cookie,
  records,
}))

test('there are forty', () => expect(ENDS).toHaveLength(40))

const ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Lax'

function expectCookie({ setCookies }: Answer, cookie: Cookie, oldValue: string | undefined): void {
  if (cookie === 'none') {
    expect(setCookies).toEqual([])
  } else if (cookie === 'removed') {
    const removal = 'sid=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly'
    expect(setCookies).toEqual([`${removal}; SameSite=Lax`])
  } else {
    expect(setCookies).toEqual([expect.stringMatching(/^sid=[\w-]+\.[\w-]{22}\.0\.[\w-]{43}; /)])
    const [line = ''] = setCookies
    expect(line.slice(line.indexOf('; ') + 2)).toBe(ATTRIBUTES)
    expect(parseSetCookie(line).value).not.toBe(oldValue)
  }
}

function testEnds(makeStore: () => LatchStore, framework: Framework): void {
  test.each(ENDS)(
    '$who: $how; cookieOnException $cookieOnException, $fails: $status, $cookie, $records left',
    async ({ steps, who, cookieOnException, throws, status, cookie, records }) => {
      const store = makeStore()
      const sessions = createSessions<Data>({ secret: SECRET, store, cookieOnException })
      const app = await startApp(
        sessions,
        {
          begin: ({ session }) => {
            session['old'] = 1
            return session.id
          },
          end: ({ session }) => {
            for (const step of steps) {
              if (step === 'invalidate') session.invalidate()
              else session['written'] = Number(session['written'] ?? 0) + 1
            }
            if (throws) throw new Error('the handler failed')
          },
          all: ({ session }) => dataIn(session),
        },
        framework,
      )
      const browser = app.browser()
      const oldId = who === 'session' ? (await browser.post('/begin')).json : undefined
      const old = browser.copy()
      const answer = await browser.post('/end')

      expect(answer.status).toBe(status)
      expectCookie(answer, cookie, old.cookies.get('sid'))
      const left = await store.records()
      expect(left).toHaveLength(records)
      expect(left.map(({ id }) => id)).not.toContain(oldId)
      // The cookie fits what is left, and the old one opens nothing.
      expect((await browser.get('/all')).json).toEqual(records === 1 ? { written: 1 } : {})
      expect((await old.get('/all')).json).toEqual({})
    },
  )
}

describeOnBothStores('the forty ends of a request, Express 5', (makeStore) => {
  testEnds(makeStore, 'express 5')
})

describe.each(['express 4', 'node'] as const)('the forty ends of a request, %s', (framework) => {
  testEnds(() => new LatchStore(memoryStore()), framework)
})

async function begin(cookieOnException: boolean) {
  const store = new LatchStore(memoryStore())
  const sessions = createSessions<Data>({ secret: SECRET, store, cookieOnException })
  const app = await startApp(sessions, {
    begin: ({ session }) => void (session['n'] = 1),
    all: ({ session }) => dataIn(session),
    write: ({ session }) => {
      session['n'] = 2
      throw new Error('failed')
    },
    rotate: ({ session }) => {
      session['n'] = 3
      session.rotate()
      throw new Error('failed')
    },
    'says-500': ({ session, response }) => {
      session['n'] = 4
      response.statusCode = 500
    },
    'says-404': ({ session, response }) => {
      session['n'] = 5
      response.statusCode = 404
    },
    'throws-404': ({ session }) => {
      session['n'] = 6
      throw Object.assign(new Error('not here'), { status: 404 })
    },
    saved: async ({ session }) => {
      session['n'] = 7
      await session.save()
      throw new Error('failed')
    },
  })
  return { store, visitor: app.browser(), browser: app.browser() }
}

describe('a request that failed', () => {
  test('is one only if it is said so', async () => {
    const sessions = createSessions<Data>({ secret: SECRET, cookieOnException: false })
    for (const [options, outcome] of [
      [undefined, 'created'],
      [{}, 'created'],
      [{ failed: true }, 'unchanged'],
    ] as const) {
      const session = await sessions.open()
      session['n'] = 1
      expect(await sessions.commit(session, options)).toMatchObject({ outcome })
    }
  })

  test('saves changes of an existing session, cookieOnException false or not', async () => {
    for (const cookieOnException of [true, false]) {
      const { browser } = await begin(cookieOnException)
      await browser.post('/begin')
      expect((await browser.post('/write')).status).toBe(500)
      expect((await browser.get('/all')).json).toEqual({ n: 2 })
    }
  })

  test('rotates with cookieOnException true', async () => {
    const { browser } = await begin(true)
    await browser.post('/begin')
    const old = browser.copy()
    expect((await browser.post('/rotate')).setCookies).toHaveLength(1)
    expect((await browser.get('/all')).json).toEqual({ n: 3 })
    expect((await old.get('/all')).json).toEqual({})
  })

  test('rotates nothing with cookieOnException false, and saves the rest', async () => {
    const { browser } = await begin(false)
    await browser.post('/begin')
    expect((await browser.post('/rotate')).setCookies).toEqual([])
    expect((await browser.get('/all')).json).toEqual({ n: 3 })
  })

  test.each([
    ['/says-500', 500, 0],
    ['/says-404', 404, 1],
    ['/throws-404', 404, 0],
  ])('cookieOnException false, %s: %i leaves %i records', async (path, status, records) => {
    const { visitor, store } = await begin(false)
    const answer = await visitor.post(path)
    expect([answer.status, answer.setCookies.length]).toEqual([status, records])
    expect(await store.records()).toHaveLength(records)
  })

  test('still sends the cookie that an earlier save() has earned', async () => {
    const { visitor } = await begin(false)
    const answer = await visitor.post('/saved')
    expect([answer.status, answer.setCookies.length]).toEqual([500, 1])
    expect((await visitor.get('/all')).json).toEqual({ n: 7 })
  })
})
