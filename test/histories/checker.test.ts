import { describe, expect, test } from 'vitest'
import { wrongIn } from './check.ts'
import type { Act, Changes, Operation, Seen } from './history.ts'

const FIRST: Seen = { data: { a: 1 }, flash: [], timeout: 1200, principal: null }
const ABSENT = 'absent'

/** An operation of family f, on session s, unless told otherwise. */
function op(from: number, to: number | null, act: Act): Operation {
  return { id: 's', by: `at ${from}`, act, invokedAt: from, answeredAt: to }
}

function create(from: number, to: number | null, first: Partial<Seen> = {}): Operation {
  return op(from, to, { kind: 'create', family: 'f', first: { ...FIRST, ...first } })
}

function sees(from: number, to: number, seen: Partial<Seen> | 'absent' | 'refused', family = 'f') {
  const whole = typeof seen === 'string' ? seen : { ...FIRST, ...seen }
  return op(from, to, { kind: 'open', family, seen: whole })
}

function writes(from: number, to: number | null, changes: Partial<Changes>, family = 'f') {
  const all = { data: {}, pushed: [], popped: [], ...changes }
  return op(from, to, { kind: 'write', family, changes: all })
}

function counts(from: number, to: number | null, found: number): Operation {
  return op(from, to, { kind: 'update', family: 'f', key: 'n', found })
}

function signsIn(from: number, to: number, principal: string, keep: string[] | null): Operation {
  const changes = { data: {}, pushed: [], popped: [], rotatesTo: 'g' }
  return op(from, to, { kind: 'signIn', family: 'f', principal, keep, changes })
}

function removes(from: number, to: number | null, principal: string | null = null): Operation {
  return op(from, to, { kind: 'remove', principal })
}

function isRefused(from: number, to: number, principal: string | null = null): Operation {
  return op(from, to, { kind: 'removeRefused', principal })
}

function revokes(from: number, to: number | null, lived: boolean | null): Operation {
  return op(from, to, { kind: 'revoke', lived })
}

function gone(from: number, to: number, family = 'f'): Operation {
  return op(from, to, { kind: 'gone', family })
}

const born = create(0, 1)
const set = (value: unknown) => ({ data: { a: value } })

/** What the protocol allows. */
const GOOD: Readonly<Record<string, readonly Operation[]>> = {
  nothing: [],
  'a read of what was written': [born, writes(2, 3, set(2)), sees(4, 5, set(2))],
  'a read beside a write sees it or not': [
    born,
    writes(2, 9, set(2)),
    sees(3, 4, {}),
    sees(5, 6, set(2)),
  ],
  'two keys, written at once': [
    born,
    writes(2, 9, { data: { b: 1 } }),
    writes(3, 8, { data: { c: 1 } }),
    sees(10, 11, { data: { a: 1, b: 1, c: 1 } }),
  ],
  'one key, written at once: either wins': [
    born,
    writes(2, 9, set(2)),
    writes(3, 8, set(3)),
    sees(10, 11, set(2)),
  ],
  'a deleted key': [born, writes(2, 3, set(null)), sees(4, 5, { data: {} })],
  'counting at once': [
    born,
    counts(2, 9, 1),
    counts(3, 8, 0),
    sees(10, 11, { data: { a: 1, n: 2 } }),
  ],
  'a write without an answer, done': [born, writes(2, null, set(2)), sees(4, 5, set(2))],
  'a write without an answer, never done': [born, writes(2, null, set(2)), sees(4, 5, {})],
  'a write without an answer, done late': [
    born,
    writes(2, null, set(2)),
    sees(4, 5, {}),
    sees(6, 7, set(2)),
  ],
  'messages of two': [
    born,
    writes(2, 9, { pushed: ['x'] }),
    writes(3, 8, { pushed: ['y'] }),
    sees(10, 11, { flash: ['y', 'x'] }),
    writes(12, 13, { popped: ['y'] }),
    sees(14, 15, { flash: ['x'] }),
  ],
  'an end, and a write that was told': [born, removes(2, 3), gone(4, 5), sees(6, 7, ABSENT)],
  'a write before an end, both at once': [born, removes(2, 9), writes(3, 8, set(2))],
  'a rotation': [
    born,
    writes(2, 3, { rotatesTo: 'g' }),
    gone(4, 5),
    sees(6, 7, 'refused'),
    sees(6, 7, {}, 'g'),
  ],
  'a sign-in that keeps a key': [
    create(0, 1, { data: { a: 1, b: 2 }, flash: ['x'] }),
    signsIn(2, 3, 'ada', ['b']),
    sees(4, 5, { data: { b: 2 }, principal: 'ada' }, 'g'),
  ],
  'a sign-in of the same person': [
    create(0, 1, { principal: 'ada', flash: ['x'] }),
    signsIn(2, 3, 'ada', null),
    sees(4, 5, { principal: 'ada', flash: ['x'] }, 'g'),
  ],
  'an end that is refused, as somebody has signed in': [
    born,
    signsIn(2, 3, 'ada', []),
    isRefused(4, 5),
    sees(6, 7, { data: {}, principal: 'ada' }, 'g'),
  ],
  'an end of what is gone already': [born, removes(2, 3), removes(4, 5)],
  'a revocation': [born, revokes(2, 3, true), revokes(4, 5, false), isRefused(6, 7)],
  'a revocation told nothing': [born, revokes(2, 3, null), sees(4, 5, ABSENT)],
  'a timeout': [born, writes(2, 3, { timeout: 60 }), sees(4, 5, { timeout: 60 })],
  'a create without an answer': [create(0, null)],
}

