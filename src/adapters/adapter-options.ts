import { OptionError } from '../errors.ts'
import { refuseUnknown, requireFunction, show } from '../options/check.ts'

export interface AdapterOptions<P extends string, R> {
  /** The name of the session on the request. Default `session`. */
  readonly property?: P
  /** Whether a request prolongs its session; `false` for polling. Default: every request does. */
  readonly countAsActivity?: (request: R) => boolean
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

/**
 * @param others names of options the adapter has beside these.
 * @throws {OptionError} for a name that is no option, or a value that cannot be one.
 */
export function resolveAdapterOptions<R>(
  given: AdapterOptions<string, R>,
  ...others: string[]
): Required<AdapterOptions<string, R>> {
  refuseUnknown('', given, ['property', 'countAsActivity', ...others])
  const { property = 'session', countAsActivity = always } = given
  if (typeof property !== 'string' || property === '') {
    throw new OptionError('property', `must name a property of the request, not ${show(property)}`)
  }
  return { property, countAsActivity: requireFunction('countAsActivity', countAsActivity) }
}
