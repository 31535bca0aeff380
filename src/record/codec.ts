import { decode } from './serialize.ts'

/** Decodes what the built-in serializer stored. Throws on anything but one plain object. */
export function decodeData(stored: unknown): Record<string, unknown> {
  if (typeof stored !== 'string') throw new SyntaxError('the built-in serializer stores text')
  return requireObject(decode(stored))
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
