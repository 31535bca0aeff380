import { expect, test } from 'vitest'
import type { SerializerContext } from '../../src/options/options.ts'
import type { Payload } from '../../src/record/record.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, type Pages, SECRET, dataIn, startApp } from '../support/app.ts'
import { describeOnBothStores } from '../support/both-stores.ts'

const PAGES: Pages = {
  begin({ session }) {
    session['user'] = 'ada'
    session.pushFlash('welcome')
  },
  data: ({ session }) => void (session['cart'] = ['tea']),
  flash: ({ session }) => session.pushFlash('more'),
  update: ({ session }) => session.update((draft) => void (draft['cart'] = ['milk'])),
  timeout: ({ session }) => session.adjustTimeoutForSession(777),
  rotate: ({ session }) => session.rotate(),
  token: ({ session }) => session.newCsrfToken(),
  all: ({ session }) => [dataIn(session), session.peekFlash(), session.timeout],
}

/** A format that says who wrote it, and that both nodes read. */
function format(of: string) {
  return {
    serialize: (data: Data, { part }: SerializerContext) => `${of} ${part} ${JSON.stringify(data)}`,
    deserialize: (stored: Payload) => JSON.parse(String(stored).replace(/^\w+ \w+ /, '')) as Data,
  }
}

describeOnBothStores('with a serializer that is not the built-in one', (makeStore) => {
  async function begin() {
    const store = makeStore()
    const options = { secret: SECRET, store }
    const old = await startApp(createSessions<Data>({ ...options, ...format('old') }), PAGES)
    const next = await startApp(createSessions<Data>({ ...options, ...format('new') }), PAGES)
    const browser = old.browser()
    await browser.post('/begin')
    const formats = async () => {
      const [record] = await store.records()
      return [record?.data, record?.flash].map((payload) => String(payload).split(' ', 2).join(' '))
    }
    return { store, formats, browser, onNext: () => browser.copy(next.port) }
  }

  test.each(['data', 'flash', 'update', 'timeout', 'rotate', 'token'])(
    'a request that changes only this writes data and flash messages anew: %s',
    async (page) => {
      const { formats, onNext } = await begin()
      expect(await formats()).toEqual(['old data', 'old flash'])
      const browser = onNext()
      expect((await browser.post(`/${page}`)).status).toBe(200)
      expect(await formats()).toEqual(['new data', 'new flash'])
      const [data, flash, timeout] = (await browser.get('/all')).json as [Data, string[], number]
      expect(data).toEqual({
        user: 'ada',
        ...(page === 'data' && { cart: ['tea'] }),
        ...(page === 'update' && { cart: ['milk'] }),
      })
      expect(flash).toEqual(page === 'flash' ? ['welcome', 'more'] : ['welcome'])
      expect(timeout).toBe(page === 'timeout' ? 777 : 1200)
    },
  )

  test('a request that changes the header only, and comes second, keeps what the first wrote', async () => {
    const { store, formats, browser, onNext } = await begin()
    const latch = store.holdBefore('replace')
    const second = onNext().post('/timeout')
    await latch.reached
    await browser.post('/data')
    await browser.post('/flash')
    latch.release()
    expect((await second).status).toBe(200)
    expect(await formats()).toEqual(['new data', 'new flash'])
    expect((await browser.get('/all')).json).toEqual([
      { user: 'ada', cart: ['tea'] },
      ['welcome', 'more'],
      777,
    ])
  })

  test('a request that only reads writes nothing', async () => {
    const { store, formats, onNext } = await begin()
    await onNext().get('/all')
    expect(store.calls.replace).toBe(0)
    expect(await formats()).toEqual(['old data', 'old flash'])
  })
})
