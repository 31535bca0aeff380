import { expect, test } from 'vitest'
import { encrypt } from '../../src/encrypt/encrypt.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET } from '../support/app.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import { collect } from '../support/events.ts'
import { newKey, tamper } from '../support/encrypting.ts'
import { signal } from '../support/latch-store.ts'
import { cookieOf } from '../support/timed.ts'
import { BUILT_IN } from '../testing/serializers.ts'

const KEEP = { keep: ['cart'] }

describeOnBothStores('the principal of an encrypted session', (makeStore) => {
  async function begin(principal?: string) {
    const store = makeStore()
    const options = { secret: SECRET, store, ...encrypt({ keys: [newKey()] }) }
    const sessions = createSessions<Data>(options)
    const session = await sessions.open()
    session['cart'] = ['tea']
    if (principal !== undefined) await session.signIn(principal, KEEP)
    session.pushFlash('welcome')
    let cookie = cookieOf((await sessions.commit(session)).setCookie)
    const open = () => sessions.open(cookie)
    const signIn = async (who: string, signing = open()) => {
      const opened = await signing
      await opened.signIn(who, KEEP)
      cookie = cookieOf((await sessions.commit(opened)).setCookie)
    }
    const look = async () => {
      const again = await open()
      return [{ ...again }, again.peekFlash(), again.principal]
    }
    return { store, sessions, open, signIn, look, id: session.id }
  }

  test.each([
    [undefined, 'root'],
    ['ada', 'root'],
    ['ada', null],
  ])('THREATS T2: is bound to what is encrypted: %s does not become %s', async (before, after) => {
    const { store, look, id } = await begin(before)
    await tamper(store, id, () => ({ principal: after, signedIn: null }))
    const events = collect()
    expect(await look()).toEqual([{}, [], null])
    expect(events.of('rejected')).toMatchObject([{ id, reason: 'undecodable' }])
  })

  test('can change, however they are called', async () => {
    const { signIn, look } = await begin()
    for (const principal of ['ada', 'grace', '-', 'Zoë 🦊']) {
      await signIn(principal)
      expect(await look()).toEqual([{ cart: ['tea'] }, [], principal])
    }
  })

  test('can change on top of what another request wrote', async () => {
    const { sessions, open, signIn, look } = await begin()
    const signing = open()
    await signing
    const shopping = await open()
    shopping['cart'] = ['milk']
    await sessions.commit(shopping)
    await signIn('ada', signing)
    expect(await look()).toEqual([{ cart: ['milk'] }, [], 'ada'])
  })

  test('stays with update() and rotate()', async () => {
    const { sessions, open, look } = await begin('ada')
    const session = await open()
    await session.update((draft) => void (draft['cart'] = ['milk']))
    expect(await look()).toEqual([{ cart: ['milk'] }, ['welcome'], 'ada'])
    session.rotate()
    const { setCookie } = await sessions.commit(session)
    const rotated = await sessions.open(cookieOf(setCookie))
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
    const signing = session.signIn('ada', KEEP)
    go.give()
    expect(await saving).toBe('created')
    await signing
    const again = await sessions.open(cookieOf((await sessions.commit(session)).setCookie))
    expect([again['cart'], again.principal]).toEqual([['tea'], 'ada'])
  })
})
