import { describe, expect, test } from 'vitest'
import type { FastifySession } from '../../src/adapters/fastify.ts'
import { type Data, dataIn } from '../support/app.ts'
import { sessionOf, startFastify } from '../support/fastify-app.ts'

/** A visitor with the data `{ user: 'ada', cart: ['tea'] }`, and a page to visit. */
async function begun(page: (session: () => FastifySession<Data>) => unknown) {
  const { browser, store } = await startFastify((app) => {
    app.post('/begin', (request, reply) => {
      Object.assign(sessionOf(request), { user: 'ada', cart: ['tea'] })
      reply.send(sessionOf(request).id)
    })
    app.get('/look', async (request) => dataIn(sessionOf(request)))
    app.post('/page', async (request) => page(() => sessionOf(request)))
  })
  const { text: id } = await browser.post('/begin')
  return { browser, store, id, look: async (of = browser) => (await of.get('/look')).json }
}

describe('get and set', () => {
  test('are the data', async () => {
    const { browser, look } = await begun((session) => {
      session().set('user', 'ben')
      session().set('cart', undefined)
      expect('cart' in session()).toBe(false)
      return [session().get('user'), dataIn(session()), session().get('other') ?? null]
    })
    expect((await browser.post('/page')).json).toEqual(['ben', { user: 'ben' }, null])
    expect(await look()).toEqual({ user: 'ben' })
  })

  test('give nothing that is no data, and set no member', async () => {
    const { browser, look } = await begun((session) => {
      const inherited = ['id', 'get', 'constructor', 'toString', '__proto__']
      const got = inherited.map((key) => session().get(key) ?? null)
      expect(() => session().set('id', 'mine')).toThrow(/session\.id is a member/)
      session().set('__proto__', { admin: true })
      return [...got, session().get('admin') ?? null]
    })
    expect((await browser.post('/page')).json).toEqual([null, null, null, null, null, null])
    expect(await look()).toMatchObject({ user: 'ada' })
  })

  test('are members: assigning to them is an error', async () => {
    const { browser } = await begun((session) => {
      for (const member of ['get', 'set', 'regenerate']) {
        expect(() => Object.assign(session(), { [member]: 1 })).toThrow(`session.${member} is a`)
      }
      return Object.keys(session())
    })
    expect((await browser.post('/page')).json).toEqual(['user', 'cart'])
  })
})

describe('regenerate', () => {
  test('gives the request a new, empty session under another id, and ends the old', async () => {
    const { browser, store, id, look } = await begun(async (session) => {
      const old = session()
      await old.regenerate()
      const now = session()
      now['user'] = 'ben'
      return [now === old, now.id === old.id, now.isNew, dataIn(old)]
    })
    const thief = browser.copy()
    const answer = await browser.post('/page')
    expect(answer.json).toEqual([false, false, true, { user: 'ada', cart: ['tea'] }])
    expect(answer.setCookies).toHaveLength(1)
    expect([await look(), await look(thief)]).toEqual([{ user: 'ben' }, {}])
    expect((await store.records()).map((record) => record.id)).not.toContain(id)
  })

  test('takes the data under the keys it is given along, and nothing else', async () => {
    const { browser, look } = await begun((session) =>
      session().regenerate(['cart', 'absent', 'id', 'regenerate']),
    )
    await browser.post('/page')
    expect(await look()).toEqual({ cart: ['tea'] })
  })

  test('without anything written afterwards ends the session and clears the cookie', async () => {
    const { browser, store } = await begun((session) => session().regenerate())
    const { setCookies } = await browser.post('/page')
    expect(setCookies).toEqual([expect.stringMatching(/^sid=; Max-Age=0;/)])
    expect(await store.records()).toEqual([])
  })

  test('leaves an object behind that refuses to be changed by members', async () => {
    const { browser } = await begun(async (session) => {
      const old = session()
      await old.regenerate()
      expect(() => old.regenerate()).toThrow(/left behind/)
      expect(() => old.rotate()).toThrow(/left behind/)
    })
    expect((await browser.post('/page')).status).toBe(200)
  })
})
