import { expect, test } from 'vitest'
import { createSessions } from '../../src/sessions.ts'
import { SECRET, dataIn } from '../support/app.ts'
import { describeOnBothStores, useRedis } from '../support/both-stores.ts'
import { begin, look, near, untilHeld } from '../redis/near-cache.ts'
import { cookieOf } from '../support/timed.ts'

/* A record that has not changed is not decoded again (docs/decisions/031). Nobody notices. */

const BEGUN = { name: 'ada', cart: { items: [{ id: 1 }, { id: 2 }] } }

interface Cart {
  items: { id: number }[]
}

interface Shop {
  name?: string
  color?: string
  cart: Cart
}

describeOnBothStores('requests that read the same record', (makeStore) => {
  async function begun() {
    const store = makeStore()
    const sessions = createSessions<Shop>({ secret: SECRET, store })
    const first = await sessions.open()
    Object.assign(first, structuredClone(BEGUN))
    const cookie = cookieOf((await sessions.commit(first)).setCookie)
    return { store, sessions, cookie }
  }

  test('have data of their own, down to the last', async () => {
    const { sessions, cookie } = await begun()
    const spoilt = async () => {
      const session = await sessions.open(cookie)
      expect(dataIn(session)).toEqual(BEGUN)
      const { items } = session.cart as Cart
      Object.assign(items[0] as object, { id: 99 })
      items.pop()
      delete session.name
    }
    for (let request = 0; request < 4; request++) await spoilt()
    expect(dataIn(await sessions.open(cookie))).toEqual(BEGUN)
  })

  test('write what they have changed, and only then', async () => {
    const { store, sessions, cookie } = await begun()
    for (let id = 3; id < 8; id++) {
      for (let request = 0; request < 3; request++) {
        const idle = await sessions.open(cookie)
        expect(await sessions.commit(idle)).toEqual({ outcome: 'unchanged' })
      }
      const session = await sessions.open(cookie)
      session.cart?.items.push({ id })
      expect(await sessions.commit(session)).toMatchObject({ outcome: 'saved' })
    }
    expect(store.calls.replace).toBe(5)
    const { cart } = await sessions.open(cookie)
    expect(cart?.items.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  test('write leaves again and again, one and the other, and all else stays', async () => {
    const { store, sessions, cookie } = await begun()
    const names = ['eve', 'bob', 'eve', '"\u2028', 'ada', 'ada']
    for (const name of names) {
      const session = await sessions.open(cookie)
      session.name = name
      await sessions.commit(session)
      expect(dataIn(await sessions.open(cookie))).toEqual({ ...BEGUN, name })
    }
    expect(store.calls.replace).toBe(5)
    const session = await sessions.open(cookie)
    session.name = 'eve'
    await session.save()
    session.name = 'bob'
    session.cart?.items.pop()
    await session.save()
    session.color = 'red'
    await sessions.commit(session)
    const cart = { items: [{ id: 1 }] }
    expect(dataIn(await sessions.open(cookie))).toEqual({ name: 'bob', cart, color: 'red' })
  })

  test('keep one object under two keys one, unless it took the place of an equal one', async () => {
    const sessions = createSessions<Record<string, unknown>>({ secret: SECRET, store: makeStore() })
    const first = await sessions.open()
    Object.assign(first, { a: { n: 1 }, b: { n: 1 }, count: 0 })
    const cookie = cookieOf((await sessions.commit(first)).setCookie)
    for (let request = 0; request < 3; request++) {
      const session = await sessions.open(cookie)
      session['count'] = request
      await sessions.commit(session)
    }
    const alike = await sessions.open(cookie)
    Object.assign(alike, { b: alike['a'], count: 1 })
    await sessions.commit(alike)
    const equal = await sessions.open(cookie)
    expect(dataIn(equal)).toEqual({ a: { n: 1 }, b: { n: 1 }, count: 1 })
    expect(equal['a']).not.toBe(equal['b'])
    const other = { n: 2 }
    Object.assign(equal, { a: other, b: other })
    await sessions.commit(equal)
    const one = await sessions.open(cookie)
    expect(one['a']).toEqual({ n: 2 })
    expect(one['a']).toBe(one['b'])
  })

  test('see what another has written in between, and its own values stay its own', async () => {
    const { sessions, cookie } = await begun()
    await sessions.open(cookie)
    const [one, other] = [await sessions.open(cookie), await sessions.open(cookie)]
    one.name = 'eve'
    await sessions.commit(one)
    one.cart?.items.pop()
    other.color = 'red'
    await sessions.commit(other)
    expect(dataIn(await sessions.open(cookie))).toEqual({ ...BEGUN, name: 'eve', color: 'red' })
  })
})

const redis = useRedis()

test('a serializer that works in place spoils nothing that is kept', async () => {
  const inPlace = {
    serialize: (data: unknown) => Buffer.from(JSON.stringify(data)),
    deserialize: (stored: string | Uint8Array) => {
      const data = JSON.parse(Buffer.from(stored as Uint8Array).toString()) as object
      ;(stored as Uint8Array).fill(0)
      return data as Record<string, unknown>
    },
  }
  const sessions = await near(redis.server.port, inPlace)
  const cookie = await begin(sessions)
  await untilHeld(sessions, cookie, redis.server)
  for (let request = 0; request < 3; request++) expect(await look(sessions, cookie)).toBe(1)
})
