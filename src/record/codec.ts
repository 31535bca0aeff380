import { type Plain, copyOf } from './plain.ts'
import type { SessionRecord } from './record.ts'
import { decode, isTagged } from './serialize.ts'

/** Decodes what the built-in serializer stored. Throws on anything but one plain object. */
export function decodeData(stored: unknown): Record<string, unknown> {
  if (typeof stored !== 'string') throw new SyntaxError('the built-in serializer stores text')
  return requireObject(decode(stored))
}

interface Stored {
  /** For a request of its own. */
  readonly data: Plain
  /** The same, which nobody may change; `undefined` where they are more than plain. */
  readonly pristine: Plain | undefined
}

/**
 * The data of a record that the built-in serializer stored.
 *
 * @throws {SyntaxError} when they cannot be decoded.
 */
export function storedIn({ data: text, memo }: SessionRecord): Stored {
  if (isTagged(text as string)) return { data: decodeData(text), pristine: undefined }
  const pristine = memo?.text === text ? (memo.data as Plain) : decodeData(text)
  if (memo !== undefined) {
    memo.text = text
    memo.data = pristine
  }
  return { data: copyOf(pristine), pristine }
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
