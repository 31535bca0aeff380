import { createHmac, hkdfSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { createSeal } from './credential.ts'

const SECRET = 'a secret of the tests, 32 characters or more'

test('a signature is made in one way for good: cookies given out by an earlier release stay valid', () => {
  const key = Buffer.from(hkdfSync('sha256', SECRET, '', 'sojourn 1 cookie', 32))
  const body = `${'i'.repeat(22)}.${'f'.repeat(22)}.7`
  const signed = `1 3 sid 8 session: ${body}`
  const signature = createHmac('sha256', key).update(signed).digest('base64url')
  const seal = createSeal([SECRET], 'session:')
  const credential = { id: 'i'.repeat(22), family: 'f'.repeat(22), edition: 7 }
  expect(seal.write('sid', credential)).toBe(`${body}.${signature}`)
  expect(seal.read('sid', `${body}.${signature}`)).toMatchObject(credential)
})

test('a cookie with anything before or after it is malformed, which costs no hashing', () => {
  const seal = createSeal([SECRET], 'session:')
  const value = seal.write('sid', { id: 'i', family: 'f'.repeat(22), edition: 0 })
  expect(seal.read('sid', value)).toMatchObject({ id: 'i' })
  for (const sent of [`"${value}`, `${value}"`, `x.${value}`, `${value}.x`, `${value}\n`]) {
    expect(seal.read('sid', sent)).toBe('malformed')
  }
})
