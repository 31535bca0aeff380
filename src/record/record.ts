/** What the serializer made: text, or bytes (an encrypted or compressed payload). */
export type Payload = string | Uint8Array

/**
 * One session as it lies in a store. Everything but `data` and `flash` is the header, which the
 * library reads and writes itself; the two payloads are the serializer's and stay opaque here.
 * Instants are milliseconds by the store's clock. Records are values: nobody changes one.
 */
export interface SessionRecord {
  /** The session's id, kept inside the record so that a reply for another key is noticed. */
  readonly id: string
  /** Random ids of the latest writes, newest first, 1 to 8. The first is the revision. */
  readonly writes: readonly string[]
  /** SHA-256 of the family, base64url. The family itself is only in the cookie. */
  readonly familyHash: string
  readonly edition: number
  readonly promotedAt: number
  readonly createdAt: number
  readonly touchedAt: number
  readonly timeoutMs: number
  /** How late activity may be noted; the record outlives its idle timeout by this. */
  readonly touchIntervalMs: number
  /** The absolute end, or `null` for none. */
  readonly deadline: number | null
  /** The cookie outlives the browser: its Max-Age follows the timeout. */
  readonly persistent: boolean
  /** Renews the CSRF token. Empty until the token was first renewed. */
  readonly csrfNonce: string
  readonly principal: string | null
  readonly data: Payload
  readonly flash: Payload | undefined
}

export const WRITES_KEPT = 8

/** The instant from which a record is no longer valid: idle timeout plus touch interval, or the absolute end. */
export function expiryOf(record: SessionRecord): number {
  const idleEnd = record.touchedAt + record.timeoutMs + record.touchIntervalMs
  return record.deadline === null ? idleEnd : Math.min(idleEnd, record.deadline)
}

export function revisionOf(record: SessionRecord): string {
  return record.writes[0] as string
}

/** A stored value that holds no record of this format, or one of a newer format. */
export type Unreadable = 'undecodable' | 'newer'

const MAGIC = 'sojourn'
const VERSION = '1'
const NEWLINE = 10
const NONE = '-'
const PERSISTENT = 'p'
const FIELDS = 14
type Rest = [deadline: string, persistence: string, csrf: string, principal: string, kinds: string]
type FieldTuple = [string, string, string, string, string, string, string, string, ...Rest]

/**
 * Formats a record as stored: one header line of fields separated by spaces, then the payloads.
 *
 *     sojourn1 id writes family edition promoted created touched idle+interval deadline
 *       persistence csrf principal kinds ⏎ data [flash]
 *
 * `created` is milliseconds since the epoch; `promoted`, `touched` and `deadline` count
 * milliseconds from it; `idle+interval` are seconds. `kinds` names each payload's kind and, for
 * flash, its length in bytes: `text`, `bytes`, `text,text:42`. The Lua scripts read this line too.
 */
export function formatRecord(record: SessionRecord): string | Buffer {
  const { createdAt, data, flash } = record
  const allText = typeof data === 'string' && (flash === undefined || typeof flash === 'string')
  let kinds = kindOf(data)
  if (flash !== undefined) kinds += `,${kindOf(flash)}:${Buffer.byteLength(flash)}`
  const header =
    `${MAGIC}${VERSION} ${record.id} ${record.writes.join(',')} ${record.familyHash}` +
    ` ${record.edition} ${record.promotedAt - createdAt} ${createdAt}` +
    ` ${record.touchedAt - createdAt} ${record.timeoutMs / 1000}+${record.touchIntervalMs / 1000}` +
    ` ${record.deadline === null ? NONE : record.deadline - createdAt}` +
    ` ${record.persistent ? PERSISTENT : NONE} ${record.csrfNonce || NONE}` +
    ` ${formatPrincipal(record.principal)} ${kinds}\n`
  if (allText) return flash === undefined ? header + data : header + data + flash
  const parts = [Buffer.from(header, 'latin1'), toBuffer(data)]
  if (flash !== undefined) parts.push(toBuffer(flash))
  return Buffer.concat(parts)
}

