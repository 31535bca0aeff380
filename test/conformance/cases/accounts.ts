import { expect } from 'vitest'
import { parseSetCookie } from '../../support/browser-jar.ts'
import { type Cases, type Pages, type Stage, look } from '../stage.ts'
import { COOKIE, type Answer, type Visitor } from '../visitor.ts'

const SIGNED_IN = `${COOKIE}-in`

const pages: Pages = {
  '/in': async ({ session }) => {
    await session.signIn('ada', { keep: ['cart'] })
    return { body: 'signed in' }
  },
  '/in-and-fail': async ({ session }) => {
    await session.signIn('ada')
    throw new Error('the page failed after the sign-in')
  },
  '/in-and-write': async ({ session }) => {
    await session.signIn('ada')
    session['n'] = 1
    return { body: 'half-made' }
  },
  '/sign-out': async ({ session }) => ({ body: await session.signOut() }),
  '/who': async ({ session }) => {
    const { principal, ended } = session
    return { body: JSON.stringify({ principal, why: ended?.reason ?? null }) }
  },
}

/** The names a response sets, and those it takes away. */
function told({ ours, theirs }: Answer): { readonly set: string[]; readonly removed: string[] } {
  const cookies = [...ours, ...theirs].map(parseSetCookie)
  const names = (removed: boolean) =>
    cookies
      .filter(({ attributes }) => (attributes['max-age'] === '0') === removed)
      .map(({ name }) => name)
  return { set: names(false), removed: names(true) }
}

async function who(visitor: Visitor): Promise<unknown> {
  return JSON.parse((await visitor.get('/who')).text)
}

async function begun(stage: Stage): Promise<Visitor> {
  const visitor = await stage.begun()
  stage.show(pages)
  return visitor
}

const NOBODY = { principal: null, why: null }
const ADA = { principal: 'ada', why: null }

/** Signing in and out: two cookies of ours, by turns. */
export const accounts: Cases = {
  'signIn() sets a cookie of its own name and takes the visitor’s away, once each': async (
    stage,
  ) => {
    const visitor = await begun(stage)
    const thief = visitor.copy()
    const answer = await visitor.post('/in')
    expect([answer.status, answer.text]).toEqual([200, 'signed in'])
    expect(told(answer)).toEqual({ set: [SIGNED_IN], removed: [COOKIE] })
    expect(answer.headers['cache-control']).toContain('no-store')
    expect(await who(visitor)).toEqual(ADA)
    expect((await look(visitor)).data).toEqual({ cart: { items: ['tea'] } })
    expect(await who(thief)).toEqual(NOBODY)
  },

  'signIn() of a visitor who has no session sets one cookie': async (stage) => {
    stage.show(pages)
    const visitor = stage.visitor()
    expect(told(await visitor.post('/in'))).toEqual({ set: [SIGNED_IN], removed: [] })
    expect(await who(visitor)).toEqual(ADA)
    expect(told(await visitor.get('/who'))).toEqual({ set: [], removed: [] })
  },

  'signOut() takes every cookie of ours away, once each, and ends the session': async (stage) => {
    stage.show(pages)
    const visitor = stage.visitor()
    await visitor.post('/in')
    const thief = visitor.copy()
    const answer = await visitor.post('/sign-out')
    expect([answer.status, answer.text]).toEqual([200, 'destroyed'])
    expect(told(answer)).toEqual({ set: [], removed: [SIGNED_IN] })
    expect([await who(visitor), await who(thief)]).toEqual([NOBODY, NOBODY])
    expect(await stage.stored()).toEqual([])
  },

  'a visitor’s response that comes after the sign-in displaces nothing': async (stage) => {
    stage.show({
      ...pages,
      '/late': async ({ session }) => {
        session['late'] = 1
        return { body: 'late' }
      },
    })
    const visitor = stage.visitor()
    const latch = stage.store.holdBefore('create')
    const late = visitor.begin('/late')
    await latch.reached
    await visitor.post('/in')
    latch.release()
    expect(told(await late.answer)).toEqual({ set: [COOKIE], removed: [] })
    expect(await who(visitor)).toEqual(ADA)
    const answer = await visitor.post('/sign-out')
    expect(told(answer).removed.toSorted()).toEqual([COOKIE, SIGNED_IN])
    expect(await who(visitor)).toEqual(NOBODY)
  },

  'a sign-in whose store fails is an error that sets no cookie and signs nobody in': async (
    stage,
  ) => {
    const visitor = await begun(stage)
    stage.store.failNext('replace', new Error('the store refuses'))
    const answer = await visitor.post('/in')
    expect(answer.status).toBeGreaterThanOrEqual(500)
    expect(told(answer)).toEqual({ set: [], removed: [] })
    expect(await who(visitor)).toEqual(NOBODY)
  },

  'a commit that fails after a sign-in sets no cookie: the sign-in is known to nobody': async (
    stage,
  ) => {
    stage.show(pages)
    const visitor = stage.visitor()
    stage.store.failNext('replace', new Error('the store refuses'))
    const answer = await visitor.post('/in-and-write')
    expect([500, 503]).toContain(answer.status)
    expect(answer.text).not.toContain('half-made')
    expect(told(answer)).toEqual({ set: [], removed: [] })
    expect(await who(visitor)).toEqual(NOBODY)
  },

  'a page that fails after a sign-in has signed in, like any save()': async (stage) => {
    stage.show(pages)
    const visitor = stage.visitor()
    const answer = await visitor.post('/in-and-fail')
    expect(answer.status).toBe(500)
    expect(told(answer)).toEqual({ set: [SIGNED_IN], removed: [] })
    expect(await who(visitor)).toEqual(ADA)
  },

  'session.ended tells the next request why somebody else ended the session': async (stage) => {
    stage.show(pages)
    const visitor = stage.visitor()
    await visitor.post('/in')
    const { id } = await look(visitor)
    expect(await stage.sessions.revoke(id, { reason: 'password changed' })).toBe(true)
    const why = 'password changed'
    expect(await who(visitor)).toEqual({ principal: null, why })
    expect(told(await visitor.get('/who'))).toEqual({ set: [], removed: [] })
    await visitor.post('/in')
    expect(await who(visitor)).toEqual(ADA)
  },
}
