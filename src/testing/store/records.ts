import type { Payload, SessionRecord } from '../../record/record.ts'
import { withWrite } from '../../record/writes.ts'
import type { Store, Touch } from '../../store/store.ts'

let made = 0

/** A name that nothing used before. */
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
    signedIn: null,
    data: '{"cart":["tea"]}',
    flash: undefined,
    ...given,
  }
}

/** A record that expires in so many milliseconds: the latest activity is long ago. */
export function dying(store: Store, lifeMs: number): SessionRecord {
  const alive = recordOf(store)
  const born = alive.touchedAt - (alive.timeoutMs + alive.touchIntervalMs) + lifeMs
  return { ...alive, createdAt: born, promotedAt: born, touchedAt: born }
}

/** The record that the next write makes of this one. */
export function successor(
  record: SessionRecord,
  given: Partial<SessionRecord> = {},
): SessionRecord {
  const writes = withWrite(record.writes, fresh('write'))
  return { ...record, writes, data: `{"write":"${writes[0] as string}"}`, ...given }
}

export function touchId(): string {
  return `~${fresh('touch')}`
}

/** A touch 100 ms after the last activity, except for what is given. */
export function touchOf(
  { familyHash, edition, touchedAt }: SessionRecord,
  given: Partial<Touch> = {},
): Touch {
  return {
    familyHash,
    edition,
    at: touchedAt + 100,
    active: true,
    writeId: touchId(),
    ...given,
  }
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
  'control characters': { data: '\0\u0001\u001f\u007f' },
  'spaces at both ends': { data: ' \t{}\t ' },
  'a mebibyte of text': { data: 'x'.repeat(1_048_576) },
  'every byte': { data: EVERY_BYTE },
  'no bytes': { data: Buffer.alloc(0) },
  'text and flash': { data: '{"a":1}', flash: '[{"message":"gespeichert — ✓"}]' },
  'bytes and flash bytes': { data: EVERY_BYTE, flash: Buffer.from(EVERY_BYTE.toReversed()) },
  'text and flash bytes': { data: '{"é":1}', flash: EVERY_BYTE },
  'bytes and flash text': { data: EVERY_BYTE, flash: '["ö"]' },
  'empty flash': { data: '{}', flash: '' },
} satisfies Record<string, Partial<SessionRecord>>

/** A store may give bytes back as another kind of Uint8Array, and leave out a missing flash. */
export function comparable(record: SessionRecord): SessionRecord {
  const { data, flash } = record
  return { ...record, data: plain(data), flash: flash === undefined ? undefined : plain(flash) }
}

function plain(payload: Payload): Payload {
  return typeof payload === 'string' ? payload : Buffer.from(payload)
}
