import { describe, expect, test } from 'vitest'
import { namedTitles, patternOf, titleOf } from '../../scripts/security/titles.ts'

function matches(title: string, ran: string): boolean {
  return patternOf(title).test(ran)
}

describe('titles of tests', () => {
  test.each([
    ['THREATS 1: a', ['1'], []],
    ['THREATS 1, T7: a (ASVS 7.4.1)', ['1', 'T7'], ['7.4.1']],
    ['THREATS 2 and 27: a', ['2', '27'], []],
    ['a (ASVS 7.2.2, ASVS 7.2.3)', [], ['7.2.2', '7.2.3']],
    ['a (ASVS 7.2.2, 7.2.3)', [], ['7.2.2', '7.2.3']],
    ['a', [], []],
  ])('are read: %s', (text, threats, requirements) => {
    expect(titleOf('a.test.ts', text)).toEqual({ file: 'a.test.ts', text, threats, requirements })
  })

  test.each(['THREATS 1 a', 'THREATS one: a', 'THREATS 1 T7: a', 'a (ASVS 7)', 'a (ASVS)'])(
    'that would not count are an error: %s',
    (text) => expect(() => titleOf('a.test.ts', text)).toThrow("begin with 'THREATS"),
  )

  test('are found in the sources, in every kind of quotes', () => {
    const texts = namedTitles().map(({ text }) => text)
    expect(texts).toEqual(
      expect.arrayContaining([
        'THREATS 5: rotate() gives another cookie, and the old one is dead (ASVS 7.2.4)',
        "THREATS T3: ends the session with onReplay 'end'",
        "THREATS 24: another session's token is refused",
      ]),
    )
  })

  test('match what they become when they run', () => {
    expect(matches('THREATS 1: %s, ${framework} (a)', 'Koa: THREATS 1: data, node (a)')).toBe(true)
    expect(matches('of $shape', 'of a pile')).toBe(true)
    expect(matches('a (b) [c] d. e*', 'a (b) [c] d. e*')).toBe(true)
    expect(matches('a (b)', 'a b')).toBe(false)
    expect(matches('a.b', 'axb')).toBe(false)
  })
})
