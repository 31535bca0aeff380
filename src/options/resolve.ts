import {
  requireBoolean,
  requireFunction,
  requireGroup,
  requireInteger,
  requireRecord,
  requireWord,
  show,
} from './check.ts'
import { resolveClearSiteData } from './clear-site-data.ts'
import { type ResolvedCookie, resolveCookie } from './resolve-cookie.ts'
import { resolveSecrets } from './resolve-secrets.ts'
import { type Serializer, resolveSerializer } from './serializer.ts'
import { OptionError } from '../errors.ts'
import { DEFAULTS, LIMITS } from './limits.ts'
import type { MergeFunction, SessionOptions } from './options.ts'
import type { Store } from '../store/store.ts'
import type { Migration } from './migration.ts'
import { type Accounts, resolveAccounts } from './resolve-accounts.ts'
import { type Timeouts, resolveTimeouts } from './resolve-timeouts.ts'

/** The options as the inside uses them: checked, complete, frozen, in milliseconds. */
export interface Policy extends Timeouts, Accounts {
  readonly secrets: readonly string[]
  readonly store: Store | undefined
  readonly prefix: string
  readonly idGenerator: (() => string) | undefined
  readonly onReplay: 'report' | 'end'
  readonly storeTimeoutMs: number
  readonly maxBytes: number
  readonly warnBytes: number
  readonly serializer: Serializer
  readonly merge: ReadonlyMap<string, MergeFunction<unknown>>
  readonly cookieOnException: boolean
  readonly cookie: ResolvedCookie
  /** The value of the header, where there is one to send. */
  readonly clearSiteData: string | undefined
  readonly migrate: Migration | undefined
}

const KNOWN = [
  'secret',
  'store',
  'prefix',
  'idGenerator',
  'timeout',
  'absoluteTimeout',
  'preset',
  'renewalTimeout',
  'renewalGrace',
  'onReplay',
  'unprovenTimeout',
  'touchInterval',
  'storeTimeoutMs',
  'maxBytes',
  'warnBytes',
  'serialize',
  'deserialize',
  'merge',
  'cookieOnException',
  'cookie',
  'signedInCookie',
  'maxPerPrincipal',
  'reasonKept',
  'epoch',
  'clearSiteData',
  'migrate',
] as const satisfies readonly (keyof SessionOptions)[]

/**
 * Checks options once and gives what the inside works with.
 *
 * @throws {OptionError} naming the option, the rule and the value (never a secret).
 */
export function resolveOptions<D extends object>(options: SessionOptions<D>): Policy {
  requireGroup('options', options, KNOWN, { group: '' })
  const {
    prefix = DEFAULTS.prefix,
    onReplay = 'report',
    storeTimeoutMs = DEFAULTS.storeTimeoutMs,
    maxBytes = DEFAULTS.maxBytes,
    warnBytes = DEFAULTS.warnBytes,
    cookieOnException = true,
    idGenerator,
  } = options
  return Object.freeze({
    secrets: resolveSecrets(options.secret),
    store: resolveStore(options.store),
    prefix: resolvePrefix(prefix),
    idGenerator:
      idGenerator === undefined ? undefined : requireFunction('idGenerator', idGenerator),
    ...resolveTimeouts(options),
    ...resolveAccounts(options),
    onReplay: requireWord('onReplay', onReplay, ['report', 'end']),
    storeTimeoutMs: requireInteger('storeTimeoutMs', storeTimeoutMs, LIMITS.storeTimeoutMs),
    maxBytes: requireInteger('maxBytes', maxBytes, LIMITS.maxBytes),
    warnBytes: requireInteger('warnBytes', warnBytes, LIMITS.maxBytes),
    serializer: resolveSerializer(options),
    merge: resolveMerge(options.merge),
    cookieOnException: requireBoolean('cookieOnException', cookieOnException),
    cookie: resolveCookie(options.cookie, options.signedInCookie),
    clearSiteData: resolveClearSiteData(options.clearSiteData),
    migrate: resolveMigration(options.migrate, options.store),
  })
}

function resolveStore(store: Store | undefined): Store | undefined {
  if (store === undefined) return undefined
  for (const method of ['now', 'read', 'create', 'replace', 'touch', 'remove'] as const) {
    if (typeof store?.[method] !== 'function') {
      throw new OptionError(
        'store',
        `has no ${method}(): pass redisStore({ ... }) or memoryStore()`,
      )
    }
  }
  return store
}

function resolveMigration(
  migrate: Migration | undefined,
  store: Store | undefined,
): Migration | undefined {
  if (migrate === undefined) return undefined
  const rule = 'must be what expressSession() returns'
  requireRecord('migrate', migrate, rule)
  if (typeof migrate.verify !== 'function' || typeof migrate.parse !== 'function') {
    throw new OptionError('migrate', rule)
  }
  for (const method of ['readForeign', 'removeForeign'] as const) {
    if (typeof store?.[method] === 'function') continue
    const missing = store === undefined ? 'a memory store holds nothing' : `it has no ${method}()`
    const needs = 'needs a store that reads the records of the other library, redisStore({ ... })'
    throw new OptionError('migrate', `${needs}; ${missing}`)
  }
  return migrate
}

function resolvePrefix(prefix: unknown): string {
  if (typeof prefix !== 'string' || !/^[\x21-\x7e]*$/.test(prefix)) {
    throw new OptionError('prefix', `must be visible ASCII without spaces, not ${show(prefix)}`)
  }
  if (prefix.length > LIMITS.prefixLength) {
    const rule = `must be at most ${LIMITS.prefixLength} characters`
    throw new OptionError('prefix', `${rule}, not ${prefix.length}`)
  }
  return prefix
}

function resolveMerge(merge: object | undefined): ReadonlyMap<string, MergeFunction<unknown>> {
  if (merge === undefined) return new Map()
  requireRecord('merge', merge, 'must be an object of functions by key')
  const entries = Object.entries(merge).filter(([, decide]) => decide !== undefined)
  for (const [key, decide] of entries) requireFunction(`merge.${key}`, decide)
  return new Map(entries)
}
