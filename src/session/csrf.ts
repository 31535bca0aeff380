import { type KeyObject, timingSafeEqual } from 'node:crypto'
import { deriveKey, sign } from '../cookie/credential.ts'

/** Makes and checks the CSRF tokens of sessions (OWASP: HMAC-based token pattern). */
export interface CsrfTokens {
  make(family: string, nonce: string): string
  verify(candidate: unknown, family: string, nonce: string): boolean
}

/**
 * A token is derived from the family and the record's nonce, not stored: two requests that ask
 * for the first token in parallel get the same one. The id is left out because it is provisional
 * until the session is created (docs/decisions/002-csrf-token-derivation.md).
 */
export function createCsrfTokens(secrets: readonly string[]): CsrfTokens {
  const keys = secrets.map((secret) => deriveKey(secret, 'csrf'))
  return {
    make: (family, nonce) => tokenBy(keys[0] as KeyObject, family, nonce),
    verify(candidate, family, nonce) {
      if (typeof candidate !== 'string') return false
      const given = Buffer.from(candidate, 'utf8')
      return keys.some((key) => {
        const token = Buffer.from(tokenBy(key, family, nonce), 'utf8')
        return given.length === token.length && timingSafeEqual(given, token)
      })
    },
  }
}

function tokenBy(key: KeyObject, family: string, nonce: string): string {
  return sign(key, `${family}.${nonce}`)
}
