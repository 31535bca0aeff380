import { expect, it } from 'vitest'
import { cookiesAfter } from '../../bench/http/jar.ts'

it.each([
  ['nothing', undefined, [], undefined],
  ['what was sent', 'a=1; b=2', [], 'a=1; b=2'],
  ['a cookie that is set', undefined, ['a=1; Path=/; HttpOnly'], 'a=1'],
  ['one that is set anew', 'a=1; b=2', ['a=3; Path=/'], 'a=3; b=2'],
  ['the last of two', 'a=1', ['a=2', 'a=3'], 'a=3'],
  ['none that is removed', 'a=1; b=2', ['a=; Max-Age=0'], 'b=2'],
  ['signs of equality', undefined, ['a=b=c==; Path=/'], 'a=b=c=='],
])('a browser sends %s', (_what, sent, set, after) => {
  expect(cookiesAfter(sent, set)).toBe(after)
})
