import { expect } from 'vitest'
import { parseSetCookie } from '../../support/browser-jar.ts'
import type { Turn } from '../driver.ts'
import { BEGUN, type Cases, look, type Stage } from '../stage.ts'
import type { Answer, Visitor } from '../visitor.ts'

/** The answer of a handler that does something with its session and then throws. */
async function throwing(
  stage: Stage,
  visitor: Visitor,
  work: (session: Turn['session']) => void,
  error = new Error('the handler fails'),
): Promise<Answer> {
  stage.show({
    '/throw': async ({ session }) => {
      work(session)
      throw error
    },
  })
  return visitor.post('/throw')
}

function write(session: Turn['session']): void {
  session['n'] = 1
}

function expectRemoval({ status, ours }: Answer): void {
  expect([status, ours.length]).toEqual([500, 1])
  expect(parseSetCookie(ours[0] ?? '')).toMatchObject({
    value: '',
    attributes: { 'max-age': '0' },
  })
}

/** Handlers that throw, with `cookieOnException` on and off. */
export const thrown: Cases = {
  'what a handler wrote before it threw is stored, with a cookie on the error': async (stage) => {
    const visitor = stage.visitor()
    const answer = await throwing(stage, visitor, write)
    expect([answer.status, answer.ours.length]).toEqual([500, 1])
    expect(await stage.stored()).toMatchObject([{ data: { n: 1 } }])
    expect((await look(visitor)).data).toEqual({ n: 1 })
  },

  'a handler that rotated before it threw has rotated': async (stage) => {
    const visitor = await stage.begun()
    const thief = visitor.copy()
    const answer = await throwing(stage, visitor, (session) => session.rotate())
    expect([answer.status, answer.ours.length]).toEqual([500, 1])
    expect((await look(visitor)).data).toEqual(BEGUN)
    expect((await look(thief)).data).toEqual({})
  },

  'a handler that invalidated before it threw has signed out': async (stage) => {
    const visitor = await stage.begun()
    expectRemoval(await throwing(stage, visitor, (session) => session.invalidate()))
    expect(await stage.stored()).toEqual([])
  },

  'with cookieOnException false, a handler that threw creates no session': async (_, quiet) => {
    const { create } = quiet.store.calls
    const answer = await throwing(quiet, quiet.visitor(), write)
    expect([answer.status, answer.ours]).toEqual([500, []])
    expect(quiet.store.calls.create).toBe(create)
  },

  'with cookieOnException false, an error that asks for status 404 counts too': async (
    _,
    quiet,
  ) => {
    const { create } = quiet.store.calls
    const error = Object.assign(new Error('not found'), { status: 404, statusCode: 404 })
    const answer = await throwing(quiet, quiet.visitor(), write, error)
    // What becomes of the number is the framework's affair.
    expect([404, 500]).toContain(answer.status)
    expect(answer.ours).toEqual([])
    expect(quiet.store.calls.create).toBe(create)
  },

  'with cookieOnException false, an answer of 500 counts too': async (_, quiet) => {
    const { create } = quiet.store.calls
    quiet.show({
      '/sorry': async ({ session }) => {
        write(session)
        return { status: 500, body: 'sorry' }
      },
    })
    const answer = await quiet.visitor().post('/sorry')
    expect([answer.status, answer.text, answer.ours]).toEqual([500, 'sorry', []])
    expect(quiet.store.calls.create).toBe(create)
  },

  'with cookieOnException false, one without an error still creates one': async (_, quiet) => {
    const answer = await quiet.visitor().post('/begin')
    expect([answer.status, answer.ours.length]).toEqual([200, 1])
    expect(await quiet.stored()).toMatchObject([{ id: answer.text, data: BEGUN }])
  },

  'with cookieOnException false, a stored session is saved and not rotated': async (_, quiet) => {
    const visitor = await quiet.begun()
    const answer = await throwing(quiet, visitor, (session) => {
      write(session)
      session.rotate()
    })
    expect([answer.status, answer.ours]).toEqual([500, []])
    expect(await quiet.stored()).toMatchObject([{ data: { ...BEGUN, n: 1 } }])
    expect((await look(visitor)).data).toEqual({ ...BEGUN, n: 1 })
  },

  'with cookieOnException false, an invalidation still happens': async (_, quiet) => {
    const visitor = await quiet.begun()
    expectRemoval(await throwing(quiet, visitor, (session) => session.invalidate()))
    expect(await quiet.stored()).toEqual([])
  },
}
