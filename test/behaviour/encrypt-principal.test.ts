import { expect, test } from 'vitest'
import { encrypt } from '../../src/encrypt/encrypt.ts'
import { type SessionObject, stateOf } from '../../src/session/session.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET } from '../support/app.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import { collect } from '../support/events.ts'
import { newKey, recordIn, tamper } from '../support/encrypting.ts'
import { signal } from '../support/latch-store.ts'
import { BUILT_IN } from '../testing/serializers.ts'

function signIn(session: object, principal: string): void {
  stateOf(session as SessionObject).wishes.principal = principal
}

describeOnBothStores('the principal of an encrypted session', (makeStore) => {
  async function begin(principal?: string) {
    const store = makeStore()
    const options = { secret: SECRET, store, ...encrypt({ keys: [newKey()] }) }
    const sessions = createSessions<Data>(options)
    const session = await sessions.open()
    session['cart'] = ['tea']
    session.pushFlash('welcome')
    if (principal !== undefined) signIn(session, principal)
    const { setCookie } = await sessions.commit(session)
    const open = () => sessions.open(setCookie?.split(';')[0])
    const look = async () => {
      const again = await open()
      return [{ ...again }, again.peekFlash(), again.principal]
    }
    return { store, sessions, session, open, look, id: session.id }
  }

  test.each([
    [undefined, 'root'],
    ['ada', 'root'],
    ['ada', null],
  ])('THREATS T2: is bound to what is encrypted: %s does not become %s', async (before, after) => {
    const { store, look, id } = await begin(before)
    await tamper(store, id, () => ({ principal: after }))
    const events = collect()
    expect(await look()).toEqual([{}, [], null])
    expect(events.of('rejected')).toMatchObject([{ id, reason: 'undecodable' }])
  })

  test('can change by a write that changes nothing else', async () => {
    const { sessions, open, look } = await begin()
    for (const principal of ['ada', 'grace', '-', 'Zoë 🦊']) {
      const session = await open()
      signIn(session, principal)
      expect((await sessions.commit(session)).outcome).toBe('saved')
      expect(await look()).toEqual([{ cart: ['tea'] }, ['welcome'], principal])
    }
  })

  test('can change while another request writes: both are kept, whoever comes first', async () => {
    for (const first of [0, 1]) {
      const { sessions, open, look } = await begin()
      const [signing, shopping] = [await open(), await open()]
      signIn(signing, 'ada')
      shopping['cart'] = ['milk']
      const order = first === 0 ? [signing, shopping] : [shopping, signing]
      for (const session of order) await sessions.commit(session)
      expect(await look()).toEqual([{ cart: ['milk'] }, ['welcome'], 'ada'])
    }
  })

  test('stays with update() and rotate()', async () => {
    const { sessions, open, look } = await begin('ada')
    const session = await open()
    await session.update((draft) => void (draft['cart'] = ['milk']))
    expect(await look()).toEqual([{ cart: ['milk'] }, ['welcome'], 'ada'])
    session.rotate()
    const { setCookie } = await sessions.commit(session)
    const rotated = await sessions.open(setCookie?.split(';')[0])
    expect([rotated['cart'], rotated.principal]).toEqual([['milk'], 'ada'])
  })

  test('can be set while the first write is under way', async () => {
    const store = makeStore()
    const [begun, go] = [signal(), signal()]
    const serialize = async (data: Data) => {
      begun.give()
      await go.given
      return JSON.stringify(data)
    }
    const inner = { serialize, deserialize: BUILT_IN.deserialize }
    const encryption = encrypt({ keys: [newKey()], ...inner })
    const sessions = createSessions<Data>({ secret: SECRET, store, ...encryption })
    const session = await sessions.open()
    session['cart'] = ['tea']
    const saving = session.save()
    await begun.given
    signIn(session, 'ada')
    go.give()
    await saving
    expect((await recordIn(store, session.id)).principal).toBeNull()
    const { setCookie } = await sessions.commit(session)
    const again = await sessions.open(setCookie?.split(';')[0])
    expect([again['cart'], again.principal]).toEqual([['tea'], 'ada'])
  })
})
