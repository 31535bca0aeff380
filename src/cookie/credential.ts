import { hkdfSync, timingSafeEqual } from 'node:crypto'
import { type Hmac, createHmac256, sha256 } from './hmac.ts'
import { RecentlyVerified } from './recently-verified.ts'

/** What a session cookie says: `id.family.edition`, before its signature. */
export interface Credential {
  readonly id: string
  readonly family: string
  readonly edition: number
}

/** One whose signature is ours. */
export interface VerifiedCredential extends Credential {
  /** {@link hashFamily} of the family. */
  readonly familyHash: string
  /** Where its session lies: key prefix and id. */
  readonly key: string
  /** Signed by the first secret, the one that signs now. */
  readonly signedByFirst: boolean
}

/** Signs credentials for one cookie name and reads them back. */
export interface Seal {
  write(cookieName: string, credential: Credential): string
  read(cookieName: string, value: string): VerifiedCredential | 'malformed' | 'forged'
}

const VERSION = '1'
export const ID = /^[A-Za-z0-9_-]{1,128}$/
const VALUE = /^[A-Za-z0-9_-]{1,128}\.[A-Za-z0-9_-]{22}\.(?:0|[1-9][0-9]{0,8})\.[A-Za-z0-9_-]{43}$/

/**
 * The first secret signs, all verify. The signature covers version, cookie name, key prefix, id,
 * family and edition, so a cookie of one set of sessions never opens another's.
 */
export function createSeal(secrets: readonly string[], prefix: string): Seal {
  const hmacs = secrets.map((secret) => deriveHmac(secret, 'cookie'))
  const sign = hmacs[0] as Hmac
  const recent = new RecentlyVerified()

  /** Lengths come first, so that no two of these texts are alike by accident. */
  function text(cookieName: string, body: string): string {
    return `${VERSION} ${cookieName.length} ${cookieName} ${prefix.length} ${prefix} ${body}`
  }

  function verify(cookieName: string, sent: string): VerifiedCredential | 'malformed' | 'forged' {
    if (!VALUE.test(sent)) return 'malformed'
    const value = copyOf(sent)
    const [id, family, edition, signature] = value.split('.') as [string, string, string, string]
    const signed = text(cookieName, value.slice(0, -signature.length - 1))
    const signer = hmacs.findIndex((hmac) => equal(signature, hmac(signed)))
    if (signer === -1) return 'forged'
    return recent.note(cookieName, value, {
      id,
      family,
      edition: Number(edition),
      familyHash: hashFamily(family),
      key: prefix + id,
      signedByFirst: signer === 0,
    })
  }

  return {
    write(cookieName, { id, family, edition }) {
      const body = `${id}.${family}.${edition}`
      return `${body}.${sign(text(cookieName, body))}`
    },
    read(cookieName, value) {
      return recent.find(cookieName, value) ?? verify(cookieName, value)
    },
  }
}

/** A part of a string keeps all of it in memory: here, the whole Cookie header. */
function copyOf(value: string): string {
  return Buffer.from(value, 'latin1').toString('latin1')
}

/** In constant time; only lengths, which are no secret, are compared first. */
export function equal(given: string, right: string): boolean {
  const bytes = Buffer.from(given)
  return bytes.length === right.length && timingSafeEqual(bytes, Buffer.from(right))
}

/** One key per purpose, so that no signature of one kind serves as another (RFC 5869). */
export function deriveHmac(secret: string, purpose: 'cookie' | 'csrf'): Hmac {
  const key = hkdfSync('sha256', secret, '', `sojourn ${VERSION} ${purpose}`, 32)
  return createHmac256(new Uint8Array(key))
}

/** 132 bits: a family has 128, so that more of its hash would say nothing more. */
const HASH_LENGTH = 22

/**
 * What the record keeps of a family, the beginning of its SHA-256: enough to recognise it, not
 * enough to make a cookie (docs/decisions/032).
 */
export function hashFamily(family: string): string {
  return sha256(family).slice(0, HASH_LENGTH)
}
