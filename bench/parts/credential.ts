import { createHmac } from 'node:crypto'
import { createRequire } from 'node:module'
import { createSeal } from '../../src/cookie/credential.ts'
import { randomId } from '../../src/cookie/random.ts'
import type { Part } from './compare.ts'

const { sign, unsign } = createRequire(import.meta.url)('cookie-signature') as {
  sign: (value: string, secret: string) => string
  unsign: (value: string, secret: string) => string | false
}

const SECRET = 'Vn3pJw7sKx0bTq5yRz8dGm2hLc4fWa6e'
const NAME = '__Host-sid'
const seal = createSeal([SECRET], 'session:')

/** More than are remembered, so that each is new when it comes round again. */
const STRANGERS = Array.from({ length: 10_000 }, () =>
  seal.write(NAME, { id: randomId(), family: randomId(), edition: 0 }),
)
const known = STRANGERS[0] as string
const signed = sign(known, SECRET)
let next = 0

function stranger(): string {
  return STRANGERS[next++ % STRANGERS.length] as string
}

export const credential: readonly Part[] = [
  {
    name: 'verify',
    calls: 1000,
    works: {
      'unsign of cookie-signature': () => unsign(signed, SECRET),
      'one HMAC-SHA256 of node:crypto': () =>
        createHmac('sha256', SECRET).update(known).digest('base64url'),
      'Sojourn, the first time': () => seal.read(NAME, stranger()),
      'Sojourn, a cookie seen lately': () => seal.read(NAME, known),
    },
  },
  {
    name: 'sign',
    calls: 1000,
    works: {
      'sign of cookie-signature': () => sign(known, SECRET),
      'Sojourn, with new random ids': () =>
        seal.write(NAME, { id: randomId(), family: randomId(), edition: 0 }),
    },
  },
]
