import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { session } from '../../src/adapters/hono.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { SECRET } from '../support/app.ts'
import { serveHono } from '../support/hono-app.ts'
import { LatchStore } from '../support/latch-store.ts'

interface Shop {
  cart: string[]
}
interface Admin {
  level: number
}

async function serve(answerErrors: (app: Hono) => unknown = () => {}) {
  const stores = { shop: new LatchStore(memoryStore()), admin: new LatchStore(memoryStore()) }
  const secret = SECRET
  const shop = createSessions<Shop>({ secret, store: stores.shop, cookie: { name: 'shop' } })
  const admin = createSessions<Admin>({ secret, store: stores.admin, cookie: { name: 'admin' } })
  const app = new Hono()
    .use(session(shop))
    .use(session(admin, { property: 'adminSession' }))
    .get('/both', (c) => {
      c.get('session').cart = ['tea']
      c.get('adminSession').level = 3
      return c.text('both')
    })
    .get('/', (c) => c.json([c.var.session, admin.from(c.req.raw)]))
  app.onError((_error, c) => c.text('trouble', 503))
  answerErrors(app as unknown as Hono)
  return { stores, browser: (await serveHono(app)).browser() }
}

function names(setCookies: readonly string[]): (string | undefined)[] {
  return setCookies.map((line) => line.split('=')[0])
}

describe('two sets of sessions on Hono', () => {
  test('each has its property, its cookie and its data', async () => {
    const { browser } = await serve()
    expect(names((await browser.get('/both')).setCookies)).toEqual(['admin', 'shop'])
    const look = await browser.get('/')
    expect([look.json, look.setCookies]).toEqual([[{ cart: ['tea'] }, { level: 3 }], []])
  })

  test.each<['shop' | 'admin', string]>([
    ['shop', 'admin'],
    ['admin', 'shop'],
  ])('when the store of %s fails, the cookie of %s still comes', async (failing, fine) => {
    const { browser, stores } = await serve()
    stores[failing].failNext('create', new Error('out of order'))
    const answer = await browser.get('/both')
    expect([answer.status, names(answer.setCookies)]).toEqual([503, [fine]])
  })

  test('it comes also with an error response that owes nothing to the context', async () => {
    const { browser, stores } = await serve((app) =>
      app.onError(() => new Response('trouble', { status: 503 })),
    )
    stores.shop.failNext('create', new Error('out of order'))
    const answer = await browser.get('/both')
    expect([answer.status, names(answer.setCookies)]).toEqual([503, ['admin']])
  })
})
