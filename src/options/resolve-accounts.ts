import { OptionError } from '../errors.ts'
import { refuseUnknown, requireInteger, requireSeconds, requireWord, show } from './check.ts'
import { DEFAULTS, LIMITS, type MaxPerPrincipal, type SessionOptions } from './options.ts'

/** What holds for signed-in sessions. */
export interface Accounts {
  readonly maxPerPrincipal: Required<MaxPerPrincipal> | undefined
  readonly reasonKeptMs: number
}

export function resolveAccounts<D extends object>(options: SessionOptions<D>): Accounts {
  const { reasonKept = DEFAULTS.reasonKept } = options
  return {
    maxPerPrincipal: resolveMax(options.maxPerPrincipal),
    reasonKeptMs: 1000 * requireSeconds('reasonKept', reasonKept, LIMITS.seconds),
  }
}

function resolveMax(max: MaxPerPrincipal | undefined): Required<MaxPerPrincipal> | undefined {
  if (max === undefined) return undefined
  if (typeof max !== 'object' || max === null) {
    throw new OptionError('maxPerPrincipal', `must be an object, not ${show(max)}`)
  }
  refuseUnknown('maxPerPrincipal.', max, ['limit', 'onLimit'])
  const { limit, onLimit = 'revoke-oldest' } = max
  return Object.freeze({
    limit: requireInteger('maxPerPrincipal.limit', limit, LIMITS.perPrincipal),
    onLimit: requireWord('maxPerPrincipal.onLimit', onLimit, ['revoke-oldest', 'refuse']),
  })
}
