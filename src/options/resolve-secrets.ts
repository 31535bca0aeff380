import { OptionError } from '../errors.ts'
import { HOW_TO_MAKE, isGuessable } from './guessable.ts'
import { LIMITS } from './limits.ts'

/**
 * The secrets in their order: the first signs, all verify. One that looks guessable is warned of.
 *
 * @throws {OptionError} naming the rule, never the secret.
 */
export function resolveSecrets(secret: unknown): readonly string[] {
  const secrets: unknown[] = Array.isArray(secret) ? secret : [secret]
  if (secrets.length === 0) {
    throw new OptionError('secret', `must hold at least one secret; ${HOW_TO_MAKE}`)
  }
  for (const candidate of secrets) {
    if (typeof candidate !== 'string' || candidate.length < LIMITS.secretLength) {
      const rule = `must be a string of at least ${LIMITS.secretLength} characters`
      throw new OptionError('secret', `${rule}; ${HOW_TO_MAKE}`)
    }
  }
  if (new Set(secrets).size < secrets.length) {
    throw new OptionError('secret', 'lists the same secret twice')
  }
  const checked = Object.freeze(secrets.map(String))
  const weak = checked.findIndex(isGuessable)
  if (weak !== -1) warnOfWeak(Array.isArray(secret) ? `secret[${weak}]` : 'secret')
  return checked
}

let warned = false

/** Once in a process. An error would stop an application that has worked so far. */
function warnOfWeak(option: string): void {
  if (warned) return
  warned = true
  process.emitWarning(
    `option ${option} looks guessable: it repeats itself, counts up, or is made of well-known ` +
      `words. Who guesses it can sign cookies and CSRF tokens; ${HOW_TO_MAKE}`,
    { type: 'SojournWarning', code: 'SOJOURN_WEAK_SECRET' },
  )
}
