import { deriveHmac, equal } from '../cookie/credential.ts'
import type { Hmac } from '../cookie/hmac.ts'
import { randomText } from '../cookie/random.ts'

/** Makes and checks the CSRF tokens of sessions (OWASP: HMAC-based token pattern). */
export interface CsrfTokens {
  /** Another text at every call; each of them verifies. */
  make(family: string, nonce: string): string
  verify(candidate: unknown, family: string, nonce: string): boolean
}

/** Of a mask and of a signature: 32 bytes are 43 characters, the last with two bits to spare. */
const CHARACTERS = 43
const TOKEN = /^(?:[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]){2}$/

/**
 * What a token says is derived from the family and the record's nonce, not stored: of two requests
 * that ask for the first token in parallel, neither voids the other's. The id is left out because
 * it is provisional until the session is created (docs/decisions/002-csrf-token-derivation.md).
 */
export function createCsrfTokens(secrets: readonly string[]): CsrfTokens {
  const hmacs = secrets.map((secret) => deriveHmac(secret, 'csrf'))
  const sign = hmacs[0] as Hmac
  return {
    make: (family, nonce) => mask(sign(`${family}.${nonce}`)),
    verify(candidate, family, nonce) {
      if (typeof candidate !== 'string' || !TOKEN.test(candidate)) return false
      const signature = unmask(candidate)
      return hmacs.some((hmac) => equal(signature, hmac(`${family}.${nonce}`)))
    },
  }
}

/**
 * A secret that every page repeats can be read from the sizes of compressed responses, where they
 * also hold text of an attacker's choice (BREACH). Under a new mask it is never the same text.
 */
function mask(signature: string): string {
  const random = randomText(32)
  return random + exclusiveOr(random, signature)
}

function unmask(token: string): string {
  return exclusiveOr(token.slice(0, CHARACTERS), token.slice(CHARACTERS))
}

/** Of 32 bytes each, in base64url. */
function exclusiveOr(one: string, other: string): string {
  const bytes = Buffer.from(one, 'base64url')
  const others = Buffer.from(other, 'base64url')
  return Buffer.from(bytes.map((byte, at) => byte ^ (others[at] as number))).toString('base64url')
}
