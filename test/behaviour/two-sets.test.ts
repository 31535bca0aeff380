import express from 'express'
import type { IncomingMessage, RequestListener } from 'node:http'
import { describe, expect, test } from 'vitest'
import { session } from '../../src/adapters/express.ts'
import { withSession } from '../../src/adapters/node.ts'
import { UsageError } from '../../src/errors.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { type Sessions, createSessions } from '../../src/sessions.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { SECRET, errorPage, listen } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { LatchStore } from '../support/latch-store.ts'

interface Shop {
  cart: string[]
}
interface Admin {
  level: number
}

interface Sets {
  readonly shop: Sessions<Shop>
  readonly admin: Sessions<Admin>
}

/** Sets that share all they can: one secret, one prefix, and one store where it is given. */
function makeSets({
  shop,
  admin,
}: { shop?: Partial<SessionOptions<Shop>>; admin?: Partial<SessionOptions<Admin>> } = {}): Sets {
  const store = memoryStore()
  return {
    shop: createSessions<Shop>({ secret: SECRET, store, cookie: { name: 'shop' }, ...shop }),
    admin: createSessions<Admin>({ secret: SECRET, store, cookie: { name: 'admin' }, ...admin }),
  }
}

type Listen = (sets: Sets) => RequestListener

interface Acted {
  readonly shop: Partial<Shop>
  readonly admin: Partial<Admin>
  readonly timeouts: readonly number[]
}

/** What a visitor does at a path; answers with what both sessions hold. */
function act({ shop, admin }: Sets, request: IncomingMessage): Acted {
  const [ofShop, ofAdmin] = [shop.from(request), admin.from(request)]
  switch (request.url) {
    case '/shop':
      ofShop.cart = [...(ofShop.cart ?? []), 'tea']
      break
    case '/admin':
      ofAdmin.level = 3
      break
    case '/leave-admin':
      ofAdmin.invalidate()
      break
    case '/leave-both':
      ofShop.invalidate()
      ofAdmin.invalidate()
      break
    case '/both':
      ofShop.cart = ['tea']
      ofAdmin.level = 3
      break
    case '/throw':
      ofShop.cart = ['tea']
      ofAdmin.level = 3
      throw Object.assign(new Error('no such page'), { status: 404 })
  }
  return { shop: ofShop, admin: ofAdmin, timeouts: [ofShop.timeout, ofAdmin.timeout] }
}

function onExpress(sets: Sets): RequestListener {
  const app = express()
  app.use(session(sets.shop), session(sets.admin, { property: 'adminSession' }))
  app.use((request, response) => {
    const { adminSession } = request as unknown as { adminSession: unknown }
    const right = request.session === sets.shop.from(request)
    response.set('x-properties', String(right && adminSession === sets.admin.from(request)))
    response.json(act(sets, request))
  })
  app.use(errorPage([]))
  return app as RequestListener
}

function onNode(sets: Sets): RequestListener {
  const { shop, admin } = sets
  const quiet = { onError: () => undefined }
  const forAdmin = withSession(
    admin,
    (request, response) => {
      const right = request.adminSession === admin.from(request)
      const { session: ofShop } = request as unknown as { session: unknown }
      response.setHeader('x-properties', String(right && ofShop === shop.from(request)))
      response.end(JSON.stringify(act(sets, request)))
    },
    { property: 'adminSession', ...quiet },
  )
  return withSession(shop, forAdmin, quiet)
}

async function visit(serve: Listen, sets: Sets) {
  return (await listen(serve(sets))).browser()
}

const names = (setCookies: readonly string[]) => setCookies.map((line) => line.split('=')[0])

