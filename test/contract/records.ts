import type { Payload, SessionRecord } from '../../src/record/record.ts'
import type { Store } from '../../src/store/store.ts'

/** A store to be put through the contract. */
export interface Subject {
  readonly store: Store
  /** The instant at which the store itself forgets the key; only where it does that. */
  readonly expiryAt?: (key: string) => Promise<number>
  /** Lets this much time pass. Default: really. */
  readonly pass?: (ms: number) => void
  readonly end?: () => Promise<void>
}

let made = 0

/** A name that no test used before. */
export function fresh(kind: string): string {
  made += 1
  return `${kind}-${made}-${Math.random().toString(36).slice(2)}`
}

/** A record as a visitor's first write makes it, except for what is given. */
export function recordOf(store: Store, given: Partial<SessionRecord> = {}): SessionRecord {
  const now = Math.trunc(store.now())
  return {
    id: fresh('id'),
    writes: [fresh('write')],
    familyHash: 'family-of-the-first-visit',
    edition: 0,
    promotedAt: now,
    createdAt: now,
    touchedAt: now,
    timeoutMs: 1_200_000,
    touchIntervalMs: 60_000,
    deadline: now + 86_400_000,
    persistent: false,
    csrfNonce: '',
    principal: null,
    data: '{"cart":["tea"]}',
    flash: undefined,
    ...given,
  }
}

/** The record that the next write makes of this one. */
export function successor(record: SessionRecord, given: Partial<SessionRecord> = {}) {
  const writes = [fresh('write'), ...record.writes].slice(0, 8)
  return { ...record, writes, data: `{"write":"${writes[0] as string}"}`, ...given }
}

/** What a replace of this record is told to expect. */
export function expecting({ writes, familyHash }: SessionRecord) {
  return { revision: writes[0] as string, familyHash }
}

export const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

export const ODD_PRINCIPALS = [
  '',
  '-',
  ' ',
  'two words',
  'line\nbreak\r\n',
  '100%',
  '%2D',
  'a,b',
  'Zoë 🦊',
  "-_.!~*'()",
  '\0',
]

export const PAYLOADS = {
  'no data': { data: '' },
  'line breaks': { data: '\n\r\n\nsojourn1 a b' },
  'text that is not ASCII': { data: '{"name":"Zoë 🦊 日本語 \u2028"}' },
  'every byte': { data: EVERY_BYTE },
  'no bytes': { data: Buffer.alloc(0) },
  'text and flash': { data: '{"a":1}', flash: '[{"message":"gespeichert — ✓"}]' },
  'bytes and flash bytes': { data: EVERY_BYTE, flash: Buffer.from(EVERY_BYTE.toReversed()) },
  'text and flash bytes': { data: '{"é":1}', flash: EVERY_BYTE },
  'bytes and flash text': { data: EVERY_BYTE, flash: '["ö"]' },
  'empty flash': { data: '{}', flash: '' },
} satisfies Record<string, Partial<SessionRecord>>

/** A store may give bytes back as another kind of Uint8Array. */
export function comparable(record: SessionRecord): SessionRecord {
  const { data, flash } = record
  return { ...record, data: plain(data), flash: flash === undefined ? undefined : plain(flash) }
}

function plain(payload: Payload): Payload {
  return typeof payload === 'string' ? payload : Buffer.from(payload)
}
