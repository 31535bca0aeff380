import type { Corridor } from '../corridor.ts'
import { OptionError } from '../errors.ts'
import type { OnUnavailable, OpenOptions } from '../lifecycle/open.ts'
import { requireFunction, requireGroup, show } from '../options/check.ts'

export interface AdapterOptions<P extends string, R> {
  /** The name of the session on the request. Default `session`. */
  readonly property?: P
  /** Whether a request prolongs its session; `false` for polling. Default: every request does. */
  readonly countAsActivity?: (request: R) => boolean
  /**
   * What becomes of a request whose session cannot be read, because the store failed or was late.
   * `'fail'`: a StoreError, status 503, before any handler. `'visitor'`, for pages that everybody
   * may see: they get a session that reads empty and throws a StoreError where something would
   * change it; `session.isAvailable` is `false`. `'read-only'`: the same with what the near cache
   * last knew of the session. The cookie is left alone in any case. Default: every request fails.
   */
  readonly onUnavailable?: (request: R) => OnUnavailable
  /** Whether a request asks Redis, past the near cache of `redisStore`. Default: none has to. */
  readonly fresh?: (request: R) => boolean
}

const OF_EVERY_ADAPTER = ['property', 'countAsActivity', 'onUnavailable', 'fresh']

/** @throws {OptionError} for a name that is no option, or a value that is no function. */
export function requireFunctions<T extends object>(
  options: T,
  names: readonly (keyof T & string)[],
): T {
  requireGroup('options', options, names, { group: '' })
  for (const name of names) {
    if (options[name] !== undefined) requireFunction(name, options[name])
  }
  return options
}

/** One for all requests of whoever says nothing about each. */
const DEFAULTS: OpenOptions = {}

interface Resolved<R> {
  readonly property: string
  readonly openOptions: (request: R) => OpenOptions
}

/** What is asked about each request, by functions that get it. */
interface PerRequest<Args extends unknown[]> {
  readonly countAsActivity?: ((...args: Args) => boolean) | undefined
  readonly onUnavailable?: ((...args: Args) => OnUnavailable) | undefined
  readonly fresh?: ((...args: Args) => boolean) | undefined
}

/** @throws {OptionError} for one that is no function. */
export function perRequest<Args extends unknown[]>({
  countAsActivity,
  onUnavailable,
  fresh,
}: PerRequest<Args>): (...args: Args) => OpenOptions {
  const asked = Object.entries({ countAsActivity, onUnavailable, fresh })
  const functions = asked.filter(([, value]) => value !== undefined)
  for (const [name, value] of functions) requireFunction(name, value)
  if (functions.length === 0) return () => DEFAULTS
  return (...args) => ({
    countAsActivity: countAsActivity?.(...args),
    onUnavailable: onUnavailable?.(...args),
    fresh: fresh?.(...args),
  })
}

/** Asks of each request whether it is of this machine's own browser, where that decides anything. */
export function withWhence<Args extends unknown[]>(
  openOptions: (...args: Args) => OpenOptions,
  local: ((...args: Args) => boolean) | undefined,
  { policy }: Corridor,
): (...args: Args) => OpenOptions {
  if (local === undefined || policy.cookie.secure !== 'auto') return openOptions
  return (...args) => ({ ...openOptions(...args), local: local(...args) })
}

/**
 * @param others names of options the adapter has beside these.
 * @throws {OptionError} for a name that is no option, or a value that cannot be one.
 */
export function resolveAdapterOptions<R>(
  given: AdapterOptions<string, R>,
  ...others: string[]
): Resolved<R> {
  requireGroup('options', given, [...OF_EVERY_ADAPTER, ...others], { group: '' })
  const { property = 'session', countAsActivity, onUnavailable, fresh } = given
  if (typeof property !== 'string' || property === '') {
    throw new OptionError('property', `must name a property of the request, not ${show(property)}`)
  }
  const openOptions = perRequest({ countAsActivity, onUnavailable, fresh })
  return { property, openOptions }
}
