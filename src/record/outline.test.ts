import {
  array,
  assert,
  constantFrom,
  letrec,
  nat,
  oneof,
  property,
  record,
  tuple,
} from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeComparable } from './serialize.ts'
import { type Outline, editsSince, outlineOf } from './outline.ts'
import { type Plain, copyOf } from './plain.ts'

interface Shape {
  [key: string]: unknown
  user?: string
  n: number
  cart: { items: unknown[]; open?: boolean; closed?: boolean; toJSON?: () => string }
  last: { b?: unknown; c?: number }
}

const DATA = '{"user":"ada","n":0,"cart":{"items":["tea",{"id":1}],"open":true},"last":{"b":null}}'

class Items extends Array<unknown> {}

/** Gives an object a key of its own with what objects inherit under it. */
function inherit(object: Record<string, unknown>, key: string): void {
  setOwn(object, key, object[key])
}

function isAsOutlined(data: object, outline: Outline): boolean {
  return editsSince(outline, data)?.length === 0
}

function staysAsOutlined(change: (data: Shape) => void): boolean {
  const data = JSON.parse(DATA) as Shape
  const outline = outlineOf(data)
  change(data)
  return isAsOutlined(data, outline)
}

describe('data are as they were outlined', () => {
  test.each<[string, (data: Shape) => void]>([
    ['when nothing was done', () => undefined],
    ['when an item was taken out and put back', ({ cart }) => cart.items.push(cart.items.pop())],
    ['when equal text took the place of text', (data) => (data.user = ['a', 'da'].join(''))],
    ['when an equal object took the place of one', ({ cart }) => (cart.items[1] = { id: 1 })],
    [
      'when the last key was taken out and put back',
      ({ last }) => [delete last.b, (last.b = null)],
    ],
  ])('%s', (_when, change) => {
    expect(staysAsOutlined(change)).toBe(true)
  })

  test.each<[string, (data: Shape) => void]>([
    ['another value', (data) => (data.user = 'eve')],
    ['another sign of zero', (data) => (data.n = -0)],
    ['a value JSON would write alike', ({ last }) => (last.b = Number.NaN)],
    ['a nested value', ({ cart }) => Object.assign(cart.items[1] as object, { id: 2 })],
    ['an object in place of an array', ({ cart }) => (cart.items = { ...cart.items } as never)],
    ['an array in place of an object', (data) => (data.last = [null] as never)],
    ['null in place of an object', (data) => (data.last = null as never)],
    ['an object in place of null', ({ last }) => (last.b = {})],
    ['an object of another kind', ({ last }) => Object.setPrototypeOf(last, Object.create(null))],
    ['an array of a class', ({ cart }) => Object.setPrototypeOf(cart.items, Items.prototype)],
    ['a key that objects inherit', ({ last }) => [delete last.b, inherit(last, 'toString')]],
    ['a prototype as a key', ({ last }) => [delete last.b, inherit(last, '__proto__')]],
    ['an item more', ({ cart }) => cart.items.push('jam')],
    ['an item less', ({ cart }) => cart.items.pop()],
    ['a key more', ({ last }) => (last.c = 1)],
    ['a key less, the last of all', ({ last }) => delete last.b],
    ['a key renamed', ({ cart }) => [delete cart.open, (cart.closed = true)]],
    ['a key moved out of an object', (data) => [delete data.cart.open, (data['open'] = true)]],
    ['a circle', ({ cart }) => cart.items.push(cart)],
    ['a toJSON method', ({ cart }) => (cart.toJSON = () => 'other')],
    ['undefined in place of a value', (data) => (data['last'] = undefined as never)],
    ['undefined under another key', ({ last }) => [delete last.b, (last.c = undefined as never)]],
  ])('but not after %s', (_what, change) => {
    expect(staysAsOutlined(change)).toBe(false)
  })

  test('but not when the item after an array moves to its end', () => {
    const data = { list: [[1], 2] as [number[], number?] }
    const outline = outlineOf(data)
    data.list[0].push(data.list.pop() as number)
    expect(isAsOutlined(data, outline)).toBe(false)
  })

  test('but not when the key after an object moves to its end', () => {
    const data: { a: Record<string, number>; c?: number } = { a: { b: 1 }, c: 2 }
    const outline = outlineOf(data)
    delete data.c
    data.a['c'] = 2
    expect(isAsOutlined(data, outline)).toBe(false)
  })
})

