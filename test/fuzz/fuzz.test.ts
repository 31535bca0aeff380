import { describe, expect, test } from 'vitest'
import { findCookie } from '../../src/cookie/read.ts'
import type { Campaign } from './campaign.ts'
import { cookieHeaders } from './cookie-headers.ts'
import { CountingText } from './counting-text.ts'
import { hugeHeaders } from './huge-headers.ts'
import { ids } from './ids.ts'
import { luaValues } from './lua-values.ts'
import { payloads } from './payloads.ts'
import { storedValues } from './stored-values.ts'
import { unknownIds, unknownIdsOnRedis, wrongSecret } from './unknown-cookies.ts'

/** The short form of `npm run fuzz`: the same cases in every run. */
async function hold(campaign: Campaign): Promise<void> {
  const { quick } = campaign
  const figures = await campaign.run({ seed: 1, from: 0, cases: quick, timed: false })
  expect(figures).not.toHaveLength(0)
}

test('THREATS 29, 22: hostile Cookie headers open nothing and throw nothing (ASVS 7.2.1)', () =>
  hold(cookieHeaders))

test('THREATS 8: a cookie signed by another secret is not adopted (ASVS 7.2.1)', () =>
  hold(wrongSecret))

test('THREATS 8: a signed cookie of a session that does not exist is not adopted (ASVS 7.2.1)', () =>
  hold(unknownIds))

test('THREATS 8: nor is it on Redis (ASVS 7.2.1)', () => hold(unknownIdsOnRedis))

test('THREATS 29, T2: a stored value that was changed is never taken for something else', () =>
  hold(storedValues))

test('THREATS 29: Lua takes a changed value for what parseRecord takes it for', () =>
  hold(luaValues))

test('THREATS 25, 27, 29: no payload makes the codec crash or pollute a prototype', () =>
  hold(payloads))

test('ids do not repeat, and their bits are balanced (ASVS 7.2.2, ASVS 7.2.3)', () => hold(ids))

describe('THREATS 29, T8: a huge Cookie header is read in one pass', () => {
  const NAME = '__Host-sid'

  test.each(hugeHeaders(NAME, 'v'.repeat(90)))('of $shape', ({ header }) => {
    const text = new CountingText(header)
    findCookie(text as unknown as string, NAME)
    expect(text.visited).toBeLessThan(3 * header.length)
    expect(text.copied).toBeLessThanOrEqual(header.length)
  })
})
