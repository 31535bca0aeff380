import { requireGroup, requireInteger } from '../../options/check.ts'

/** Sessions read lately are kept in this process, until Redis says that they have changed. */
export interface NearCache {
  /** The most sessions that are kept, 1 to 10 000 000, each of at most 64 KiB. Default `10000`. */
  readonly maxSessions?: number
  /**
   * Seconds, 1 to 60: for no longer is a session used that may have changed unheard, because the
   * connection on which that is said is dead without a word. Default `2`.
   */
  readonly maxStale?: number
  /**
   * Seconds, 1 to 3600: for so long after Redis was last heard a page with `onUnavailable`
   * `'read-only'` shows a session as it was last known. Default `30`.
   */
  readonly maxOutage?: number
}

/** @throws {OptionError} */
export function resolveNearCache(given: NearCache | undefined): Required<NearCache> | undefined {
  if (given === undefined) return undefined
  requireGroup('nearCache', given, ['maxSessions', 'maxStale', 'maxOutage'])
  const { maxSessions = 10_000, maxStale = 2, maxOutage = 30 } = given
  return Object.freeze({
    maxSessions: requireInteger('nearCache.maxSessions', maxSessions, { min: 1, max: 10_000_000 }),
    maxStale: requireInteger('nearCache.maxStale', maxStale, { min: 1, max: 60 }),
    maxOutage: requireInteger('nearCache.maxOutage', maxOutage, { min: 1, max: 3600 }),
  })
}