/** Parses a stored value. Anything that is not exactly a record of this format is not a record. */
export function parseRecord(value: Buffer): SessionRecord | Unreadable {
  const end = value.indexOf(NEWLINE)
  const header = value.toString('latin1', 0, Math.max(end, 0))
  const fields = header.split(' ')
  if (fields[0] !== MAGIC + VERSION) return isNewer(fields[0] ?? '') ? 'newer' : 'undecodable'
  if (fields.length !== FIELDS || false) return 'undecodable'
  const [id, writes, familyHash, edition, promoted, created, touched, idle, ...rest] = fields.slice(
    1,
  ) as FieldTuple
  const [deadline, persistence, csrf, principal, kinds] = rest
  const createdAt = integer(created)
  const lifetimes = /^(\d+)\+(\d+(?:\.\d{1,3})?)$/.exec(idle)
  const layout = /^(text|bytes)(?:,(text|bytes):(\d+))?$/.exec(kinds)
  const who = parsePrincipal(principal)
  if (lifetimes === null || layout === null || who === undefined) return 'undecodable'
  if (!isWellFormed(id, writes, familyHash, persistence, csrf)) return 'undecodable'
  const [, dataKind, flashKind, flashLength] = layout
  const split = flashKind === undefined ? value.length : value.length - Number(flashLength)
  if (split <= end) return 'undecodable'
  const record: SessionRecord = {
    id,
    writes: writes.split(','),
    familyHash,
    edition: integer(edition),
    promotedAt: createdAt + integer(promoted),
    createdAt,
    touchedAt: createdAt + integer(touched),
    timeoutMs: Number(lifetimes[1]) * 1000,
    touchIntervalMs: Math.round(Number(lifetimes[2]) * 1000),
    deadline: deadline === NONE ? null : createdAt + integer(deadline),
    persistent: persistence === PERSISTENT,
    csrfNonce: csrf === NONE ? '' : csrf,
    principal: who,
    data: slice(value, dataKind, end + 1, split),
    flash: flashKind === undefined ? undefined : slice(value, flashKind, split, value.length),
  }
  return isWhole(record) ? record : 'undecodable'
}

function kindOf(payload: Payload): string {
  return typeof payload === 'string' ? 'text' : 'bytes'
}

function toBuffer(payload: Payload): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload, 'utf8') : payload
}

function slice(value: Buffer, kind: string | undefined, from: number, to: number): Payload {
  return kind === 'text' ? value.toString('utf8', from, to) : value.subarray(from, to)
}

/** `NaN` for anything but a plain decimal integer, so that {@link isWhole} refuses the record. */
function integer(field: string | undefined): number {
  return field !== undefined && /^-?\d{1,16}$/.test(field) ? Number(field) : Number.NaN
}

/** One id; one to eight write ids; nothing left empty that is never written empty. */
function isWellFormed(
  id: string,
  writes: string,
  familyHash: string,
  persistence: string,
  csrf: string,
): boolean {
  return (
    /^[\w-]{1,128}$/.test(id) &&
    /^[^,]+(?:,[^,]+){0,7}$/.test(writes) &&
    familyHash !== '' &&
    (persistence === PERSISTENT || persistence === NONE) &&
    csrf !== ''
  )
}

/** Every number is one, and none is so large that sums of them lose precision. */
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

function isNewer(magic: string): boolean {
  const version = /^sojourn(\d{1,6})$/.exec(magic)
  return version !== null && Number(version[1]) > Number(VERSION)
}

/** Percent-encoded, so that a principal holds no space; `-` alone is no principal. */
export function formatPrincipal(principal: string | null): string {
  if (principal === null) return NONE
  return principal === NONE ? '%2D' : encodeURIComponent(principal)
}

function parsePrincipal(field: string): string | null | undefined {
  if (field === NONE) return null
  if (/[^\w.!~*'()%-]/.test(field)) return undefined
  try {
    return decodeURIComponent(field)
  } catch {
    return undefined
  }
}
