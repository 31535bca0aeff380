import { OptionError } from '../errors.ts'
import type { OnUnavailable } from '../lifecycle/open.ts'
import { refuseUnknown, requireFunction, show } from '../options/check.ts'

export interface AdapterOptions<P extends string, R> {
  /** The name of the session on the request. Default `session`. */
  readonly property?: P
  /** Whether a request prolongs its session; `false` for polling. Default: every request does. */
  readonly countAsActivity?: (request: R) => boolean
  /**
   * What becomes of a request whose session cannot be read, because the store failed or was late.
   * `'fail'`: a StoreError, status 503, before any handler. `'visitor'`, for pages that everybody
   * may see: they get a session that reads empty and throws a StoreError where something would
   * change it; `session.isAvailable` is `false`. The cookie is left alone either way. Default:
   * every request fails.
   */
  readonly onUnavailable?: (request: R) => OnUnavailable
}

/** @throws {OptionError} for a name that is no option, or a value that is no function. */
export function requireFunctions<T extends object>(options: T, names: (keyof T & string)[]): T {
  refuseUnknown('', options, names)
  for (const name of names) {
    if (options[name] !== undefined) requireFunction(name, options[name])
  }
  return options
}

function always(): boolean {
  return true
}

function fail(): OnUnavailable {
  return 'fail'
}

/**
 * @param others names of options the adapter has beside these.
 * @throws {OptionError} for a name that is no option, or a value that cannot be one.
 */
export function resolveAdapterOptions<R>(
  given: AdapterOptions<string, R>,
  ...others: string[]
): Required<AdapterOptions<string, R>> {
  refuseUnknown('', given, ['property', 'countAsActivity', 'onUnavailable', ...others])
  const { property = 'session', countAsActivity = always, onUnavailable = fail } = given
  if (typeof property !== 'string' || property === '') {
    throw new OptionError('property', `must name a property of the request, not ${show(property)}`)
  }
  return {
    property,
    countAsActivity: requireFunction('countAsActivity', countAsActivity),
    onUnavailable: requireFunction('onUnavailable', onUnavailable),
  }
}
