import { expect } from 'vitest'
import type { Operation } from '../../support/latch-store.ts'
import type { ExpressMembers } from '../../../src/adapters/express.ts'
import type { Turn } from '../driver.ts'
import { BEGUN, type Cases, look, type Stage } from '../stage.ts'
import type { Answer, Visitor } from '../visitor.ts'

const REFUSED = new Error('the store refuses')

async function* halves(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('half-made ')
  yield Buffer.from('stream')
}

/** The answer of a page whose store operation fails. */
async function failing(
  stage: Stage,
  visitor: Visitor,
  operation: Operation,
  path: string,
): Promise<Answer> {
  stage.show({
    '/page': async ({ session }) => {
      session['n'] = 1
      return { cookies: ['theme=dark; Path=/'], body: 'half-made page' }
    },
    '/redirect': async ({ session }) => {
      session['n'] = 1
      return { redirect: '/half-made' }
    },
    '/stream': async ({ session }) => {
      session['n'] = 1
      return { body: halves() }
    },
  })
  stage.store.failNext(operation, REFUSED)
  return visitor.get(path)
}

function expectRefusal({ status, headers, ours, theirs, text }: Answer): void {
  expect([500, 503]).toContain(status)
  expect([ours, theirs]).toEqual([[], []])
  expect(headers.location).toBeUndefined()
  expect(text).not.toMatch(/half-made|signed out/)
}

/** A store that refuses: an error response of the framework's, and nothing of ours in it. */
export const failures: Cases = {
  'a page whose session cannot be created is an error without our cookie': async (stage) => {
    const visitor = stage.visitor()
    expectRefusal(await failing(stage, visitor, 'create', '/page'))
    expect(await stage.stored()).toEqual([])
    const again = await visitor.get('/page')
    expect([again.status, again.text, again.ours.length]).toEqual([200, 'half-made page', 1])
  },

  'a page whose session cannot be saved is an error, and nothing is lost': async (stage) => {
    const visitor = await stage.begun()
    const { cookie } = visitor
    expectRefusal(await failing(stage, visitor, 'replace', '/page'))
    expect(visitor.cookie).toBe(cookie)
    expect(await stage.stored()).toMatchObject([{ data: BEGUN }])
    expect((await look(visitor)).data).toEqual(BEGUN)
  },

  'a redirect whose session cannot be created is an error and leads nowhere': async (stage) => {
    expectRefusal(await failing(stage, stage.visitor(), 'create', '/redirect'))
    expect(await stage.stored()).toEqual([])
  },

  'a stream whose session cannot be created is an error and does not begin': async (stage) => {
    expectRefusal(await failing(stage, stage.visitor(), 'create', '/stream'))
    expect(await stage.stored()).toEqual([])
  },

  'a sign-out that cannot be carried out is an error and clears no cookie': async (stage) => {
    const visitor = await stage.begun()
    expectRefusal(await failing(stage, visitor, 'remove', '/out'))
    expect((await look(visitor)).data).toEqual(BEGUN)
  },

  'THREATS T17: a session that cannot be read is an error, and its handler does not run': async (
    stage,
  ) => {
    const visitor = await stage.begun()
    let ran = false
    stage.show({
      '/page': async () => {
        ran = true
        return { body: 'half-made page' }
      },
    })
    stage.store.failNext('read', REFUSED)
    expectRefusal(await visitor.get('/page'))
    expect(ran).toBe(false)
    expect((await look(visitor)).data).toEqual(BEGUN)
  },

  'THREATS T17: a page for everybody knows nobody while sessions cannot be read': async (stage) => {
    const visitor = await stage.begun()
    const { cookie } = visitor
    stage.show({
      '/public': async ({ session }) => ({
        body: JSON.stringify([session.isAvailable, session.isNew, session.principal, session]),
      }),
    })
    stage.store.failNext('read', REFUSED)
    const answer = await visitor.get('/public')
    expect([answer.status, answer.text]).toEqual([200, '[false,true,null,{}]'])
    expect(answer.ours).toEqual([])
    expect(visitor.cookie).toBe(cookie)
    expect((await visitor.get('/public')).text).toBe(JSON.stringify([true, false, null, BEGUN]))
  },

  'THREATS T17: a page for everybody is an error if it changes a session that cannot be read':
    async (stage) => {
      const changes: readonly ((session: Turn['session']) => unknown)[] = [
        (session) => (session['n'] = 1),
        (session) => session.invalidate(),
        (session) => session.signOut(),
        (session) => session.signIn('eve'),
        (session) => session.rotate(),
        (session) => session.clear(),
        (session) => session.adjustTimeoutForSession(5),
        (session) => session.pushFlash('hello'),
        (session) => session.getCsrfToken(),
        (session) => session.update((draft) => (draft['n'] = 1)),
        (session) => (session as Partial<ExpressMembers>).regenerate?.() ?? session.rotate(),
        (session) => (session as Partial<ExpressMembers>).destroy?.() ?? session.rotate(),
      ]
      const visitor = await stage.begun()
      const { cookie } = visitor
      for (const change of changes) {
        stage.show({
          '/public': async ({ session }) => {
            await change(session)
            return { cookies: ['theme=dark; Path=/'], body: 'half-made page' }
          },
        })
        stage.store.failNext('read', REFUSED)
        expectRefusal(await visitor.get('/public'))
        expect(visitor.cookie).toBe(cookie)
        expect(await stage.stored()).toMatchObject([{ data: BEGUN }])
      }
      expect((await look(visitor)).data).toEqual(BEGUN)
    },
}
