import { expect, test } from 'vitest'
import { GivenHead, copyOfHead } from './given-head.ts'

test.each([
  ['a flat array', ['Vary', 'Origin', 'vary', 'Accept', 'X-A', '1']],
  [
    'an array of pairs',
    [
      ['Vary', 'Origin'],
      ['vary', 'Accept'],
      ['X-A', '1'],
    ],
  ],
])('%s: names differ by more than case, and no value is lost', (_, headers) => {
  const given = new GivenHead(headers)

  expect(given.getHeader('VARY')).toEqual(['Origin', 'Accept'])
  expect(given.asObject()).toEqual({ Vary: ['Origin', 'Accept'], 'X-A': '1' })
})

test('an object: of names that differ by case alone the later value counts, but for cookies', () => {
  const given = new GivenHead({
    'content-length': '5',
    'set-cookie': ['a=1', 'b=2'],
    'Content-Length': 12,
    'Set-Cookie': 'c=3',
  })

  expect(given.asObject()).toEqual({
    'content-length': 12,
    'set-cookie': ['a=1', 'b=2', 'c=3'],
  })
})

test('a header set again keeps the name it was first written with; another one comes last', () => {
  const given = new GivenHead({ vary: 'Origin', 'Content-Length': 2 })

  given.setHeader('Vary', 'Origin, Cookie')
  given.setHeader('Cache-Control', 'private')

  expect(Object.entries(given.asObject())).toEqual([
    ['vary', 'Origin, Cookie'],
    ['Content-Length', 2],
    ['Cache-Control', 'private'],
  ])
})

test('a name that objects inherit is a name like any other', () => {
  const given = new GivenHead(['__proto__', 'a', 'constructor', 'b'])

  expect(given.getHeader('toString')).toBeUndefined()
  expect(Object.entries(given.asObject())).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ])
})

test('a header without a value is there, for Node to refuse', () => {
  const names: string[] = []

  new GivenHead({ 'X-A': undefined, 'X-B': '1' }).forEach((name) => names.push(name))

  expect(names).toEqual(['X-A', 'X-B'])
})

test('what all objects have been made to inherit is no header', () => {
  const given = new GivenHead({ 'X-A': '1' })
  const named: string[] = []
  let vary: unknown
  // oxlint-disable-next-line eslint/no-extend-native -- what a polluted prototype does is the question
  Object.defineProperty(Object.prototype, 'vary', {
    value: '*',
    enumerable: true,
    configurable: true,
  })
  try {
    vary = given.getHeader('Vary')
    given.forEach((name) => named.push(name))
  } finally {
    Reflect.deleteProperty(Object.prototype, 'vary')
  }

  expect(vary).toBeUndefined()
  expect(named).toEqual(['X-A'])
})

test('a head that is kept shares nothing with its source', () => {
  const cookies = ['a=1']
  const headers = { 'Set-Cookie': cookies }

  const [status, kept] = copyOfHead([200, headers])
  cookies.push('b=2')
  Object.assign(headers, { Vary: '*' })

  expect(status).toBe(200)
  expect(kept).toEqual({ 'Set-Cookie': ['a=1'] })
})
