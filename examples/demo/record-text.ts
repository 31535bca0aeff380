import type { ReadAnswer, SessionRecord } from 'sojourn'
import { REASON_KEPT } from './session.ts'

type Kept = Exclude<ReadAnswer, string>
type Tombstone = Exclude<Kept, SessionRecord>

/** The memory store keeps objects. This is the text that the same would be in Redis. */
export function textOf(kept: Kept): string {
  return 'ended' in kept ? tombstoneText(kept) : recordText(kept)
}

/** Milliseconds since the epoch. */
export function expiryOf(kept: Kept): number {
  if ('ended' in kept) return kept.ended.at + REASON_KEPT * 1000
  const { touchedAt, timeoutMs, touchIntervalMs, deadline } = kept
  return Math.min(touchedAt + timeoutMs + touchIntervalMs, deadline ?? Infinity)
}

function tombstoneText({ id, ended }: Tombstone): string {
  return `sojourn1-ended ${id} ${ended.at} ${encodeURIComponent(ended.reason)}\n`
}

function recordText(record: SessionRecord): string {
  const { createdAt, deadline, data, flash = '' } = record
  const kinds = flash === '' ? 'text' : `text,text:${Buffer.byteLength(flash)}`
  const header = [
    'sojourn1',
    record.id,
    record.writes.join(','),
    record.familyHash,
    record.edition,
    record.promotedAt - createdAt,
    createdAt,
    record.touchedAt - createdAt,
    `${record.timeoutMs / 1000}+${record.touchIntervalMs / 1000}`,
    deadline === null ? '-' : deadline - createdAt,
    record.persistent ? 'p' : '-',
    record.csrfNonce || '-',
    identityText(record),
    kinds,
  ]
  return `${header.join(' ')}\n${String(data)}${String(flash)}`
}

function identityText({ principal, signedIn, createdAt }: SessionRecord): string {
  if (principal === null || signedIn === null) return '-'
  const { at, amr, address, userAgent } = signedIn
  const [who, ...methods] = [principal, ...amr].map(encodeURIComponent)
  const client = [address ?? '', userAgent ?? ''].map(encodeURIComponent)
  return `${[`${who}@${at - createdAt}`, ...methods].join(',')};${client.join(';')}`
}
