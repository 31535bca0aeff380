import type { ConnectionOptions as TlsOptions } from 'node:tls'

import { OptionError } from '../../errors.ts'
import { requireInteger, show } from '../../options/check.ts'
import { parseUrl } from './connection-url.ts'

/** Where Redis is. Say `url`, or `path`, or `host` or `port` or both. */
export interface ConnectionSettings {
  /**
   * `redis://[[user]:password@]host[:port][/db]`, `rediss://…` for TLS, or
   * `unix://[[user]:password@]/path[?db=n]`. Not together with `host`, `port` or `path`.
   */
  readonly url?: string
  /** Default `localhost`. */
  readonly host?: string
  /** 0 to 65535. Default 6379. */
  readonly port?: number
  /** The number of the database, 0 or more. Default 0. */
  readonly db?: number
  /** The ACL user; takes a password too. */
  readonly username?: string
  readonly password?: string
  /** A Unix socket, instead of `host` and `port`. */
  readonly path?: string
  /** `true`, or options for `tls.connect`. Default: only for a `rediss:` url. */
  readonly tls?: boolean | TlsOptions
}

/**
 * The settings of one connection, with defaults filled in: what a function given as `client` gets.
 * A `url` is taken apart; there is either `path`, or `host` and `port`. `createRedisClient` takes
 * it as it is.
 */
export interface Connection {
  readonly host?: string
  readonly port?: number
  readonly path?: string
  readonly db: number
  readonly username?: string
  readonly password?: string
  readonly tls: boolean | TlsOptions
}

export const SETTINGS = [
  'url',
  'host',
  'port',
  'db',
  'username',
  'password',
  'path',
  'tls',
] as const
const LARGEST_DB = 2 ** 31 - 1

/** Whether the settings say where Redis is. */
export function saysWhere(settings: object): boolean {
  return ['url', 'host', 'port', 'path'].some((name) => name in settings)
}

/**
 * Checks settings and fills in defaults.
 *
 * @throws {OptionError} naming the setting and the rule, and the value unless it is a secret.
 */
export function resolveConnection(settings: ConnectionSettings): Connection {
  const given = check(settings)
  const { url, ...rest } = given
  if (url !== undefined) {
    refuseBeside(url, rest, 'host', 'port', 'path')
    return complete(withUrl(url, rest))
  }
  if (given.path !== undefined) refuseBeside(given.path, rest, 'host', 'port', 'tls')
  return complete(rest)
}

function complete(settings: Omit<ConnectionSettings, 'url'>): Connection {
  const { host = 'localhost', port = 6379, path, db = 0, username, password, tls } = settings
  if (username !== undefined && password === undefined) {
    throw new OptionError('username', 'needs a password; a url without user is redis://:password@…')
  }
  return Object.freeze({
    ...(path === undefined ? { host, port } : { path }),
    db,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    tls: tls ?? false,
  })
}

/** What the url says, and beside it what it leaves open. */
function withUrl(url: string, rest: ConnectionSettings): ConnectionSettings {
  const said = parseUrl(url)
  for (const name of ['db', 'username', 'password'] as const) {
    if (said[name] !== undefined && rest[name] !== undefined) {
      throw new OptionError(name, 'is given twice, in url and beside it')
    }
  }
  if (said.tls === true && rest.tls === false) {
    throw new OptionError('tls', 'must not be false beside a rediss: url')
  }
  if (said.path !== undefined && rest.tls) {
    throw new OptionError('tls', 'goes with a host, not with a Unix socket')
  }
  const tls = typeof rest.tls === 'object' ? rest.tls : (said.tls ?? rest.tls)
  return { ...rest, ...said, tls }
}

function refuseBeside(value: string, rest: ConnectionSettings, ...names: (keyof Connection)[]) {
  const what = value === rest.path ? 'path' : 'url'
  for (const name of names) {
    if (rest[name] !== undefined && rest[name] !== false) {
      throw new OptionError(name, `must not be given together with ${what}`)
    }
  }
}

/** Each setting on its own; what is `undefined` and may be, is left out. */
function check(settings: ConnectionSettings): ConnectionSettings {
  for (const name of ['url', 'host', 'path'] as const) {
    if (name in settings) requireText(name, settings[name])
  }
  const { port, db, username, password, tls } = settings
  if (port !== undefined) requireInteger('port', port, { min: 0, max: 65535 })
  if (db !== undefined) requireInteger('db', db, { min: 0, max: LARGEST_DB })
  if (username !== undefined) requireText('username', username)
  if (password !== undefined && (typeof password !== 'string' || password === '')) {
    throw new OptionError('password', 'must be a string of at least one character')
  }
  if (tls !== undefined && typeof tls !== 'boolean' && (typeof tls !== 'object' || tls === null)) {
    throw new OptionError('tls', `must be true, false or options of tls.connect, not ${show(tls)}`)
  }
  return settings
}

/** Never a silent localhost: a variable that is not set arrives here as `undefined`. */
function requireText(name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') {
    throw new OptionError(name, `must be a string of at least one character, not ${show(value)}`)
  }
}
