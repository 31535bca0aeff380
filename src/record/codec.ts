import { type Memo, emptyMemo, memoOf } from './memo.ts'
import { outlineOf } from './outline.ts'
import { type Plain, copyOf } from './plain.ts'
import type { Payload, SessionRecord } from './record.ts'
import { decode, isTagged } from './serialize.ts'

/** Decodes what the built-in serializer stored. Throws on anything but one plain object. */
export function decodeData(stored: unknown): Record<string, unknown> {
  if (typeof stored !== 'string') throw new SyntaxError('the built-in serializer stores text')
  return requireObject(decode(stored))
}

interface Stored {
  /** For a request of its own. */
  readonly data: Plain
  /** Has an outline where they are plain. */
  readonly memo: Memo
}

/**
 * The data of a record that the built-in serializer stored. Who asks first gets what was decoded;
 * of a record that is asked for again that is kept, and copies are made of it.
 *
 * @throws {SyntaxError} when they cannot be decoded.
 */
export function storedIn(record: SessionRecord): Stored {
  const { data: text } = record
  const memo = memoOf(record) ?? emptyMemo()
  if (memo.outline === undefined) {
    const data = decodeData(text)
    if (!isTagged(text as string)) memo.outline = outlineOf(data)
    return { data, memo }
  }
  memo.data ??= decodeData(text)
  return { data: copyOf(memo.data), memo }
}

/** The one shape session data have: a plain object. Also what a custom deserializer must give. */
export function requireObject(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) {
      return value as Record<string, unknown>
    }
  }
  throw new SyntaxError('session data must be one plain object')
}

/** Text nobody can change, or bytes that nobody else has. */
export function ownPayload(payload: Payload): Payload {
  return typeof payload === 'string' ? payload : Buffer.from(payload)
}
