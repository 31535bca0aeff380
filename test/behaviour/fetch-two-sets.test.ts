import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type FetchAdapterOptions, withSession } from '../../src/adapters/fetch.ts'
import { UsageError } from '../../src/errors.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import type { Session } from '../../src/session/members.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, SECRET } from '../support/app.ts'
import { serveFetch } from '../support/fetch-app.ts'
import { LatchStore } from '../support/latch-store.ts'

type Handler = (shop: Session<Data>, admin: Session<Data>) => Response

interface Given {
  readonly adminName?: string
  readonly sessions?: Partial<SessionOptions<Data>>
  readonly inner?: FetchAdapterOptions<Request, []>
}

/** One withSession in the other: the shop around the admin. */
async function serve(handler: Handler, { adminName = 'admin', sessions, inner }: Given = {}) {
  const stores = { shop: new LatchStore(memoryStore()), admin: new LatchStore(memoryStore()) }
  function make(name: string, store: LatchStore) {
    return createSessions<Data>({ secret: SECRET, store, cookie: { name }, ...sessions })
  }
  const shop = make('shop', stores.shop)
  const forAdmin = withSession(
    make(adminName, stores.admin),
    (request: Request, admin) => handler(shop.from(request), admin),
    inner,
  )
  const app = await serveFetch(withSession(shop, (request: Request) => forAdmin(request)))
  return { app, stores, browser: app.browser() }
}

const both: Handler = (shop, admin) => {
  shop['cart'] = ['tea']
  admin['level'] = 3
  return new Response('both')
}

function names(setCookies: readonly string[]): (string | undefined)[] {
  return setCookies.map((line) => line.split('=')[0])
}

function printed() {
  const print = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => print.mockRestore())
  return print
}

describe('two sets of sessions in fetch style', () => {
  test('go one in the other, each with its cookie', async () => {
    const { browser } = await serve(both)
    expect(names((await browser.get('/')).setCookies)).toEqual(['admin', 'shop'])
    expect((await browser.get('/')).setCookies).toEqual([])
  })

  test.each<['shop' | 'admin', string]>([
    ['shop', 'admin'],
    ['admin', 'shop'],
  ])('when the store of %s fails, the cookie of %s still comes', async (failing, fine) => {
    printed()
    const { browser, stores } = await serve(both)
    stores[failing].failNext('create', new Error('out of order'))
    const answer = await browser.get('/')
    expect([answer.status, names(answer.setCookies)]).toEqual([503, [fine]])
  })

  test('fail together when the handler throws', async () => {
    const { browser, stores } = await serve(
      (...sessions) => {
        both(...sessions)
        throw new Error('the handler fails')
      },
      {
        sessions: { cookieOnException: false },
        inner: { onError: () => new Response('no such page', { status: 404 }) },
      },
    )
    expect((await browser.get('/')).status).toBe(404)
    expect([stores.shop.calls.create, stores.admin.calls.create]).toEqual([0, 0])
  })

  test('with one cookie name are an error that says what to do', async () => {
    const print = printed()
    const { browser } = await serve(both, { adminName: 'shop' })
    expect((await browser.get('/')).status).toBe(500)
    const [error] = print.mock.calls[0] as [UsageError]
    expect(error).toBeInstanceOf(UsageError)
    expect(error.message).toMatch(/use the cookie name shop .* another cookie\.name/)
  })
})
