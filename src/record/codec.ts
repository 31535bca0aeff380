import type { SessionRecord } from './record.ts'
import { decode, isTagged } from './serialize.ts'

/** Decodes what the built-in serializer stored. Throws on anything but one plain object. */
export function decodeData(stored: unknown): Record<string, unknown> {
  if (typeof stored !== 'string') throw new SyntaxError('the built-in serializer stores text')
  return requireObject(decode(stored))
}

/** The data of a record, for a request of its own. Of one that is kept, a copy. */
export function dataIn({ data: text, memo }: SessionRecord): Record<string, unknown> {
  if (memo === undefined || isTagged(text as string)) return decodeData(text)
  if (memo.data === undefined || memo.text !== text) {
    memo.data = decodeData(text)
    memo.text = text
  }
  return copyOf(memo.data)
}

/** Of what JSON can say, nothing shared. To spread an object is quicker than to fill one. */
function copyOf(object: Record<string, unknown>): Record<string, unknown> {
  const copy = { ...object }
  for (const key in copy) {
    const value = copy[key]
    if (typeof value === 'object' && value !== null) copy[key] = copyOfNested(value)
  }
  return copy
}

function copyOfNested(value: object): object {
  if (!Array.isArray(value)) return copyOf(value as Record<string, unknown>)
  const copy = [...(value as unknown[])]
  for (let at = 0; at < copy.length; at++) {
    const item = copy[at]
    if (typeof item === 'object' && item !== null) copy[at] = copyOfNested(item)
  }
  return copy
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
