import * as to from './coerce.ts'

/** What the names of a part's options begin with in an error. */
export const GROUPS = {
  options: '',
  cookie: 'cookie.',
  redis: '',
  encryption: 'encrypt.',
  durability: 'durability.',
  nearCache: 'nearCache.',
} as const

export type Part = keyof typeof GROUPS

export type Coercion = readonly [part: Part, option: string, coerce: to.Coerce]

/** Every setting by its snake_case name: where it goes, and how it is read. */
export const SETTINGS: Readonly<Record<string, Coercion>> = {
  secret: ['options', 'secret', to.secret],
  secrets: ['options', 'secret', to.list],
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

/** Settings that name functions. */
export const FUNCTIONS: Readonly<Record<string, readonly [part: Part, option: string]>> = {
  serialize: ['options', 'serialize'],
  deserialize: ['options', 'deserialize'],
  id_generator: ['options', 'idGenerator'],
  client_callable: ['redis', 'client'],
}

/** Settings of the Python library this form comes from that mean nothing here. */
export const FOREIGN: Readonly<Record<string, string>> = {
  charset: 'text is always UTF-8; remove it',
  encoding: 'text is always UTF-8; remove it',
  encoding_errors: 'text is always UTF-8; remove it',
  errors: 'text is always UTF-8; remove it',
  connection_pool: 'give a client of your own instead: client_callable = ./file.js#exportName',
}
