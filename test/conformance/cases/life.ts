import { expect } from 'vitest'
import { parseSetCookie } from '../../support/browser-jar.ts'
import { BEGUN, type Cases, type Look, look } from '../stage.ts'

const EIGHT_HOURS = 8 * 60 * 60
const DEFAULT_TIMEOUT = 1200

/** A session from its first key to its end. */
export const life: Cases = {
  'THREATS 9: an untouched visitor costs no store access and gets no cookie (ASVS 7.6.2)': async (
    stage,
  ) => {
    const before = stage.store.totalCalls
    const answer = await stage.visitor().get('/plain')
    expect([answer.status, answer.text]).toEqual([200, 'welcome'])
    expect([answer.ours, answer.theirs]).toEqual([[], []])
    expect(answer.headers['cache-control']).toBeUndefined()
    expect(stage.store.totalCalls).toBe(before)
  },

  'THREATS 9: a visitor whose session is only looked at costs no store access either (ASVS 7.6.2)':
    async (stage) => {
      const before = stage.store.totalCalls
      const visitor = stage.visitor()
      const { isNew, data } = await look(visitor)
      expect([isNew, data]).toEqual([true, {}])
      expect(visitor.cookie).toBeUndefined()
      expect(stage.store.totalCalls).toBe(before)
    },

  'the first write creates the session and sets its cookie (ASVS 3.3.2, ASVS 3.3.4)': async (
    stage,
  ) => {
    const answer = await stage.visitor().post('/begin')
    expect(answer.status).toBe(200)
    expect(answer.ours).toHaveLength(1)
    expect(parseSetCookie(answer.ours[0] ?? '').attributes).toMatchObject({
      path: '/',
      httponly: '',
      samesite: 'Lax',
    })
    expect(await stage.stored()).toEqual([
      { id: answer.text, timeout: DEFAULT_TIMEOUT, data: BEGUN },
    ])
  },

  'the next request reads it, in one store access and without a cookie': async (stage) => {
    const visitor = await stage.begun()
    const before = { ...stage.store.calls }
    const answer = await visitor.get('/look')
    const [stored] = await stage.stored()
    expect(JSON.parse(answer.text)).toEqual({ ...stored, isNew: false })
    expect([answer.status, answer.ours]).toEqual([200, []])
    expect(stage.store.calls).toEqual({ ...before, read: before.read + 1 })
  },

  'a nested change is stored': async (stage) => {
    const visitor = await stage.begun()
    stage.show({
      '/add': async ({ session }) => {
        const { items } = session['cart'] as { items: string[] }
        return { body: String(items.push('milk')) }
      },
    })
    const answer = await visitor.post('/add')
    expect([answer.status, answer.text, answer.ours]).toEqual([200, '2', []])
    const [stored] = await stage.stored()
    expect(stored?.data).toEqual({ user: 'ada', cart: { items: ['tea', 'milk'] } })
    expect((await look(visitor)).data).toEqual(stored?.data)
  },

  'an adjusted timeout stays with the session': async (stage) => {
    const visitor = await stage.begun()
    stage.show({
      '/trust': async ({ session }) => {
        session.adjustTimeoutForSession(EIGHT_HOURS)
        return { body: 'trusted' }
      },
      '/write': async ({ session }) => {
        session['n'] = 1
        return { body: 'written' }
      },
    })
    expect((await visitor.post('/trust')).status).toBe(200)
    await visitor.post('/write')
    expect((await look(visitor)).timeout).toBe(EIGHT_HOURS)
    expect(await stage.stored()).toMatchObject([{ timeout: EIGHT_HOURS, data: { n: 1 } }])
  },

  'sessions.from() finds the session of a request': async (stage) => {
    stage.show({
      '/from': async ({ session, request }) => {
        return { body: String(stage.sessions.from(request) === session) }
      },
    })
    for (const visitor of [stage.visitor(), await stage.begun()]) {
      expect((await visitor.get('/from')).text).toBe('true')
    }
  },

  'invalidate() deletes the record and clears the cookie (ASVS 7.4.1, ASVS 7.4.4)': async (
    stage,
  ) => {
    const visitor = await stage.begun()
    const thief = visitor.copy()
    const answer = await visitor.post('/out')
    expect(answer.status).toBe(200)
    expect(answer.ours).toHaveLength(1)
    expect(parseSetCookie(answer.ours[0] ?? '')).toMatchObject({
      value: '',
      attributes: { 'max-age': '0', path: '/' },
    })
    expect(await stage.stored()).toEqual([])
    const { isNew, data } = await look(thief)
    expect([isNew, data]).toEqual([true, {}])
  },

  'a write after invalidate() begins another session, with one cookie': async (stage) => {
    const visitor = await stage.begun()
    const thief = visitor.copy()
    const { id } = await look(visitor)
    stage.show({
      '/again': async ({ session }) => {
        session.invalidate()
        session['user'] = 'ben'
        return { body: session.id }
      },
    })
    const answer = await visitor.post('/again')
    expect([answer.status, answer.ours.length]).toEqual([200, 1])
    expect(answer.text).not.toBe(id)
    const stored = { id: answer.text, timeout: DEFAULT_TIMEOUT, data: { user: 'ben' } }
    expect(await stage.stored()).toEqual([stored])
    expect(await look(visitor)).toEqual({ ...stored, isNew: false })
    expect((await look(thief)).data).toEqual({})
  },

  'THREATS 5: rotate() gives another cookie, and the old one is dead (ASVS 7.2.4)': async (
    stage,
  ) => {
    const visitor = await stage.begun()
    const thief = visitor.copy()
    const before = await stage.stored()
    const answer = await visitor.post('/rotate')
    expect([answer.status, answer.ours.length]).toEqual([200, 1])
    expect(visitor.cookie).not.toBe(thief.cookie)
    expect(await stage.stored()).toEqual(before)
    expect((await look(visitor)).data).toEqual(BEGUN)
    const refused = await thief.get('/look')
    expect((JSON.parse(refused.text) as Look).data).toEqual({})
    expect([refused.status, refused.ours]).toEqual([200, []])
  },
}