function edited(change: (data: Shape) => unknown): readonly string[] | undefined {
  const data = JSON.parse(DATA) as Shape
  const outline = outlineOf(data)
  change(data)
  return editsSince(outline, data)?.map(({ key, nth }) => `${nth} ${key}`)
}

describe('properties have other values', () => {
  test.each<[string, (data: Shape) => unknown, string[]]>([
    ['a number', (data) => data.n++, ['1 n']],
    ['a number in place of text', (data) => Object.assign(data, { user: 7 }), ['0 user']],
    ['two', (data) => Object.assign(data, { n: true, user: '' }), ['0 user', '1 n']],
    ['an item more', ({ cart }) => cart.items.push(1), ['2 cart']],
    ['the last, deep in it', ({ last }) => (last.b = 1), ['3 last']],
    ['an object in place of text', (data) => Object.assign(data, { user: {} }), ['0 user']],
    ['null in place of an object', (data) => Object.assign(data, { last: null }), ['3 last']],
  ])('%s', (_what, change, edits) => {
    expect(edited(change)).toEqual(edits)
  })

  test.each<[string, (data: Shape) => unknown]>([
    ['one more', (data) => (data['more'] = 1)],
    ['one less', (data) => delete data.user],
    ['one less, the last', (data) => Reflect.deleteProperty(data, 'last')],
    ['another order', (data) => [delete data.user, (data.user = 'ada')]],
  ])('but not the same ones: %s', (_what, change) => {
    expect(edited(change)).toBeUndefined()
  })
})

// Few keys and few values, so that changes often take each other back.
const keys = constantFrom('a', 'b', 'c', '__proto__', '1')
const leaves = constantFrom<unknown>(null, true, 0, 1, '', 'text', Number.NaN, -0, undefined)
const { objects, values } = letrec<{ values: unknown; objects: object; arrays: unknown[] }>(
  (tie) => ({
    values: oneof({ maxDepth: 4 }, leaves, tie('objects'), tie('arrays')),
    objects: array(tuple(keys, tie('values')), { maxLength: 4 }).map((all) =>
      Object.fromEntries(all),
    ),
    arrays: array(tie('values'), { maxLength: 3 }),
  }),
)
const what = constantFrom('set', 'delete', 'move')
const changes = array(record({ at: nat(30), what, key: keys, value: values }), { maxLength: 4 })

test('changed data are never taken for unchanged, whatever was done to them', () => {
  assert(
    property(objects, changes, (given, done) => {
      const data = JSON.parse(JSON.stringify(given)) as Plain
      const text = encodeComparable(data)
      const outline = outlineOf(data)
      const copy = copyOf(data)
      expect(isAsOutlined(copy, outline)).toBe(true)
      for (const change of done) apply(data, change)
      if (isAsOutlined(data, outline)) expect(encodeComparable(data)).toBe(text)
      expect(encodeComparable(copy)).toBe(text)
    }),
    { numRuns: 2000 },
  )
})

interface Change {
  readonly at: number
  readonly what: string
  readonly key: string
  readonly value: unknown
}

function apply(data: object, change: Change): void {
  const all = objectsIn(data)
  const target = all[change.at % all.length] as object
  const source = all[(change.at + 1) % all.length] as object
  if (Array.isArray(target)) {
    if (change.what === 'set') target.push(change.value)
    else target.pop()
  } else if (change.what === 'set') {
    setOwn(target, change.key, change.value)
  } else {
    const value = Object.getOwnPropertyDescriptor(source, change.key)?.value as unknown
    if (!Array.isArray(source)) Reflect.deleteProperty(source, change.key)
    if (change.what === 'move') setOwn(target, change.key, value)
  }
}

function objectsIn(value: unknown, found: object[] = []): object[] {
  if (typeof value !== 'object' || value === null || found.includes(value)) return found
  found.push(value)
  for (const item of Object.values(value)) objectsIn(item, found)
  return found
}

function setOwn(object: object, key: string, value: unknown): void {
  const attributes = { writable: true, enumerable: true, configurable: true }
  Object.defineProperty(object, key, { value, ...attributes })
}