describe.each<[string, Listen]>([
  ['Express', onExpress],
  ['node:http', onNode],
])('two sets of sessions on %s', (_framework, serve) => {
  test('each has its property, its cookie and its data, and one can end alone', async () => {
    const browser = await visit(serve, makeSets())
    const both = await browser.get('/both')
    expect(names(both.setCookies)).toEqual(['shop', 'admin'])
    expect(both.headers['x-properties']).toBe('true')
    expect((await browser.get('/')).json).toMatchObject({
      shop: { cart: ['tea'] },
      admin: { level: 3 },
    })
    expect(names((await browser.get('/leave-admin')).setCookies)).toEqual(['admin'])
    expect((await browser.get('/')).json).toMatchObject({ shop: { cart: ['tea'] }, admin: {} })
  })

  test('what both ask the browser to forget is sent once', async () => {
    const browser = await visit(
      serve,
      makeSets({
        shop: { clearSiteData: ['cache', 'prefetchCache'] },
        admin: { clearSiteData: ['storage', 'cache'] },
      }),
    )
    await browser.get('/both')
    const { headers } = await browser.get('/leave-both')
    expect(headers['clear-site-data']).toBe('"cache", "prefetchCache", "storage"')
  })

  test('a change in one sets no cookie of the other', async () => {
    const browser = await visit(serve, makeSets())
    expect(names((await browser.get('/shop')).setCookies)).toEqual(['shop'])
    expect(names((await browser.get('/admin')).setCookies)).toEqual(['admin'])
    expect(names((await browser.get('/shop')).setCookies)).toEqual([])
  })

  test.each([
    ['one prefix', {}],
    ['a prefix each', { admin: { prefix: 'admin:' } }],
  ])("a cookie under the other set's name opens nothing, with %s", async (_prefixes, options) => {
    const browser = await visit(serve, makeSets(options))
    await browser.get('/both')
    const { shop = '', admin = '' } = Object.fromEntries(browser.cookies)
    for (const cookie of [`admin=${shop}`, `shop=${admin}`, `shop=${admin}; admin=${shop}`]) {
      const { timeouts: _, ...data } = (await browser.get('/', { cookie })).json as Acted
      expect(data).toEqual({ shop: {}, admin: {} })
    }
  })

  test('each keeps its own timeout', async () => {
    let nowMs = Date.now()
    const store = memoryStore({ now: () => nowMs })
    const browser = await visit(
      serve,
      makeSets({ shop: { store, timeout: 3600 }, admin: { store, timeout: 60 } }),
    )
    expect((await browser.get('/both')).json).toMatchObject({ timeouts: [3600, 60] })
    nowMs += 120_000
    expect((await browser.get('/')).json).toEqual({
      shop: { cart: ['tea'] },
      admin: {},
      timeouts: [3600, 60],
    })
  })

  test("when one set's store fails, the answer is an error with the other's cookie only", async () => {
    const failing = new LatchStore(memoryStore())
    const browser = await visit(serve, makeSets({ admin: { store: failing } }))
    failing.failNext('create', new Error('out of order'))
    const answer = await browser.get('/both')
    expect([answer.status, names(answer.setCookies)]).toEqual([503, ['shop']])
  })
})

test('on node:http, a listener that throws fails both sets', async () => {
  const quiet = { cookieOnException: false }
  const browser = await visit(onNode, makeSets({ shop: quiet, admin: quiet }))
  const answer = await browser.get('/throw')
  expect([answer.status, answer.setCookies]).toEqual([404, []])
})

test('a set commits no session that the other has opened', async () => {
  const sets = makeSets()
  const session = await sets.shop.open()
  session.cart = ['tea']
  const wrong = sets.admin.commit(session as never)
  await expect(wrong).rejects.toThrow(UsageError)
  await expect(wrong).rejects.toThrow(/open\(\) of these sessions/)
  const { outcome, setCookie } = await sets.shop.commit(session)
  expect([outcome, setCookie]).toEqual(['created', expect.stringMatching(/^shop=/)])
})

describe('two sets of sessions on one Redis', () => {
  const redis = useRedis()

  test('prefixes of their own keep their records apart', async () => {
    const { url } = redis.server
    const stores = [redisStore({ url }), redisStore({ url })] as const
    const browser = await visit(
      onExpress,
      makeSets({
        shop: { store: stores[0], prefix: 'shop:' },
        admin: { store: stores[1], prefix: 'admin:' },
      }),
    )
    await browser.get('/both')
    expect(await redis.server.cli('keys', 'shop:*')).toHaveLength(1)
    expect(await redis.server.cli('keys', 'admin:*')).toHaveLength(1)
    await browser.get('/leave-admin')
    expect(await redis.server.cli('keys', '*')).toEqual([expect.stringMatching(/^shop:/)])
    expect((await browser.get('/')).json).toMatchObject({ shop: { cart: ['tea'] }, admin: {} })
    for (const store of stores) await store.close?.()
  })
})
