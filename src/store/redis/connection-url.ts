import { OptionError } from '../../errors.ts'
import { show } from '../../options/check.ts'

/** What a url says of a connection; what it leaves open is absent. */
export interface SaidByUrl {
  readonly host?: string
  readonly port?: number
  readonly path?: string
  readonly db?: number
  readonly username?: string
  readonly password?: string
  readonly tls?: boolean
}

const UNIX = /^unix:(?:\/\/(?:([^@/]*)@)?)?(\/(?!\/)[^?#]+)(\?[^#]*)?$/i

/**
 * Takes a url apart: `redis:`, `rediss:` or `unix:`.
 *
 * @throws {OptionError} naming the rule, and never the password.
 */
export function parseUrl(text: string): SaidByUrl {
  if (/^unix:/i.test(text)) return parseUnixUrl(text)
  const url = /^rediss?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) throw wrong(text, 'must be a redis:, rediss: or unix: url')
  if (url.hostname === '') throw wrong(text, 'names no host')
  if (url.hash !== '') throw wrong(text, 'has a part after #; write %23 for a # in a password')
  return {
    ...credentials(text, url.username, url.password),
    host: decode(text, url.hostname.replace(/^\[(.*)\]$/, '$1')),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...database(text, url.pathname.replace(/^\/$/, '').replace(/^\//, ''), url.search),
    ...(url.protocol === 'rediss:' ? { tls: true } : {}),
  }
}

function parseUnixUrl(text: string): SaidByUrl {
  const [, userinfo = '', path, search = ''] = UNIX.exec(text) ?? []
  if (path === undefined) throw wrong(text, 'must be unix:// and the absolute path of a socket')
  const [username = '', ...password] = userinfo.split(':')
  return {
    ...credentials(text, username, password.join(':')),
    path: decode(text, path),
    ...database(text, '', search),
  }
}

function credentials(text: string, username: string, password: string): SaidByUrl {
  return {
    ...(username === '' ? {} : { username: decode(text, username) }),
    ...(password === '' ? {} : { password: decode(text, password) }),
  }
}

/** The database, from the path or from `?db=`. */
function database(text: string, path: string, search: string): SaidByUrl {
  const query = new URLSearchParams(search)
  for (const name of query.keys()) {
    if (name !== 'db') throw wrong(text, 'has a parameter that is not known; the only one is db')
  }
  const said = [path, ...query.getAll('db')].filter((db) => db !== '')
  if (said.length > 1) throw wrong(text, 'names a database twice')
  const [db] = said
  if (db === undefined) return {}
  if (!/^\d{1,9}$/.test(db)) throw wrong(text, 'must name a database by its number')
  return { db: Number(db) }
}

function decode(text: string, part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw wrong(text, 'is not percent-encoded correctly; write %25 for a %')
  }
}

function wrong(text: string, problem: string): OptionError {
  return new OptionError('url', `${problem}: ${withoutSecrets(text)}`)
}

/** A url as it may be shown: user and password are left out, and all of it when in doubt. */
function withoutSecrets(text: string): string {
  const at = text.lastIndexOf('@')
  const scheme = /^[a-z]+:(?:\/\/)?/i.exec(text)?.[0] ?? ''
  return at < 0 ? show(text) : show(`${scheme}***${text.slice(at)}`)
}
