import { describe, expect, test } from 'vitest'
import { type Data, applyChanges, changesSince, setOwn, snapshotOf } from './changes.ts'

class Unencodable {
  n = 1
}

function changed(before: Data, after: Data): Record<string, unknown> {
  return Object.fromEntries(changesSince(snapshotOf(before), after))
}

describe('what a request changed', () => {
  test.each<[string, Data, Data, Data]>([
    ['an equal value', { a: [1] }, { a: [1] }, {}],
    ['another value', { a: [1], b: 1 }, { a: [2], b: 1 }, { a: [2] }],
    ['a new key', {}, { a: null }, { a: null }],
    ['a key that is gone', { a: 1, b: 2 }, { b: 2 }, { a: undefined }],
    ['a key that is undefined', { a: 1 }, { a: undefined }, { a: undefined }],
    ['a key that was undefined all along', { a: undefined }, { a: undefined }, {}],
    ['an undefined key that was not there', {}, { a: undefined }, {}],
    ['a key that only its prototype has', { toString: 1 }, {}, { toString: undefined }],
  ])('%s', (_, before, after, changes) => {
    expect(changed(before, after)).toStrictEqual(changes)
  })

  test('a value that cannot be compared counts as changed', () => {
    const data = { a: new Unencodable(), b: 1 }
    expect(changed(data, data)).toStrictEqual({ a: data.a })
  })
})

describe('changes on top of what is stored now', () => {
  const asked: unknown[][] = []
  function merged(before: Data, mine: Data, theirs: Data): [data: Data, asked: unknown[] | null] {
    asked.length = 0
    const base = snapshotOf(before)
    const data = applyChanges(theirs, changesSince(base, mine), base, {
      baseValue: (key) => before[key],
      functions: new Map([
        ['merged', (...values: readonly unknown[]) => void asked.push([...values])],
      ]),
    })
    return [data, asked[0] ?? null]
  }

  test('leave other keys alone, and what they are made from', () => {
    const theirs = { a: 1, b: 2 }
    expect(merged({ a: 1 }, { a: 3 }, theirs)).toStrictEqual([{ a: 3, b: 2 }, null])
    expect(merged({ a: 1 }, {}, theirs)).toStrictEqual([{ b: 2 }, null])
    expect(theirs).toStrictEqual({ a: 1, b: 2 })
  })

  test.each<[string, Data, Data, Data, unknown[] | null]>([
    ['only mine', { merged: 1 }, { merged: 2 }, { merged: 1 }, null],
    ['mine, new', {}, { merged: 2 }, {}, null],
    ['both', { merged: 1 }, { merged: 2 }, { merged: 3 }, [1, 2, 3]],
    ['both, new', {}, { merged: 2 }, { merged: 3 }, [undefined, 2, 3]],
    ['mine, which they deleted', { merged: 1 }, { merged: 2 }, {}, [1, 2, undefined]],
    ['mine, deleted, which they changed', { merged: 1 }, {}, { merged: 3 }, [1, undefined, 3]],
  ])('ask a merge function where both changed the key: %s', (_, base, mine, theirs, values) => {
    expect(merged(base, mine, theirs)[1]).toStrictEqual(values)
  })

  test('ask it where nobody can tell whether they changed the key', () => {
    const same = new Unencodable()
    expect(merged({ merged: same }, { merged: 2 }, { merged: same })[1]).toEqual([same, 2, same])
    expect(merged({ merged: 1 }, { merged: 2 }, { merged: same })[1]).toEqual([1, 2, same])
    expect(merged({}, { merged: 2 }, { merged: same })[1]).toEqual([undefined, 2, same])
  })
})

test('__proto__ is a key like any other: set, set again, deleted', () => {
  const target: Data = {}
  for (const value of [{ admin: true }, 2]) {
    setOwn(target, '__proto__', value)
    expect(Object.entries(target)).toEqual([['__proto__', value]])
    expect(Object.getPrototypeOf(target)).toBe(Object.prototype)
  }
  target['__proto__'] = 3
  expect(Object.entries(target)).toEqual([['__proto__', 3]])
  setOwn(target, '__proto__', undefined)
  expect(Reflect.ownKeys(target)).toEqual([])
})
