import { type EncryptOptions, type Encryption, encrypt } from '../encrypt/encrypt.ts'
import { OptionError } from '../errors.ts'
import { nearest } from '../options/check.ts'
import type { SessionData } from '../options/options.ts'
import { type Sessions, createSessions } from '../sessions.ts'
import { redisStore } from '../store/redis/redis-store.ts'
import type { RedisStoreOptions } from '../store/redis/redis-store.ts'
import type { SettingValue } from './coerce.ts'
import * as to from './coerce.ts'
import { namedFunction } from './named-function.ts'

export type Settings = Readonly<Record<string, SettingValue | undefined>>

export interface SettingsOptions {
  /** Where module paths of named functions begin: a file URL or a folder. Default: the cwd. */
  readonly base?: URL | string
}

type Part = 'options' | 'cookie' | 'redis' | 'encryption' | 'durability' | 'nearCache'
/** @internal */
export type Parts = Readonly<Record<Part, Record<string, unknown>>>
type Coercion = readonly [part: Part, option: string, coerce: to.Coerce]

const DOTTED = 'redis.sessions.'
const UPPER = 'REDIS_SESSIONS_'

/** Every setting by its snake_case name: where it goes, and how it is read. */
const SETTINGS: Readonly<Record<string, Coercion>> = {
  secret: ['options', 'secret', to.text],
  prefix: ['options', 'prefix', to.text],
  timeout: ['options', 'timeout', to.number],
  absolute_timeout: ['options', 'absoluteTimeout', to.numberOrNone],
  preset: ['options', 'preset', to.word],
  renewal_timeout: ['options', 'renewalTimeout', to.numberOrNone],
  renewal_grace: ['options', 'renewalGrace', to.number],
  on_replay: ['options', 'onReplay', to.word],
  unproven_timeout: ['options', 'unprovenTimeout', to.numberOrNone],
  touch_interval: ['options', 'touchInterval', to.number],
  store_timeout_ms: ['options', 'storeTimeoutMs', to.number],
  socket_timeout: ['options', 'storeTimeoutMs', to.secondsToMs],
  max_bytes: ['options', 'maxBytes', to.number],
  warn_bytes: ['options', 'warnBytes', to.number],
  encryption_keys: ['encryption', 'keys', to.list],
  cookie_on_exception: ['options', 'cookieOnException', to.flag],
  clear_site_data: ['options', 'clearSiteData', to.list],
  signed_in_cookie: ['options', 'signedInCookie', to.text],
  epoch: ['options', 'epoch', to.flag],
  reason_kept: ['options', 'reasonKept', to.number],
  cookie_name: ['cookie', 'name', to.text],
  cookie_max_age: ['cookie', 'maxAge', to.numberOrNone],
  cookie_path: ['cookie', 'path', to.text],
  cookie_domain: ['cookie', 'domain', to.text],
  cookie_secure: ['cookie', 'secure', to.flagOrAuto],
  cookie_http_only: ['cookie', 'httpOnly', to.flag],
  cookie_httponly: ['cookie', 'httpOnly', to.flag],
  cookie_same_site: ['cookie', 'sameSite', to.word],
  cookie_samesite: ['cookie', 'sameSite', to.word],
  cookie_partitioned: ['cookie', 'partitioned', to.flag],
  cookie_priority: ['cookie', 'priority', to.word],
  url: ['redis', 'url', to.text],
  host: ['redis', 'host', to.text],
  port: ['redis', 'port', to.number],
  db: ['redis', 'db', to.number],
  username: ['redis', 'username', to.text],
  password: ['redis', 'password', to.text],
  path: ['redis', 'path', to.text],
  unix_socket_path: ['redis', 'path', to.text],
  tls: ['redis', 'tls', to.flag],
  durability_replicas: ['durability', 'replicas', to.number],
  durability_timeout_ms: ['durability', 'timeoutMs', to.number],
  near_cache_max_sessions: ['nearCache', 'maxSessions', to.number],
  near_cache_max_stale: ['nearCache', 'maxStale', to.number],
  near_cache_max_outage: ['nearCache', 'maxOutage', to.number],
}

/** A key that did not arrive must not mean that nothing is encrypted. */
const NEVER_EMPTY = 'encryption_keys'

/** Settings that name functions. */
const FUNCTIONS: Readonly<Record<string, readonly [part: Part, option: string]>> = {
  serialize: ['options', 'serialize'],
  deserialize: ['options', 'deserialize'],
  id_generator: ['options', 'idGenerator'],
  client_callable: ['redis', 'client'],
}

/** Settings of the Python library this form comes from that mean nothing here. */
const FOREIGN: Readonly<Record<string, string>> = {
  charset: 'text is always UTF-8; remove it',
  encoding: 'text is always UTF-8; remove it',
  encoding_errors: 'text is always UTF-8; remove it',
  errors: 'text is always UTF-8; remove it',
  connection_pool: 'give a client of your own instead: client_callable = ./file.js#exportName',
}

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
  const parts = readSettings(settings, base)
  const options = { ...optionsIn(parts), store: redisStore(connectionIn(parts)) }
  return createSessions<D>(options as unknown as Parameters<typeof createSessions<D>>[0])
}

/**
 * What settings say, by where it goes. Loads the modules they name.
 *
 * @internal
 */
export function readSettings(settings: Settings, base: URL | string): Parts {
  const parts: Parts = {
    options: {},
    cookie: {},
    redis: {},
    encryption: {},
    durability: {},
    nearCache: {},
  }
  const sources = new Map<string, string>()
  for (const [setting, value] of Object.entries(settings)) {
    const name = settingName(setting)
    if (name === undefined || (isEmpty(value) && name !== NEVER_EMPTY)) continue
    const [part, option, read] = lookUp(setting, name, base)
    const earlier = sources.get(part + option)
    if (earlier !== undefined) throw new OptionError(setting, `says again what ${earlier} says`)
    sources.set(part + option, setting)
    parts[part][option] = read(setting, value ?? '')
  }
  return parts
}

/**
 * The options of createSessions that settings say, all but the store.
 *
 * @internal
 */
export function optionsIn({ options, encryption, cookie }: Parts): object {
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
  const near = nearest(name, known)
  const hint = near === undefined ? `known are ${known.join(', ')}` : `did you mean ${near}?`
  throw new OptionError(setting, `is not a setting; ${hint}`)
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
