import { isUtf8 } from 'node:buffer'
import { IDENTITY, formatIdentity, parseIdentity } from './identity.ts'
import type { Payload, SessionRecord } from './record.ts'
import { WRITES_KEPT } from './writes.ts'

/** A stored value that holds no record of this format, or one of a newer format. */
export type Unreadable = 'undecodable' | 'newer'

const MAGIC = 'sojourn'
const VERSION = '1'
const NEWLINE = 10
const NONE = '-'
const PERSISTENT = 'p'

const INTEGER = String.raw`(-?\d{1,16})`
const WRITE = String.raw`[!-+\--~]+`
/** The header line, field by field. One expression, because this is read on every request. */
const HEADER = new RegExp(
  [
    `^${MAGIC}${VERSION}`,
    String.raw`([\w-]{1,128})`, // id
    `(${WRITE}(?:,${WRITE}){0,${WRITES_KEPT}})`, // a touch, writes
    '([!-~]+)', // family
    `${INTEGER} ${INTEGER} ${INTEGER} ${INTEGER}`, // edition promoted created touched
    String.raw`(\d+)\+(\d+(?:\.\d{1,3})?)`, // idle+interval
    String.raw`(-|-?\d{1,16})`, // deadline
    '([p-])', // persistence
    '([!-~]+)', // csrf
    `(${IDENTITY})`, // identity
    String.raw`(text|bytes)(?:,(text|bytes):(\d+))?$`, // kinds
  ].join(' '),
)

/**
 * A record as it is stored: its bytes, or text where each character is one byte of it. A client sends
 * a command of nothing but text in one piece.
 */
export type StoredRecord = Buffer | string

/**
 * Formats a record: one header line of fields separated by spaces, then the payloads.
 *
 *     sojourn1 id writes family edition promoted created touched idle+interval deadline
 *       persistence csrf identity kinds ⏎ data [flash]
 *
 * `created` is milliseconds since the epoch; `promoted`, `touched` and `deadline` count
 * milliseconds from it; `idle+interval` are seconds. `kinds` names each payload's kind and, for
 * flash, its length in bytes: `text`, `bytes`, `text,text:42`. The Lua scripts read this line too.
 */
export function formatRecord(record: SessionRecord): StoredRecord {
  const { data, flash } = record
  const header = formatHeader(record)
  if (typeof data === 'string' && flash === undefined) {
    const text = header + data
    return Buffer.byteLength(data) === data.length ? text : Buffer.from(text)
  }
  const parts = [Buffer.from(header), toBuffer(data)]
  if (flash !== undefined) parts.push(toBuffer(flash))
  return Buffer.concat(parts)
}

/** How many bytes a record is as stored. */
export function bytesOf(record: SessionRecord): number {
  const { data, flash = '' } = record
  return formatHeader(record).length + Buffer.byteLength(data) + Buffer.byteLength(flash)
}

/** The header line of a record as stored, its end included. */
export function formatHeader(record: SessionRecord): string {
  const { createdAt, data, flash } = record
  let kinds = kindOf(data)
  if (flash !== undefined) kinds += `,${kindOf(flash)}:${Buffer.byteLength(flash)}`
  return (
    `${MAGIC}${VERSION} ${record.id} ${record.writes.join(',')} ${record.familyHash}` +
    ` ${record.edition} ${record.promotedAt - createdAt} ${createdAt}` +
    ` ${record.touchedAt - createdAt} ${record.timeoutMs / 1000}+${record.touchIntervalMs / 1000}` +
    ` ${record.deadline === null ? NONE : record.deadline - createdAt}` +
    ` ${record.persistent ? PERSISTENT : NONE} ${record.csrfNonce || NONE}` +
    ` ${formatIdentity(record, createdAt)} ${kinds}\n`
  )
}

/** Parses a stored value. Anything that is not exactly a record of this format is not a record. */
export function parseRecord(value: Buffer): SessionRecord | Unreadable {
  const end = value.indexOf(NEWLINE)
  const header = value.toString('latin1', 0, Math.max(end, 0))
  const fields = HEADER.exec(header)
  if (fields === null) return isNewer(header) ? 'newer' : 'undecodable'
  const [, id, writes, familyHash, edition, promoted, created, touched, ...rest] =
    fields as unknown as Fields
  const [idle, interval, deadline, persistence, csrf, identity, dataKind, flashKind, length] = rest
  const split = flashKind === undefined ? value.length : value.length - Number(length)
  if (split <= end) return 'undecodable'
  const createdAt = Number(created)
  const who = parseIdentity(identity, createdAt)
  const data = payloadIn(value, dataKind, end + 1, split)
  const flash = flashKind && payloadIn(value, flashKind, split, value.length)
  if (who === undefined || data === undefined) return 'undecodable'
  if (flashKind !== undefined && flash === undefined) return 'undecodable'
  const record: SessionRecord = {
    id,
    writes: writes.split(','),
    familyHash,
    edition: Number(edition),
    promotedAt: createdAt + Number(promoted),
    createdAt,
    touchedAt: createdAt + Number(touched),
    timeoutMs: Number(idle) * 1000,
    touchIntervalMs: Math.round(Number(interval) * 1000),
    deadline: deadline === NONE ? null : createdAt + Number(deadline),
    persistent: persistence === PERSISTENT,
    csrfNonce: csrf === NONE ? '' : csrf,
    principal: who.principal,
    signedIn: who.signedIn,
    data,
    flash,
  }
  return isWhole(record) ? record : 'undecodable'
}

type Header = [string, string, string, string, string, string, string, string]
type Lifetimes = [idle: string, interval: string, deadline: string, persistence: string]
type Rest = [csrf: string, identity: string, dataKind: string, flashKind?: string, length?: string]
type Fields = [...Header, ...Lifetimes, ...Rest]

function kindOf(payload: Payload): string {
  return typeof payload === 'string' ? 'text' : 'bytes'
}

function toBuffer(payload: Payload): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : payload
}

/** `undefined` for text that is not UTF-8, which would read as U+FFFD and not as what was stored. */
function payloadIn(value: Buffer, kind: string, from: number, to: number): Payload | undefined {
  if (kind === 'bytes') return value.subarray(from, to)
  const text = value.toString('utf8', from, to)
  return text.includes('\ufffd') && !isUtf8(value.subarray(from, to)) ? undefined : text
}

/** No number is so large that sums of them lose precision. */
function isWhole(record: SessionRecord): boolean {
  const { edition, promotedAt, createdAt, touchedAt, deadline } = record
  const furthest =
    edition +
    Math.abs(promotedAt - createdAt) +
    Math.abs(createdAt) +
    Math.abs(touchedAt - createdAt) +
    (record.timeoutMs + record.touchIntervalMs) +
    (deadline === null ? 0 : Math.abs(deadline - createdAt))
  return edition >= 0 && furthest <= Number.MAX_SAFE_INTEGER
}

function isNewer(header: string): boolean {
  const version = /^sojourn(\d{1,6})(?: |$)/.exec(header)
  return version !== null && Number(version[1]) > Number(VERSION)
}
