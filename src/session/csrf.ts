import { deriveHmac, equal } from '../cookie/credential.ts'
import type { Hmac } from '../cookie/hmac.ts'

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
  const hmacs = secrets.map((secret) => deriveHmac(secret, 'csrf'))
  const sign = hmacs[0] as Hmac
  return {
    make: (family, nonce) => sign(`${family}.${nonce}`),
    verify(candidate, family, nonce) {
      if (typeof candidate !== 'string') return false
      return hmacs.some((hmac) => equal(candidate, hmac(`${family}.${nonce}`)))
    },
  }
}
