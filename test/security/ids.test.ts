import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Session } from '../../src/session/members.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { type Data, SECRET } from '../support/app.ts'
import { parseSetCookie } from '../support/browser-jar.ts'

const KEY = /^session:[\w-]{22}$/

/** Notes the key of every operation, and what is stored under which. */
function watched(store: Store): { store: Store; keys: Set<string>; ids: Map<string, string> } {
  const keys = new Set<string>()
  const ids = new Map<string, string>()
  return {
    keys,
    ids,
    store: {
      now: () => store.now(),
      read: async (key) => (keys.add(key), store.read(key)),
      create: async (key, record) => {
        keys.add(key)
        ids.set(key, record.id)
        return store.create(key, record)
      },
      replace: async (key, expected, record) => {
        keys.add(key)
        ids.set(key, record.id)
        return store.replace(key, expected, record)
      },
      touch: async (key, touch) => (keys.add(key), store.touch(key, touch)),
      remove: async (key, principal) => (keys.add(key), store.remove(key, principal)),
    },
  }
}

const WORKS: Record<string, (session: Session<Data>) => unknown> = {
  look: (session) => [session.id, { ...session }],
  write: (session) => void (session['n'] = Math.random()),
  empty: (session) => void delete session['n'],
  clear: (session) => session.clear(),
  flush: (session) => {
    session.clear()
    session.invalidate()
  },
  invalidate: (session) => session.invalidate(),
  'begin anew': (session) => {
    session.invalidate()
    session['n'] = Math.random()
  },
  'twice anew': (session) => {
    session['n'] = 1
    session.invalidate()
    session['n'] = 2
    session.invalidate()
    session['n'] = 3
  },
  rotate: (session) => session.rotate(),
  save: async (session) => {
    session['n'] = Math.random()
    await session.save()
    session.invalidate()
  },
  update: async (session) => session.update((draft) => void (draft['n'] = 1)).catch(() => {}),
}

/** What a browser sends: what it was given, or something else. */
const SENDS: Record<string, (given: string) => string> = {
  'its cookie': (given) => given,
  nothing: () => '',
  'an empty one': () => '__Host-sid=',
  undefined: () => '__Host-sid=undefined',
  null: () => '__Host-sid=null',
  '[object Object]': () => '__Host-sid=[object Object]',
  'an empty id': (given) => given.replace(/=[^.]*/, '='),
  'no value': () => '__Host-sid',
}

const visit = fc.record({
  browser: fc.nat(2),
  sends: fc.constantFrom('its cookie', 'its cookie', 'its cookie', ...Object.keys(SENDS)),
  work: fc.constantFrom(...Object.keys(WORKS)),
})

describe('whatever requests do', () => {
  test('THREATS 10: every session has an id of its own, and lies under it (ASVS 7.2.3)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(visit, { maxLength: 25 }), async (visits) => {
        const { store, keys, ids } = watched(memoryStore())
        const sessions = createSessions<Data>({ secret: SECRET, store })
        const jars = ['', '', '']
        for (const { browser, sends, work } of visits) {
          const sent = SENDS[sends]?.(jars[browser] ?? '') ?? ''
          const session = await sessions.open(sent)
          if (sends !== 'its cookie') expect(session.isNew).toBe(true)
          await WORKS[work]?.(session)
          const { setCookie } = await sessions.commit(session)
          if (setCookie === undefined) continue
          const { name, value, attributes } = parseSetCookie(setCookie)
          jars[browser] = attributes['max-age'] === '0' ? '' : `${name}=${value}`
          if (attributes['max-age'] !== '0') expect(`session:${value.split('.')[0]}`).toMatch(KEY)
        }
        for (const key of keys) expect(key).toMatch(KEY)
        for (const [key, id] of ids) expect(key).toBe(`session:${id}`)
        const held = jars.filter((jar) => jar !== '').map((jar) => jar.split('.')[0])
        expect(new Set(held).size).toBe(held.length)
      }),
      { numRuns: 300 },
    )
  })

  test.each(Object.entries(SENDS).slice(1))(
    'THREATS 10: %s is a visitor, and of two that write each has a session',
    async (_, send) => {
      const { store, ids } = watched(memoryStore())
      const sessions = createSessions<Data>({ secret: SECRET, store })
      for (const who of ['ada', 'ben']) {
        const session = await sessions.open(
          send(`__Host-sid=x.${'f'.repeat(22)}.0.${'s'.repeat(43)}`),
        )
        expect([session.isNew, { ...session }]).toEqual([true, {}])
        session['user'] = who
        expect((await sessions.commit(session)).outcome).toBe('created')
      }
      expect(ids.size).toBe(2)
    },
  )
})