/** What it never allows, and the mistake behind it. */
const BAD: Readonly<Record<string, readonly Operation[]>> = {
  'a stale read': [born, writes(2, 3, set(2)), sees(4, 5, {})],
  'a read of the future': [born, sees(2, 3, set(2)), writes(4, 5, set(2))],
  'a read back in time': [born, writes(2, 9, set(2)), sees(3, 4, set(2)), sees(5, 6, {})],
  'half a write': [born, writes(2, 9, { data: { a: 2, b: 2 } }), sees(3, 4, { data: { a: 2 } })],
  'a lost write': [
    born,
    writes(2, 9, { data: { b: 1 } }),
    writes(3, 8, { data: { c: 1 } }),
    sees(10, 11, { data: { a: 1, c: 1 } }),
  ],
  'a count that is lost': [born, counts(2, 9, 0), counts(3, 8, 0)],
  'a count done twice': [born, counts(2, 3, 0), sees(4, 5, { data: { a: 1, n: 2 } })],
  'a write without an answer, done twice': [
    born,
    writes(2, null, { pushed: ['x'] }),
    sees(4, 5, { flash: ['x', 'x'] }),
  ],
  'a write without an answer, undone': [
    born,
    writes(2, null, set(2)),
    sees(4, 5, set(2)),
    sees(6, 7, {}),
  ],
  'a write without an answer, done before it was sent': [
    born,
    sees(2, 3, set(2)),
    writes(4, null, set(2)),
  ],
  'a message that comes back': [
    born,
    writes(2, 3, { pushed: ['x'] }),
    writes(4, 5, { popped: ['x'] }),
    writes(6, 7, { pushed: ['x'] }),
    sees(8, 9, { flash: ['x'] }),
  ],
  'a write after an end': [born, removes(2, 3), writes(4, 5, set(2))],
  'a session that comes back': [born, removes(2, 3), sees(4, 5, {})],
  'a session that is made again': [born, removes(2, 3), create(4, 5)],
  'a session that is missing': [born, sees(2, 3, ABSENT)],
  'an end without an answer, and back': [
    born,
    removes(2, null),
    sees(4, 5, ABSENT),
    sees(6, 7, {}),
  ],
  'a gone that is none': [born, gone(2, 3)],
  'a refusal that is none': [born, sees(2, 3, 'refused')],
  'a killed cookie that opens': [born, writes(2, 3, { rotatesTo: 'g' }), sees(4, 5, {})],
  'a killed family that writes': [born, writes(2, 3, { rotatesTo: 'g' }), writes(4, 5, set(2))],
  'a sign-in that keeps too much': [
    create(0, 1, { data: { a: 1, b: 2 } }),
    signsIn(2, 3, 'ada', ['b']),
    sees(4, 5, { data: { a: 1, b: 2 }, principal: 'ada' }, 'g'),
  ],
  'an end of somebody else’s session': [born, signsIn(2, 3, 'ada', []), removes(4, 5)],
  'an end that is refused for nothing': [born, isRefused(2, 3)],
  'a removal of what was revoked': [born, revokes(2, 3, true), removes(4, 5)],
  'a revocation of what lived, told otherwise': [born, revokes(2, 3, false)],
  'two revocations of one life': [born, revokes(2, 9, true), revokes(3, 8, true)],
  'a timeout that goes back': [
    born,
    writes(2, 3, { timeout: 60 }),
    writes(4, 5, set(2)),
    sees(6, 7, set(2)),
  ],
}

describe('a history is as promised', () => {
  test.each(Object.entries(GOOD))('with %s', (_, history) => {
    expect(wrongIn(history)).toBeUndefined()
  })

  test('of two sessions, each by itself', () => {
    const other = [born, removes(2, 3)].map((operation) => ({ ...operation, id: 'other' }))
    expect(wrongIn([born, ...other, sees(4, 5, {})])).toBeUndefined()
  })
})

describe('a history is not as promised', () => {
  test.each(Object.entries(BAD))('with %s', (_, history) => {
    expect(wrongIn(history)).toContain('no order of its')
  })

  test('and is printed, with what makes sense and what does not', () => {
    const text = wrongIn([born, writes(2, 3, set(2)), sees(4, 5, {})])
    expect(text?.split('\n')).toMatchInlineSnapshot(`
      [
        "session s: no order of its 3 operations makes sense.",
        "What happened, by its beginning:",
        "  0–1 µs, at 0, s: create {"family":"f","first":{"data":{"a":1},"flash":[],"timeout":1200,"principal":null}}",
        "  2–3 µs, at 2, s: write {"family":"f","changes":{"data":{"a":2},"pushed":[],"popped":[]}}",
        "  4–5 µs, at 4, s: open {"family":"f","seen":{"data":{"a":1},"flash":[],"timeout":1200,"principal":null}}",
        "As far as it makes sense:",
        "  0–1 µs, at 0, s: create {"family":"f","first":{"data":{"a":1},"flash":[],"timeout":1200,"principal":null}}",
        "  2–3 µs, at 2, s: write {"family":"f","changes":{"data":{"a":2},"pushed":[],"popped":[]}}",
        "which leaves {"data":{"a":2},"flash":[],"timeout":1200,"principal":null,"life":"live","family":"f","known":[]}",
        "and then comes none of:",
        "  4–5 µs, at 4, s: open {"family":"f","seen":{"data":{"a":1},"flash":[],"timeout":1200,"principal":null}}",
        "What happened to other sessions of this history:",
      ]
    `)
  })
})
