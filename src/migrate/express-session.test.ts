import { createHmac } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { expressSession } from './express-session.ts'

/** As express-session 1.19 writes it. */
function cookieOf(sid: string, secret: string): string {
  const signature = createHmac('sha256', secret).update(sid).digest('base64').replace(/=+$/, '')
  return encodeURIComponent(`s:${sid}.${signature}`)
}

const sids = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 })
const secrets = fc.string({ minLength: 1, maxLength: 100 })

test('finds the key of every genuine cookie, whatever its id holds', () => {
  fc.assert(
    fc.property(sids, secrets, (sid, secret) => {
      const cookie = expressSession({ secret, prefix: 'p:' }).verify(cookieOf(sid, secret))
      expect(cookie).toMatchObject({ key: `p:${sid}` })
    }),
  )
})

test('accepts no cookie of another secret, and throws on no value', () => {
  const old = expressSession({ secret: 'keyboard cat' })
  fc.assert(
    fc.property(sids, secrets, (sid, secret) => {
      fc.pre(secret !== 'keyboard cat')
      expect(old.verify(cookieOf(sid, secret))).toBe('forged')
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      expect(old.verify(value)).toBeTypeOf('string')
      expect(old.verify(`s:${value}`)).toBeTypeOf('string')
    }),
  )
})

const ID = /^[\w-]{22}$/

test('names one new session for one old one, and its id says nothing of its family', () => {
  const old = expressSession({ secret: ['newer', 'older'] })
  const cookie = old.verify(cookieOf('a', 'older'))
  expect(cookie).toEqual({
    key: 'sess:a',
    id: expect.stringMatching(ID),
    family: expect.stringMatching(ID),
  })
  // The order of the secrets, or other ones beside them, make no difference to a node.
  expect(expressSession({ secret: 'older' }).verify(cookieOf('a', 'older'))).toEqual(cookie)
  const { id, family } = cookie as { id: string; family: string }
  const others = [old.verify(cookieOf('b', 'older')), old.verify(cookieOf('a', 'newer'))]
  const all = [id, family, ...others.flatMap((other) => Object.values(other).slice(1))]
  expect(new Set(all).size).toBe(6)
})
