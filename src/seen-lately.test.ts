import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SeenLately } from './seen-lately.ts'

test('a key is new once, and seen from then on', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (key) => {
      const seen = new SeenLately()
      expect([seen.has(key), seen.has(key), seen.has(key)]).toEqual([false, true, true])
    }),
  )
})

test('nearly none of a thousand keys is taken for another, and nearly none of them is forgotten', () => {
  const seen = new SeenLately()
  const keys = Array.from({ length: 1000 }, (_, at) => `session:${at.toString(36)}`)
  expect(keys.filter((key) => seen.has(key)).length).toBeLessThan(5)
  expect(keys.filter((key) => seen.has(key)).length).toBeGreaterThan(700)
})

test('a key is forgotten when many thousands have come since', () => {
  const seen = new SeenLately()
  seen.has('mine')
  for (let at = 0; at < 100_000; at++) seen.has(`other ${at}`)
  expect(seen.has('mine')).toBe(false)
})
