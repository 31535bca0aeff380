import { describe, expect, test } from 'vitest'
import type { Session } from '../../src/session/members.ts'
import type { Data } from '../support/app.ts'
import { beginTimed, cookieOf } from '../support/timed.ts'

type Page = (session: Session<Data>) => unknown

class Money {
  amount = 1
}

/** As a serializer of the application's own may: of classes too. */
const withMoney = {
  serialize: (data: object) =>
    JSON.stringify(data, (_, value: unknown) => (value instanceof Money ? '€' : value)),
  deserialize: (text: unknown) =>
    JSON.parse(String(text), (_, value: unknown) => (value === '€' ? new Money() : value)) as Data,
}

function nested(levels: number): unknown {
  let value: unknown = 'deep'
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

/** One request of a visitor, and one of a session that holds these data. */
async function visit(page: Page, options = {}) {
  const { sessions, store } = await beginTimed(options)
  const session = await sessions.open()
  const records = (await store.records()).length
  await page(session)
  const { outcome } = await sessions.commit(session)
  return { outcome, created: (await store.records()).length - records }
}

async function request(data: Data, page: Page, options = {}) {
  const { sessions, store } = await beginTimed(options)
  const first = await sessions.open()
  Object.assign(first, data)
  const header = cookieOf((await sessions.commit(first)).setCookie)
  const session = await sessions.open(header)
  await page(session)
  const { outcome } = await sessions.commit(session)
  const stored = { ...(await sessions.open(header)) }
  return { outcome, writes: store.calls.replace, stored }
}

function reordered(session: Session<Data>): void {
  const { b } = session
  delete session['b']
  session['b'] = b
}

describe('a request writes nothing that', () => {
  const plain = { a: 1, b: { n: [1] }, c: { n: [1] } }

  test.each<[string, Data, Page, object?]>([
    ['only looks', plain, (session) => session['b']],
    ['assigns equal values', plain, (session) => Object.assign(session, structuredClone(plain))],
    [
      'changes something and takes it back',
      plain,
      (session) => {
        session['a'] = 2
        session['a'] = 1
      },
    ],
    ['puts keys in another order', plain, reordered],
    ['puts keys in another order, with dates', { ...plain, at: new Date(1) }, reordered],
    ['puts one object under two keys', plain, (session) => (session['c'] = session['b'])],
    ['sets a key to undefined that is not there', plain, (session) => (session['x'] = undefined)],
    ['assigns an equal date', { at: new Date(1) }, (session) => (session['at'] = new Date(1))],
    ['looks at what is nested too deep to compare', { a: nested(500) }, () => null, withMoney],
    ['looks at flash messages and takes none', plain, (session) => session.popFlash()],
    [
      'pushes a flash message and takes it',
      plain,
      (session) => {
        session.pushFlash('x')
        session.popFlash()
      },
    ],
    ['asks for a CSRF token', plain, (session) => session.getCsrfToken()],
    ['puts both keys in the place of the other', { b: 1, a: 1 }, reordered],
  ])('%s', async (_, data, page, options) => {
    const { outcome, writes } = await request(data, page, options)
    expect([outcome, writes]).toEqual(['unchanged', 0])
  })
})

describe('a request writes what', () => {
  test.each<[string, Data, Page, Data, object?]>([
    [
      'changes deep inside',
      { b: { n: [1] } },
      (session) => {
        const { n } = session['b'] as { n: number[] }
        n.push(2)
      },
      { b: { n: [1, 2] } },
    ],
    ['adds a key', { a: 1 }, (session) => (session['b'] = 2), { a: 1, b: 2 }],
    ['adds a key before others', { b: 1 }, (session) => (session['0'] = 2), { 0: 2, b: 1 }],
    ['deletes a key', { a: 1, b: 2 }, (session) => delete session['a'], { b: 2 }],
    ['deletes the only key', { a: 1 }, (session) => delete session['a'], {}],
    ['sets a key to undefined', { a: 1, b: 2 }, (session) => (session['a'] = undefined), { b: 2 }],
    [
      'moves a value to another key',
      { a: 1 },
      (session) => {
        delete session['a']
        session['b'] = 1
      },
      { b: 1 },
    ],
    [
      'changes a date',
      { at: new Date(1) },
      (session) => {
        const at = session['at'] as Date
        at.setTime(2)
      },
      { at: new Date(2) },
    ],
    [
      'puts a date in place of text',
      { a: 'x' },
      (session) => (session['a'] = new Date(1)),
      {
        a: new Date(1),
      },
    ],
    [
      'holds what cannot be compared',
      { a: new Money() },
      () => null,
      { a: new Money() },
      withMoney,
    ],
    [
      'changes what cannot be compared',
      { a: new Money() },
      (session) => {
        session['a'] = { amount: 2 }
      },
      { a: { amount: 2 } },
      withMoney,
    ],
    [
      'puts it in place of text',
      { a: 'x' },
      (session) => (session['a'] = new Money()),
      {
        a: new Money(),
      },
      withMoney,
    ],
  ])('%s', async (_, data, page, stored, options) => {
    const ended = await request(data, page, options)
    expect([ended.outcome, ended.writes]).toEqual(['saved', 1])
    expect(ended.stored).toEqual(stored)
    expect(Object.keys(ended.stored)).toEqual(Object.keys(stored))
  })
})

describe('a visitor is not remembered for', () => {
  test.each<[string, Page]>([
    ['a look', (session) => [session['a'], session.peekFlash(), session.verifyCsrfToken('x')]],
    ['a key set to undefined', (session) => (session['a'] = undefined)],
    ['data written and deleted', (session) => [(session['a'] = 1), delete session['a']]],
    ['clear()', (session) => session.clear()],
    [
      'clear() of data and a CSRF token',
      (session) => {
        session['a'] = 1
        session.getCsrfToken()
        session.clear()
      },
    ],
    ['rotate()', (session) => session.rotate()],
    ['popFlash()', (session) => session.popFlash()],
    ['a message pushed and popped', (session) => [session.pushFlash('x'), session.popFlash()]],
    ['invalidate()', (session) => session.invalidate()],
  ])('%s', async (_, page) => {
    expect(await visit(page)).toEqual({ outcome: 'unchanged', created: 0 })
  })
})

describe('a visitor is remembered for', () => {
  test.each<[string, Page]>([
    ['data', (session) => (session['a'] = null)],
    ['data after clear()', (session) => [session.clear(), (session['a'] = 1)]],
    ['an adjusted timeout', (session) => session.adjustTimeoutForSession(60)],
    ['a flash message', (session) => session.pushFlash('x')],
    ['a CSRF token', (session) => session.getCsrfToken()],
    ['a CSRF token after clear()', (session) => [session.clear(), session.getCsrfToken()]],
    ['a new CSRF token', (session) => session.newCsrfToken()],
  ])('%s', async (_, page) => {
    expect(await visit(page)).toEqual({ outcome: 'created', created: 1 })
  })
})

test('clear() holds once: what others write after its save() stays', async () => {
  const { sessions, header } = await beginTimed()
  const session = await sessions.open(header)
  session.clear()
  await session.save()
  const other = await sessions.open(header)
  other['theirs'] = 1
  await sessions.commit(other)
  session['mine'] = 1
  await sessions.commit(session)
  expect({ ...(await sessions.open(header)) }).toEqual({ theirs: 1, mine: 1 })
})

test('clear() during the save() of another clear() holds too', async () => {
  const { sessions, store, header } = await beginTimed()
  const session = await sessions.open(header)
  session.clear()
  const latch = store.holdBefore('replace')
  const saved = session.save()
  await latch.reached
  session['n'] = 2
  session.clear()
  latch.release()
  await saved
  const other = await sessions.open(header)
  other['theirs'] = 1
  await sessions.commit(other)
  await sessions.commit(session)
  expect({ ...(await sessions.open(header)) }).toEqual({})
})
