import { type KeyObject, createHmac, hkdfSync } from 'node:crypto'
import { equal } from '../cookie/credential.ts'
import { createHmac256 } from '../cookie/hmac.ts'
import { OptionError } from '../errors.ts'
import { requireGroup, show } from '../options/check.ts'
import type { Migration, OldCookie, OldSession } from '../options/migration.ts'
import { requireObject } from '../record/codec.ts'

/** What express-session takes as a secret. */
export type ExpressSessionSecret = string | NodeJS.ArrayBufferView | KeyObject

export interface ExpressSessionOptions {
  /** The `secret` of express-session: one, or several that all verify. Of any length. */
  readonly secret: ExpressSessionSecret | readonly ExpressSessionSecret[]
  /** The `prefix` of connect-redis. Default `sess:`, its own. */
  readonly prefix?: string
  /** The `name` of express-session. Default `connect.sid`, its own. */
  readonly name?: string
  /** The `serializer` of connect-redis, of which `parse` is used. Default `JSON`, its own. */
  readonly serializer?: { parse(stored: string): unknown }
}

const KNOWN = [
  'secret',
  'prefix',
  'name',
  'serializer',
] as const satisfies readonly (keyof ExpressSessionOptions)[]

/** Browsers keep no longer cookie (RFC 6265bis 5.6). */
const LONGEST_VALUE = 4096
/** As many characters as random ids and families have, of 6 bits each. */
const DERIVED_LENGTH = 22

/**
 * The sessions that express-session and connect-redis have stored, for option `migrate`.
 *
 *     createSessions({ secret, store, migrate: expressSession({ secret: 'the old secret' }) })
 *
 * @throws {OptionError} naming the option, the rule and the value (never a secret).
 */
export function expressSession(options: ExpressSessionOptions): Migration {
  requireGroup('expressSession', options, KNOWN, { rule: 'takes an object, { secret }' })
  const { prefix = 'sess:', name = 'connect.sid', serializer = JSON } = options
  requireText('prefix', prefix)
  if (requireText('name', name) === '') {
    throw new OptionError('expressSession.name', 'must not be empty')
  }
  if (typeof serializer?.parse !== 'function') {
    throw new OptionError('expressSession.serializer', 'has no parse()')
  }
  const signers = signersOf(options.secret)
  return Object.freeze({
    cookieName: name,
    verify: (value: string) => verify(value, prefix, signers),
    parse: async (stored: string) => sessionIn(await serializer.parse(stored)),
  })
}

function requireText(option: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw new OptionError(`expressSession.${option}`, `must be a string, not ${show(value)}`)
}

/** What one old secret is for. */
interface Signer {
  /** The signature of a session id, as the package cookie-signature makes it. */
  readonly sign: (sid: string) => string
  readonly derive: (what: 'id' | 'family', sid: string) => string
}

function signersOf(secret: unknown): readonly Signer[] {
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret]
  if (secrets.length === 0) {
    throw new OptionError('expressSession.secret', 'must hold at least one secret')
  }
  return Array.from(secrets, signerOf)
}

function signerOf(secret: unknown): Signer {
  const key = secret as ExpressSessionSecret
  const sign = (sid: string) =>
    createHmac('sha256', key).update(sid).digest('base64').replace(/=+$/, '')
  try {
    if (secret === '') throw new RangeError('the secret is empty')
    sign('')
    const own = hkdfSync('sha256', key, '', 'sojourn 1 migrate', 32)
    const hmac = createHmac256(new Uint8Array(own))
    const derive = (what: string, sid: string) => hmac(`${what} ${sid}`).slice(0, DERIVED_LENGTH)
    return { sign, derive }
  } catch {
    const rule = 'must be the secret of express-session, a string or bytes, or an array of them'
    throw new OptionError('expressSession.secret', rule)
  }
}

/** `s:<sid>.<signature>`, percent-encoded. */
function verify(
  value: string,
  prefix: string,
  signers: readonly Signer[],
): OldCookie | 'malformed' | 'forged' {
  const text = value.length > LONGEST_VALUE ? undefined : decoded(value)
  const dot = text?.lastIndexOf('.') ?? -1
  if (text === undefined || !text.startsWith('s:') || dot <= 2) return 'malformed'
  const sid = text.slice(2, dot)
  const signature = text.slice(dot + 1)
  const signer = signers.find(({ sign }) => equal(signature, sign(sid)))
  if (signer === undefined) return 'forged'
  const { derive } = signer
  return { key: prefix + sid, id: derive('id', sid), family: derive('family', sid) }
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}

/**
 * `cookie.expires` is not looked at: connect-redis prolongs a record without writing it anew, so
 * of a session in use it may be long past. A record ends when Redis drops it.
 */
function sessionIn(record: unknown): OldSession {
  const { cookie, ...data } = requireObject(record)
  const { originalMaxAge } = requireObject(cookie)
  return { data, maxAgeMs: typeof originalMaxAge === 'number' ? originalMaxAge : null }
}
