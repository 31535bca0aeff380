import { createSeal, hashFamily } from '../../src/cookie/credential.ts'
import type { SessionRecord } from '../../src/record/record.ts'
import type { Random } from '../../src/testing/random.ts'

/** The cookie of visitors, and that of whoever is signed in. */
export const NAME = '__Host-sid'
export const SIGNED_IN = '__Host-sid-in'
export type CookieName = typeof NAME | typeof SIGNED_IN
export const PREFIX = 'session:'
export const SECRET = 'a secret of the fuzz campaigns, long enough for them'
/** The time, always. */
export const NOW = 4_000_000_000_000

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** A session whose cookie is known, made from a seed as no real one is. */
export interface Known {
  readonly record: SessionRecord
  readonly family: string
  /** The cookie that opens it. */
  readonly name: CookieName
  readonly value: string
}

/** Looks like 128 random bits. */
export function tokenFrom(random: Random, length = 22): string {
  let token = ''
  for (let at = 0; at < length; at++) token += ALPHABET[random.below(64)]
  return token
}

export const seal = createSeal([SECRET], PREFIX)

export function knownSession(
  random: Random,
  given: Partial<SessionRecord> = {},
  name: CookieName = NAME,
): Known {
  const family = tokenFrom(random)
  const record: SessionRecord = {
    id: tokenFrom(random),
    writes: [tokenFrom(random, 8)],
    familyHash: hashFamily(family),
    edition: 0,
    promotedAt: NOW,
    createdAt: NOW,
    touchedAt: NOW,
    timeoutMs: 1_200_000,
    touchIntervalMs: 60_000,
    deadline: NOW + 86_400_000,
    persistent: false,
    csrfNonce: '',
    principal: null,
    signedIn: null,
    data: '{}',
    flash: undefined,
    ...given,
  }
  const { id, edition } = record
  return { record, family, name, value: seal.write(name, { id, family, edition }) }
}

/** What may be shown of an input: never a valid signature. */
export function withoutSignatures(text: string, known: Iterable<Known>): string {
  let shown = text
  for (const { value } of known) shown = shown.replaceAll(signatureOf(value), '<its signature>')
  return shown
}

export function signatureOf(value: string): string {
  return value.slice(value.lastIndexOf('.') + 1)
}
