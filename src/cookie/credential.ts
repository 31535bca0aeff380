import { createHash, createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** What a session cookie says: `id.family.edition`, before its signature. */
export interface Credential {
  readonly id: string
  readonly family: string
  readonly edition: number
}

/** Signs credentials for one cookie name and reads them back. */
export interface Seal {
  write(cookieName: string, credential: Credential): string
  read(cookieName: string, value: string): Credential | 'malformed' | 'forged'
}

const VERSION = '1'
export const ID = /^[A-Za-z0-9_-]{1,128}$/
const VALUE =
  /^([A-Za-z0-9_-]{1,128})\.([A-Za-z0-9_-]{22})\.(0|[1-9][0-9]{0,8})\.([A-Za-z0-9_-]{43})$/

/**
 * The first secret signs, all verify. The signature covers version, cookie name, key prefix, id,
 * family and edition, so a cookie of one set of sessions never opens another's.
 */
export function createSeal(secrets: readonly string[], prefix: string): Seal {
  const keys = secrets.map((secret) => deriveKey(secret, 'cookie'))
  const signingKey = keys[0] as KeyObject

  /** Lengths come first, so that no two of these texts are alike by accident. */
  function text(cookieName: string, body: string): string {
    return `${VERSION} ${cookieName.length} ${cookieName} ${prefix.length} ${prefix} ${body}`
  }

  return {
    write(cookieName, { id, family, edition }) {
      const body = `${id}.${family}.${edition}`
      return `${body}.${sign(signingKey, text(cookieName, body))}`
    },
    read(cookieName, value) {
      const parts = VALUE.exec(value)
      if (parts === null) return 'malformed'
      const [, id, family, edition, signature] = parts as unknown as [string, ...string[]]
      const signed = text(cookieName, value.slice(0, value.lastIndexOf('.')))
      const given = Buffer.from(signature as string, 'latin1')
      const verifies = (key: KeyObject) =>
        timingSafeEqual(given, Buffer.from(sign(key, signed), 'latin1'))
      if (!keys.some(verifies)) return 'forged'
      return { id: id as string, family: family as string, edition: Number(edition) }
    },
  }
}

/** One key per purpose, so that no signature of one kind serves as another (RFC 5869). */
export function deriveKey(secret: string, purpose: 'cookie' | 'csrf'): KeyObject {
  const key = hkdfSync('sha256', secret, '', `sojourn ${VERSION} ${purpose}`, 32)
  return createSecretKey(Buffer.from(key))
}

export function sign(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}

/** What the record keeps of a family: enough to recognise it, not enough to make a cookie. */
export function hashFamily(family: string): string {
  return createHash('sha256').update(family).digest('base64url')
}
