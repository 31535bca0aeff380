import express, { type Express, type Request, type Response } from 'express'
import { once } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { session } from '../../src/adapters/express.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET, errorPage, listen, sessionOf } from '../support/app.ts'
import type { Browser } from '../support/browser-jar.ts'
import { collect } from '../support/events.ts'
import { signal } from '../support/latch-store.ts'

const sessions = createSessions<Data>({ secret: SECRET })

async function browse(mount: (app: Express) => void): Promise<Browser> {
  const app = express()
  mount(app)
  app.use(errorPage([]))
  return (await listen(app)).browser()
}

type Page = (request: Request, response: Response) => unknown

/** Shows a page to a visitor who has a session: what was reported, and what is stored then. */
async function lateReports(page: Page): Promise<{ reports: unknown[]; stored: unknown }> {
  const over = signal()
  const browser = await browse((app) => {
    app.use(session(sessions))
    app.get('/begin', (request, response) => {
      Object.assign(sessionOf(request), { cart: ['tea'], nested: { n: 1 } })
      response.end()
    })
    app.get('/look', (request, response) => response.json(sessionOf(request)))
    app.get('/', async (request, response) => {
      response.once('close', () => setImmediate(over.give))
      await page(request, response)
    })
  })
  await browser.get('/begin')
  const events = collect()
  await browser.get('/')
  await over.given
  const reports = events.of('gone').map(({ reason }) => reason)
  return { reports, stored: (await browser.get('/look')).json }
}

const BEGUN = { cart: ['tea'], nested: { n: 1 } }

describe('a session that is changed after the response', () => {
  test('warns once, and says what to do', async () => {
    const warned = once(process, 'warning')
    await lateReports((request, response) => {
      response.send('done')
      sessionOf(request)['user'] = 'ada'
    })
    const [warning] = (await warned) as [Error & { code: string }]
    expect(warning).toMatchObject({ name: 'SojournWarning', code: 'SOJOURN_LATE_CHANGES' })
    expect(warning.message).toMatch(
      /were not saved.*before the first byte.*await session.save\(\)/s,
    )
  })

  test.each<[string, Page]>([
    [
      'a key set after a redirect',
      (request, response) => {
        response.redirect('/')
        sessionOf(request)['user'] = 'ada'
      },
    ],
    [
      'a key deleted, by somebody who took the session before',
      (request, response) => {
        const held = sessionOf(request)
        response.end()
        delete held['cart']
      },
    ],
    [
      'invalidate()',
      (request, response) => {
        response.end()
        sessionOf(request).invalidate()
      },
    ],
    [
      'rotate()',
      (request, response) => {
        response.end()
        sessionOf(request).rotate()
      },
    ],
    [
      'a flash message',
      (request, response) => {
        response.end()
        sessionOf(request).pushFlash('late')
      },
    ],
    [
      'a nested value',
      (request, response) => {
        response.end()
        const { nested } = sessionOf(request) as unknown as { nested: { n: number } }
        nested.n = 2
      },
    ],
    [
      'a nested value, after the session was saved',
      async (request, response) => {
        const session = sessionOf(request)
        session['cart'] = ['tea']
        await session.save()
        await nextTurn()
        response.end()
        const { nested } = session as unknown as { nested: { n: number } }
        nested.n = 2
      },
    ],
    [
      'a nested value, in a response that is streamed',
      (request, response) => {
        response.write('first')
        const { nested } = sessionOf(request) as unknown as { nested: { n: number } }
        nested.n = 2
        response.end()
      },
    ],
    [
      'a key set while the commit is under way',
      (request, response) => {
        sessionOf(request)['cart'] = ['tea']
        response.end()
        sessionOf(request)['user'] = 'ada'
      },
    ],
  ])('is reported and not stored: %s', async (_what, page) => {
    const { reports, stored } = await lateReports(page)
    expect(reports).toEqual(['late_changes'])
    expect(stored).toEqual(BEGUN)
  })

  test('is not reported when it is saved, only read, or the request was in time', async () => {
    for (const page of [
      async (request: Request, response: Response) => {
        response.end()
        sessionOf(request)['n'] = 1
        await sessionOf(request).save()
      },
      (request: Request, response: Response) => {
        response.end()
        void sessionOf(request)['cart']
      },
      (request: Request, response: Response) => {
        sessionOf(request)['n'] = 1
        sessionOf(request).adjustTimeoutForSession(60)
        sessionOf(request).pushFlash('in time')
        response.end()
      },
    ]) {
      expect((await lateReports(page)).reports).toEqual([])
    }
  })

  test('a new session cannot be saved then: it is an error that says so', async () => {
    const errors: unknown[] = []
    const browser = await browse((app) => {
      app.use(session(sessions))
      app.get('/', (request, response) => {
        response.end()
        sessionOf(request)['n'] = 1
        sessionOf(request)
          .save()
          .catch((error: unknown) => errors.push(error))
      })
    })
    await browser.get('/')
    await expect.poll(() => errors).toHaveLength(1)
    expect(String(errors[0])).toMatch(/UsageError: .*cookie cannot be sent any more; do it before/)
  })
})

function afterTheResponse(work: (request: Request) => unknown) {
  return browse((app) => {
    app.get('/begin', session(sessions), (request, response) => {
      sessionOf(request)['n'] = 1
      response.end()
    })
    app.use((_request, response, next) => {
      response.end('sent')
      next()
    })
    app.use(session(sessions))
    app.get('/', (request) => void work(request))
  })
}

describe('a response that was sent before the session middleware', () => {
  test('is sent as it was, and changes are reported and not stored', async () => {
    const browser = await afterTheResponse((request) => {
      sessionOf(request)['n'] = 2
    })
    await browser.get('/begin')
    const events = collect()
    const answer = await browser.get('/')
    expect([answer.status, answer.text, answer.setCookies]).toEqual([200, 'sent', []])
    await expect
      .poll(() => events.of('gone'))
      .toEqual([expect.objectContaining({ reason: 'late_changes' })])
    expect(events.of('saved')).toEqual([])
  })

  test('creates no session that nobody has a cookie for', async () => {
    const errors: unknown[] = []
    const browser = await afterTheResponse((request) => {
      sessionOf(request)['n'] = 1
      sessionOf(request)
        .save()
        .catch((error: unknown) => errors.push(error))
    })
    const events = collect()
    expect((await browser.get('/')).setCookies).toEqual([])
    await expect.poll(() => String(errors[0])).toMatch(/cookie cannot be sent any more/)
    expect(events.of('created')).toEqual([])
  })
})
