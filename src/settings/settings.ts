import { type EncryptOptions, type Encryption, encrypt } from '../encrypt/encrypt.ts'
import { OptionError } from '../errors.ts'
import { hintFor, requireRecord } from '../options/check.ts'
import type { SessionData } from '../options/options.ts'
import { type Sessions, createSessions } from '../sessions.ts'
import { redisStore } from '../store/redis/redis-store.ts'
import type { RedisStoreOptions } from '../store/redis/redis-store.ts'
import type { SettingValue } from './coerce.ts'
import { namedFunction } from './named-function.ts'
import { type Sources, namingSettings } from './sources.ts'
import { type Coercion, FOREIGN, FUNCTIONS, GROUPS, type Part, SETTINGS } from './table.ts'

export type Settings = Readonly<Record<string, SettingValue | undefined>>

export interface SettingsOptions {
  /** Where module paths of named functions begin: a file URL or a folder. Default: the cwd. */
  readonly base?: URL | string
}

/** @internal */
export type Parts = Readonly<Record<Part, Record<string, unknown>>> & { readonly sources: Sources }
const DOTTED = 'redis.sessions.'
const UPPER = 'REDIS_SESSIONS_'

/** A key that did not arrive must not mean that nothing is encrypted. */
const NEVER_EMPTY = 'encryption_keys'

/**
 * Makes sessions on Redis from flat settings, such as an .ini file, a JSON file or the environment
 * give. Reads the keys `redis.sessions.<option>` and `REDIS_SESSIONS_<OPTION>`, in snake_case;
 * others are ignored. Text is turned into what the option takes; empty text means absent.
 *
 * `url` wins over host, port, db, username, password, path and tls; `client_callable` wins over
 * both and is given what was said. With nothing said it is Redis on localhost, port 6379.
 *
 * @throws {OptionError} naming the setting, the rule and the value.
 */
export function sessionsFromSettings<D extends object = SessionData>(
  settings: Settings,
  { base = process.cwd() }: SettingsOptions = {},
): Sessions<D> {
  return fromSettings<D, Sessions<D>>(settings, base, createSessions)
}

/**
 * What `make` makes of the options that settings say.
 *
 * @internal
 */
export function fromSettings<D extends object, Made>(
  settings: Settings,
  base: URL | string,
  make: (options: Parameters<typeof createSessions<D>>[0]) => Made,
): Made {
  const parts = readSettings(settings, base)
  return namingSettings(parts.sources, () => {
    const options = { ...optionsIn(parts), store: redisStore(connectionIn(parts)) }
    return make(options as unknown as Parameters<typeof createSessions<D>>[0])
  })
}

/**
 * What settings say, by where it goes. Loads the modules they name.
 *
 * @internal
 */
export function readSettings(settings: Settings, base: URL | string): Parts {
  requireRecord('settings', settings, 'must be an object')
  const sources = new Map<string, string>()
  const parts: Parts = {
    options: {},
    cookie: {},
    redis: {},
    encryption: {},
    durability: {},
    nearCache: {},
    sources,
  }
  for (const [setting, value] of Object.entries(settings)) {
    const name = settingName(setting)
    if (name === undefined || (isEmpty(value) && name !== NEVER_EMPTY)) continue
    const [part, option, read] = lookUp(setting, name, base)
    const earlier = sources.get(GROUPS[part] + option)
    if (earlier !== undefined) throw new OptionError(setting, `says again what ${earlier} says`)
    sources.set(GROUPS[part] + option, setting)
    parts[part][option] = read(setting, value ?? '')
  }
  return parts
}

/** The options of createSessions that settings say, all but the store. */
function optionsIn({ options, encryption, cookie }: Parts): object {
  return { ...options, ...encryptionOf(encryption, options), cookie }
}

function isEmpty(value: SettingValue | undefined): boolean {
  return value == null || value === ''
}

/**
 * `timeout` for `redis.sessions.timeout` and `REDIS_SESSIONS_TIMEOUT`.
 *
 * @internal
 */
export function settingName(setting: string): string | undefined {
  if (setting.startsWith(DOTTED)) return setting.slice(DOTTED.length)
  return setting.startsWith(UPPER) ? setting.slice(UPPER.length).toLowerCase() : undefined
}

function lookUp(setting: string, name: string, base: URL | string): Coercion {
  if (Object.hasOwn(SETTINGS, name)) return SETTINGS[name] as Coercion
  const named = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
  if (named !== undefined) {
    return [...named, (key: string, value: unknown) => namedFunction(key, value, base)]
  }
  if (Object.hasOwn(FOREIGN, name)) throw new OptionError(setting, String(FOREIGN[name]))
  const known = [...Object.keys(SETTINGS), ...Object.keys(FUNCTIONS)]
  throw new OptionError(setting, `is not a setting; ${hintFor(name, known)}`)
}

/** With keys, `serialize` and `deserialize` make what is encrypted. */
function encryptionOf(
  { keys }: Record<string, unknown>,
  { serialize, deserialize }: Record<string, unknown>,
): Partial<Encryption> {
  return keys === undefined ? {} : encrypt({ keys, serialize, deserialize } as EncryptOptions)
}

/**
 * Who wins where several ways to Redis are said.
 *
 * @internal
 */
export function connectionIn({ redis, ...beside }: Parts): RedisStoreOptions {
  const { client, url, ...rest } = redis
  const chosen = client === undefined ? {} : { client }
  const local = rest['path'] === undefined ? { host: 'localhost', port: 6379 } : {}
  const where = url === undefined ? { ...local, ...rest } : { url }
  return {
    ...chosen,
    ...where,
    ...said('durability', beside),
    ...said('nearCache', beside),
  } as unknown as RedisStoreOptions
}

function said(part: 'durability' | 'nearCache', parts: Omit<Parts, 'redis'>): object {
  return Object.keys(parts[part]).length === 0 ? {} : { [part]: parts[part] }
}
