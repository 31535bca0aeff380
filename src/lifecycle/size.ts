import { DataError } from '../errors.ts'
import { publish } from '../events.ts'
import type { Payload } from '../record/record.ts'
import { encodeComparable } from '../record/serialize.ts'
import { dataOf } from '../session/data.ts'
import { stateOf } from '../session/session.ts'
import type { Visit } from '../session/visit.ts'
import { cut } from '../words.ts'
import type { Engine } from './engine.ts'

/** Of the keys of a large session so many are named, the largest first. */
const NAMED = 5
/** Data that are used as keys can be as long as they like. */
const LONGEST_SHOWN = 64
/** Of a character of UTF-16, as UTF-8. */
const BYTES_AT_MOST = 3

let warned = false

/** @throws {DataError} `too_large`. */
export function checkSize(
  { policy }: Engine,
  visit: Visit,
  data: Payload,
  flash: Payload | undefined,
): void {
  const limit = Math.min(policy.maxBytes, policy.warnBytes)
  // No character takes more. To count the bytes costs more than all else here.
  if (BYTES_AT_MOST * (data.length + (flash?.length ?? 0)) <= limit) return
  const bytes = Buffer.byteLength(data) + (flash === undefined ? 0 : Buffer.byteLength(flash))
  if (bytes > policy.maxBytes) {
    const rule = `maxBytes allows ${policy.maxBytes}`
    throw new DataError('too_large', '', `the session takes ${bytes} bytes; ${rule}`)
  }
  if (bytes > policy.warnBytes) tell(visit, bytes, policy.warnBytes)
}

/** An event each time, a warning once: nobody finds large sessions by looking for them. */
function tell({ session, request }: Visit, bytes: number, warnBytes: number): void {
  const largest = sizesOf(dataOf(session))
  publish('large', { id: stateOf(session).id, bytes, largest, request })
  if (warned) return
  warned = true
  const keys = largest
    .map(({ key, bytes: size }) => `${cut(key, LONGEST_SHOWN)} (${size})`)
    .join(', ')
  process.emitWarning(
    `a session takes ${bytes} bytes, more than warnBytes, ${warnBytes}; every request reads all of ` +
      `it, and every change writes all of it. Its largest keys: ${keys}`,
    { type: 'SojournWarning', code: 'SOJOURN_LARGE' },
  )
}

/** As the request has them; a value that only a serializer of the application can write has none. */
function sizesOf(data: Record<string, unknown>): { key: string; bytes: number }[] {
  return Object.entries(data)
    .map(([key, value]) => ({ key, bytes: Buffer.byteLength(encodeComparable(value) ?? '') }))
    .toSorted((one, other) => other.bytes - one.bytes)
    .slice(0, NAMED)
}
