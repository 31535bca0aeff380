import {
  requireBoolean,
  requireGroup,
  requireInteger,
  requireSeconds,
  requireWord,
} from './check.ts'
import { type MaxPerPrincipal, type SessionOptions } from './options.ts'
import { DEFAULTS, LIMITS } from './limits.ts'

/** What holds for signed-in sessions. */
export interface Accounts {
  readonly maxPerPrincipal: Required<MaxPerPrincipal> | undefined
  readonly reasonKeptMs: number
  readonly epoch: boolean
}

export function resolveAccounts<D extends object>(options: SessionOptions<D>): Accounts {
  const { reasonKept = DEFAULTS.reasonKept, epoch = false } = options
  return {
    maxPerPrincipal: resolveMax(options.maxPerPrincipal),
    reasonKeptMs: 1000 * requireSeconds('reasonKept', reasonKept, LIMITS.seconds),
    epoch: requireBoolean('epoch', epoch),
  }
}

function resolveMax(max: MaxPerPrincipal | undefined): Required<MaxPerPrincipal> | undefined {
  if (max === undefined) return undefined
  requireGroup('maxPerPrincipal', max, ['limit', 'onLimit'])
  const { limit, onLimit = 'revoke-oldest' } = max
  return Object.freeze({
    limit: requireInteger('maxPerPrincipal.limit', limit, LIMITS.perPrincipal),
    onLimit: requireWord('maxPerPrincipal.onLimit', onLimit, ['revoke-oldest', 'refuse']),
  })
}
