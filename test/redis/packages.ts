import type { LoadPackage } from '../../src/store/redis/clients.ts'

/** Loads the named package for node-redis or ioredis; the other one is not installed. */
export function only(wanted: 'redis' | 'ioredis', installed: string): LoadPackage {
  return async (name) => {
    if (name === wanted) return import(installed)
    throw notInstalled(name)
  }
}

/** The packages that a store can connect with. */
export const PACKAGES = [
  ['node-redis 6', only('redis', 'redis')],
  ['node-redis 5', only('redis', 'redis5')],
  ['ioredis 6', only('ioredis', 'ioredis')],
  ['ioredis 5', only('ioredis', 'ioredis5')],
] as const

/** What Node throws for a package that is not there. */
function notInstalled(name: string): Error {
  return Object.assign(new Error(`Cannot find package '${name}' imported from …`), {
    code: 'ERR_MODULE_NOT_FOUND',
  })
}

/** Only another package is missing, which the package that is loaded needs. */
export const BROKEN: LoadPackage = async () => {
  throw notInstalled('a-dependency')
}

export const NONE: LoadPackage = async (name) => {
  throw notInstalled(name)
}
