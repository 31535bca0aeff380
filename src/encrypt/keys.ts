import { hkdfSync } from 'node:crypto'
import { OptionError } from '../errors.ts'
import { show } from '../options/check.ts'
import { HOW_TO_MAKE, isGuessable } from '../options/guessable.ts'
import { type Xaes, createXaes } from './xaes.ts'

const KEY_BYTES = 32
export const KEY_ID_BYTES = 4

const HEX = /^[0-9a-f]{64}$/i
/** Of 32 bytes, in either alphabet, padded or not (RFC 4648). */
const BASE64 = /^[\w+/-]{43}=?$/
const PRINTABLE = /^[\x20-\x7e]*$/

export interface Key {
  /**
   * Says in a payload which key it is for. Derived under a label of its own, so it says nothing
   * about what encrypts (RFC 5869 3.2); who wants to try a guessed key can do so with any payload.
   */
  readonly id: Buffer
  readonly xaes: Xaes
}

/**
 * The keys in the order given.
 *
 * @throws {OptionError} naming the key by its place and the rule, never the key.
 */
export function resolveKeys(keys: unknown): readonly [Key, ...Key[]] {
  if (!Array.isArray(keys) || keys.length === 0) {
    throw new OptionError('encrypt.keys', `must be an array of at least one key; ${HOW_TO_MAKE}`)
  }
  const resolved = Array.from(keys, (given: unknown, at) =>
    keyOf(requireKey(`encrypt.keys[${at}]`, given)),
  )
  const ids = resolved.map(({ id }) => id.toString('hex'))
  const again = ids.findIndex((id, at) => ids.indexOf(id) < at)
  if (again !== -1) throw new OptionError(`encrypt.keys[${again}]`, 'is the same key again')
  return resolved as [Key, ...Key[]]
}

function keyOf(bytes: Uint8Array): Key {
  const derive = (purpose: string, length: number) =>
    Buffer.from(hkdfSync('sha256', bytes, '', `sojourn 1 ${purpose}`, length))
  return {
    id: derive('payload key id', KEY_ID_BYTES),
    xaes: createXaes(derive('payload', KEY_BYTES)),
  }
}

function requireKey(option: string, given: unknown): Uint8Array {
  if (given instanceof Uint8Array) {
    if (given.length !== KEY_BYTES) throw refusal(option, `not ${given.length} bytes`)
    return requireRandom(option, given)
  }
  if (typeof given !== 'string') throw refusal(option, `not ${show(given)}`)
  const encoding = HEX.test(given) ? 'hex' : BASE64.test(given) ? 'base64' : undefined
  if (encoding === undefined)
    throw refusal(option, `not another text of ${given.length} characters`)
  if (isGuessable(given)) throw notRandom(option)
  return requireRandom(option, Buffer.from(given, encoding))
}

/** Every byte printable: by chance once in 2^45 keys, by mistake whenever a text was taken. */
function requireRandom(option: string, bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1')
  if (PRINTABLE.test(text) || isGuessable(text)) throw notRandom(option)
  return bytes
}

function refusal(option: string, problem: string): OptionError {
  const rule = 'must be 32 random bytes, as a Uint8Array or in base64url, base64 or hex'
  return new OptionError(option, `${rule}, ${problem}; ${HOW_TO_MAKE}`)
}

function notRandom(option: string): OptionError {
  return new OptionError(option, `is not random; ${HOW_TO_MAKE}`)
}
