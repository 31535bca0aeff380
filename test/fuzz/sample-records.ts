import { sha256 } from '../../src/cookie/hmac.ts'
import { encrypt } from '../../src/encrypt/encrypt.ts'
import type { Payload, SessionRecord } from '../../src/record/record.ts'
import { recordBytes } from '../support/record-bytes.ts'
import { decode, encode } from '../../src/record/serialize.ts'
import { randomFor } from './campaign.ts'
import { type Known, NOW, knownSession } from './known-sessions.ts'

/** A session as it lies in a store, before anybody changes it. */
export interface Sample {
  readonly known: Known
  /** Whose payloads they are: the built-in serializer's, bytes of an application's own, encrypt()'s. */
  readonly kind: 'text' | 'bytes' | 'sealed'
  readonly value: Buffer
  /** What was sealed. */
  readonly plain: Partial<SessionRecord>
}

/** Its nonces are random, whatever the seed; which bytes are changed is not. */
export const SEALING = encrypt({ keys: [sha256('a key of the fuzz campaigns')] })

const CART = { user: 'ada', cart: { items: ['tea', 'milk'], total: 12.5 }, n: 3 }
const TAGGED = {
  seen: new Date(NOW),
  tags: new Map<unknown, unknown>([
    ['a', new Set([1, 'x'])],
    [2, { deep: [undefined, -0, 2n ** 70n] }],
  ]),
  link: new URL('https://example.com/?q=1'),
  bytes: Uint8Array.of(0, 255),
}
const WORDS = { name: 'Zoë 🦊 日本語', quote: '"\\\u2028\n', 'ключ с пробелом': ['ö', '\u0000'] }
const circle: Record<string, unknown> = { name: 'circle', twice: [TAGGED.seen, TAGGED.seen] }
circle['self'] = circle

const BY_PASSWORD = { at: NOW - 1000, amr: ['pwd', 'otp'], address: null, userAgent: null }
const BY_KEY = { at: NOW + 5, amr: [], address: '2001:db8::1', userAgent: 'Zoë/1 (a; b, c@d)' }

const flashOf = (...messages: unknown[]) =>
  encode({ flash: messages.map((message, at) => [`flash${at}`, at % 2 ? 'info' : '', message]) })

const TEXTS: readonly Partial<SessionRecord>[] = [
  { data: '{}' },
  { data: encode(CART) },
  { data: encode(TAGGED) },
  { data: encode(WORDS) },
  { data: encode(circle) },
  { data: encode({ form: { $Date: 1 }, $tagged: 2 }) },
  { data: encode({ list: Array.from({ length: 40 }, (_, at) => ({ at })) }) },
  { data: encode(CART), flash: flashOf('saved', { say: ['no'] }) },
  { data: encode(WORDS), flash: flashOf('gespeichert – ✓', new Date(NOW), 'x') },
  { data: encode(CART), principal: 'ann@example.org' },
  { data: encode(CART), principal: 'Zoë 🦊', persistent: true },
  { data: encode(CART), principal: '-' },
  { data: encode(CART), principal: 'ann', signedIn: BY_PASSWORD },
  { data: encode(CART), principal: 'Zoë 🦊', signedIn: BY_KEY },
  {
    data: encode(CART),
    principal: 'ann@example.org',
    signedIn: {
      at: NOW + 60_000,
      amr: ['pwd', 'otp'],
      address: '203.0.113.7',
      userAgent: 'A (b;c)',
    },
  },
  {
    data: encode(CART),
    principal: 'bob',
    signedIn: { at: NOW, amr: [], address: null, userAgent: null },
  },
  { data: encode(CART), principal: '', csrfNonce: 'aB3dE6gH9jK2mN5pQ8sT1v' },
  { data: encode(CART), deadline: null, edition: 41, promotedAt: NOW - 90_000 },
  { data: encode(CART), createdAt: NOW - 5_000_000, touchedAt: NOW - 30_000 },
  { data: encode(CART), writes: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], touchIntervalMs: 1500 },
]

/** Some sessions of each kind, always the same for the same seed. */
export function samplesFrom(seed: number): Sample[] {
  let made = 0
  const make = (given: Partial<SessionRecord>, kind: Sample['kind']): Sample => {
    const known = knownSession(randomFor(seed, -1 - made++), given)
    const record = kind === 'sealed' ? sealed(known.record) : known.record
    const value = recordBytes(record)
    return { known: { ...known, record }, kind, value, plain: given }
  }
  const plain = TEXTS.filter(({ data, flash }) => !`${String(data)}${String(flash)}`.includes('$'))
  return [
    ...TEXTS.map((given) => make(given, 'text')),
    ...plain.map((given) => make(inBytes(given), 'bytes')),
    ...TEXTS.map((given) => make(given, 'sealed')),
  ]
}

function inBytes({ data, flash, ...given }: Partial<SessionRecord>): Partial<SessionRecord> {
  const bytes = flash === undefined ? undefined : Buffer.from(flash)
  return { ...given, data: Buffer.from(data ?? ''), flash: bytes }
}

function sealed({ data, flash, ...record }: SessionRecord): SessionRecord {
  const seal = (part: 'data' | 'flash', text: Payload): Payload => {
    const { id, principal } = record
    const data = decode(String(text)) as Record<string, unknown>
    return SEALING.serialize(data, { id, part, principal }) as Payload
  }
  return { ...record, data: seal('data', data), flash: flash && seal('flash', flash) }
}
