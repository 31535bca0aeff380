import { randomBytes } from 'node:crypto'
import { requireGroup } from '../options/check.ts'
import type { Deserialize, Serialize, SerializerContext } from '../options/options.ts'
import { requirePayload, resolveSerializer } from '../options/serializer.ts'
import { formatPrincipal } from '../record/identity.ts'
import type { Payload } from '../record/record.ts'
import { KEY_ID_BYTES, type Key, resolveKeys } from './keys.ts'
import { NONCE_BYTES } from './xaes.ts'

export interface EncryptOptions {
  /**
   * The first encrypts, all decrypt. Each is 32 random bytes, as a Uint8Array or in base64url,
   * base64 or hex, and used for nothing else. No default.
   */
  readonly keys: readonly (string | Uint8Array)[]
  /** Makes what is encrypted. Needs `deserialize`. Default: the built-in serializer. */
  readonly serialize?: Serialize
  /** Its inverse, given what was decrypted. */
  readonly deserialize?: Deserialize
}

/** The options of createSessions that encrypt() gives. */
export interface Encryption {
  readonly serialize: Serialize
  readonly deserialize: Deserialize
}

const KNOWN = [
  'keys',
  'serialize',
  'deserialize',
] as const satisfies readonly (keyof EncryptOptions)[]

/** The first byte of a payload: format 1, and which kind was encrypted. */
const TEXT = 1
const BYTES = 2

/** Format and key id. The nonce follows, then what is sealed. */
const HEAD = 1 + KEY_ID_BYTES

/**
 * Encrypts the data and the flash messages of sessions where they are stored:
 *
 *     createSessions({ secret, ...encrypt({ keys: [key] }) })
 *
 * Every payload is sealed by XAES-256-GCM under the first key with a random nonce, and bound to its
 * session's id, its part and who is signed in. One that was changed, cut off, moved to another
 * session or from flash to data, that has another key or was never encrypted does not open: no
 * session, event `rejected`, reason `undecodable`. The record's header (id, times, principal) stays
 * readable.
 *
 * Takes 45 bytes more than what is encrypted.
 *
 * @throws {OptionError} naming the option and the rule, never a key.
 */
export function encrypt(options: EncryptOptions): Encryption {
  requireGroup('encrypt', options, KNOWN, { rule: 'takes an object, { keys: [key] }' })
  const keys = resolveKeys(options.keys)
  const inner = resolveSerializer(options, 'encrypt.')
  return Object.freeze({
    serialize(data, context) {
      const plain = inner.serialize(data, context)
      return isPayload(plain)
        ? seal(keys[0], plain, context)
        : plain.then((made) => seal(keys[0], made, context))
    },
    deserialize: (stored, context) => inner.deserialize(open(keys, stored, context), context),
  } satisfies Encryption)
}

function isPayload(made: Payload | Promise<Payload>): made is Payload {
  return typeof (made as Promise<Payload> | undefined)?.then !== 'function'
}

function seal({ id, xaes }: Key, plain: Payload, context: SerializerContext): Payload {
  const format = typeof requirePayload(plain) === 'string' ? TEXT : BYTES
  const head = Buffer.concat([Buffer.of(format), id])
  const nonce = randomBytes(NONCE_BYTES)
  return Buffer.concat([head, nonce, xaes.seal(plain, nonce, boundTo(head, context))])
}

function open(keys: readonly Key[], stored: Payload, context: SerializerContext): Payload {
  if (typeof stored === 'string') throw new Error('this payload is text, so it is not encrypted')
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength)
  const format = bytes[0]
  if (format !== TEXT && format !== BYTES) throw new Error('this payload is not one of encrypt()')
  const head = bytes.subarray(0, HEAD)
  const key = keys.find(({ id }) => id.equals(head.subarray(1)))
  if (key === undefined) throw new Error('the key of this payload is not among encrypt.keys')
  const nonce = bytes.subarray(HEAD, HEAD + NONCE_BYTES)
  const plain = key.xaes.open(bytes.subarray(HEAD + NONCE_BYTES), nonce, boundTo(head, context))
  return format === TEXT ? plain.toString('utf8') : plain
}

/**
 * What a payload is good for: this format and key, this part of this session of this principal. The
 * last is in the header too, where whoever can write to the store could put another.
 */
function boundTo(head: Buffer, { part, id, principal }: SerializerContext): Buffer {
  return Buffer.concat([head, Buffer.from(`${part} ${id} ${formatPrincipal(principal)}`)])
}
