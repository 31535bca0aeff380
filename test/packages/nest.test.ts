import { type ArgumentsHost, Catch, ServiceUnavailableException } from '@nestjs/common'
import { BaseExceptionFilter } from '@nestjs/core'
import { describe, expect, test } from 'vitest'
import { noteErrors } from '../../src/adapters/express.ts'
import { StoreError } from '../../src/errors.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { type Sessions, createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { SECRET } from '../support/app.ts'
import { LatchStore } from '../support/latch-store.ts'
import { type StartNest, type Visitor, expressSite, fastifySite } from './nest-sites.ts'
import { ours } from './serve.ts'

/** Nest answers errors in its exception filters: here they are told to the session first. */
class NotingFilter extends BaseExceptionFilter {
  readonly #note = noteErrors()

  override catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp()
    this.#note(error, http.getRequest(), http.getResponse(), () => undefined)
    super.catch(error, host)
  }
}
Catch()(NotingFilter)

/** Nest's own filter answers 500 to every error that is none of its own. */
class StoreFilter extends BaseExceptionFilter {
  override catch(error: StoreError, host: ArgumentsHost): void {
    super.catch(new ServiceUnavailableException('back in a moment', { cause: error }), host)
  }
}
Catch(StoreError)(StoreFilter)

function makeSessions(options: Partial<SessionOptions<Visitor>> = {}): Sessions<Visitor> {
  return createSessions<Visitor>({ secret: SECRET, ...options })
}

describe.each<[string, StartNest]>([
  ['Express', expressSite],
  ['Fastify', fastifySite],
])('NestJS 12 on %s', (_platform, start) => {
  test('@Session() is the session: nothing for who only looks, one cookie, data kept', async () => {
    const browser = await start(makeSessions())
    const looked = await browser.get('/look')
    expect([looked.json, looked.setCookies]).toEqual([{}, []])
    expect(ours(await browser.get('/visit'))).toHaveLength(1)
    const second = await browser.get('/visit')
    expect([second.json, second.setCookies]).toEqual([{ visits: 2 }, []])
  })

  test('sign-in and sign-out under @Redirect; the cookies before them are dead', async () => {
    const browser = await start(makeSessions())
    await browser.get('/visit')
    const planted = browser.copy()
    const signedIn = await browser.post('/sign-in')
    expect([signedIn.status, signedIn.headers.location]).toEqual([303, '/look'])
    expect(ours(signedIn)).toHaveLength(1)
    expect((await browser.get('/look')).json).toEqual({ user: 'ada', visits: 1 })
    expect((await planted.get('/look')).json).toEqual({})
    const thief = browser.copy()
    expect(ours(await browser.post('/sign-out'))).toHaveLength(1)
    expect(browser.cookies.size).toBe(0)
    expect((await thief.get('/look')).json).toEqual({})
  })

  test('a guard sees the session', async () => {
    const browser = await start(makeSessions())
    expect((await browser.get('/members')).status).toBe(403)
    await browser.post('/sign-in')
    expect((await browser.get('/members')).text).toBe('for ada')
  })

  test('what an interceptor writes after the handler is saved', async () => {
    const browser = await start(makeSessions())
    expect(ours(await browser.get('/noted'))).toHaveLength(1)
    expect((await browser.get('/look')).json).toEqual({ seenBy: 'the interceptor' })
  })

  test.each([
    ['/refuse', 400],
    ['/break', 500],
  ])('%s: a handler that throws is committed, with status %i', async (path, status) => {
    const browser = await start(makeSessions())
    const answer = await browser.get(path)
    expect([answer.status, ours(answer).length]).toEqual([status, 1])
    expect((await browser.get('/look')).json).toEqual({ visits: 1 })
  })

  test('with cookieOnException false a status of 500 creates no session, one of 400 does', async () => {
    const browser = await start(makeSessions({ cookieOnException: false }))
    expect((await browser.get('/break')).setCookies).toEqual([])
    expect(ours(await browser.get('/refuse'))).toHaveLength(1)
  })

  test.each([
    ['/refuse', 400],
    ['/break', 500],
  ])(
    '%s: with cookieOnException false, a filter that notes errors creates none',
    async (path, status) => {
      const browser = await start(makeSessions({ cookieOnException: false }), (app) => {
        app.useGlobalFilters(new NotingFilter(app.getHttpAdapter()))
      })
      const answer = await browser.get(path)
      expect([answer.status, answer.setCookies]).toEqual([status, []])
    },
  )

  test('a commit that fails reaches the filters, and the answer has no cookie', async () => {
    const store = new LatchStore(memoryStore())
    const browser = await start(makeSessions({ store }), (app) => {
      app.useGlobalFilters(new StoreFilter(app.getHttpAdapter()))
    })
    store.failNext('create', new Error('out of order'))
    const answer = await browser.get('/visit')
    expect([answer.status, answer.setCookies]).toEqual([503, []])
    expect(answer.json).toMatchObject({ message: 'back in a moment' })
  })

  test('without a filter for it, a commit that fails is answered with 500', async () => {
    const store = new LatchStore(memoryStore())
    const browser = await start(makeSessions({ store }))
    store.failNext('create', new Error('out of order'))
    const answer = await browser.get('/visit')
    expect([answer.status, answer.setCookies]).toEqual([500, []])
    expect(answer.json).toEqual({ statusCode: 500, message: 'Internal server error' })
  })
})
