import { assert, property, string } from 'fast-check'
import { expect, it, test } from 'vitest'
import { clean, cut, duration, iso } from './words.ts'

const UNPRINTABLE = /[\p{Cc}\p{Cf}]/u

it('lets nothing through that moves a cursor or turns text round', () => {
  expect(clean('\u{1b}[2Jada\r\u{202e}\u{9b}31m\n')).toBe(
    String.raw`\u{1b}[2Jada\u{d}\u{202e}\u{9b}31m\u{a}`,
  )
  assert(property(string({ unit: 'binary-ascii' }), (text) => !UNPRINTABLE.test(clean(text))))
})

it('leaves readable text as it is', () => {
  expect(clean('Zoë 阿 (owner) \\o/')).toBe('Zoë 阿 (owner) \\o/')
})

it('rounds durations down, and knows none below zero', () => {
  const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000]
  expect(
    [-5, 999, 59 * second, minute, 59 * minute, hour, 3 * day - 1, 3 * day].map(duration),
  ).toEqual(['0 s', '0 s', '59 s', '1 min', '59 min', '1 h', '2 d', '3 d'])
})

it('says instants that no Date can have', () => {
  expect(iso(8.64e15)).toBe('+275760-09-13T00:00:00.000Z')
  expect(iso(9e15)).toBe('9000000000000000 ms')
})

test.each([
  ['ab', 2, 'ab'],
  ['abc', 2, 'ab…'],
  ['a😀b', 2, 'a\ufffd…'],
])('%j is cut to %i as %j', (text, longest, shown) => {
  expect(cut(text, longest)).toBe(shown)
})
