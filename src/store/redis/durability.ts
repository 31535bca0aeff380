import { requireGroup, requireInteger } from '../../options/check.ts'

/**
 * When the end of a session counts: once so many replicas have it. Redis replicates when it can, so
 * a primary that fails may take with it what it has just answered: a sign-out is undone then.
 */
export interface Durability {
  /** 1 to 100. All there are, if no failover is to undo an end. */
  readonly replicas: number
  /** Milliseconds to wait for them, 1 to 60000; less than `storeTimeoutMs`. Default `500`. */
  readonly timeoutMs?: number
}

const DEFAULT_TIMEOUT_MS = 500

/** @throws {OptionError} */
export function resolveDurability(given: Durability | undefined): Required<Durability> | undefined {
  if (given === undefined) return undefined
  requireGroup('durability', given, ['replicas', 'timeoutMs'])
  const { replicas, timeoutMs = DEFAULT_TIMEOUT_MS } = given
  return Object.freeze({
    replicas: requireInteger('durability.replicas', replicas, { min: 1, max: 100 }),
    timeoutMs: requireInteger('durability.timeoutMs', timeoutMs, { min: 1, max: 60_000 }),
  })
}
