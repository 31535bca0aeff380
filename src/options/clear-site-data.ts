import { OptionError } from '../errors.ts'
import { requireWord, show } from './check.ts'

/** The types of W3C Clear-Site-Data, 3.1. A browser ignores those it does not know. */
const TYPES = [
  'cache',
  'clientHints',
  'cookies',
  'executionContexts',
  'prefetchCache',
  'prerenderCache',
  'storage',
  '*',
] as const

export type ClearSiteData = (typeof TYPES)[number]

/** The header's value: a list of quoted strings, `"cache", "storage"`. */
export function resolveClearSiteData(types: unknown = []): string | undefined {
  if (!Array.isArray(types)) {
    throw new OptionError('clearSiteData', `must be an array of types, not ${show(types)}`)
  }
  const quoted = types.map((type) => `"${requireWord('clearSiteData', type, TYPES)}"`)
  return quoted.length === 0 ? undefined : quoted.join(', ')
}
