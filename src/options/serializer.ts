import { DataError, OptionError } from '../errors.ts'
import { decodeData } from '../record/codec.ts'
import type { Payload } from '../record/record.ts'
import { encode } from '../record/serialize.ts'
import { requireFunction, show } from './check.ts'
import type { Deserialize, Serialize, SessionOptions } from './options.ts'

export interface Serializer {
  readonly serialize: Serialize
  readonly deserialize: Deserialize
  /** The stored text is the built-in codec's, so it can itself be compared. */
  readonly builtIn: boolean
}

const BUILT_IN: Serializer = { serialize: encode, deserialize: decodeData, builtIn: true }

/** @throws {OptionError} when one of the two is missing, or is no function. */
export function resolveSerializer(
  { serialize, deserialize }: Pick<SessionOptions, 'serialize' | 'deserialize'>,
  group = '',
): Serializer {
  if (serialize === undefined && deserialize === undefined) return BUILT_IN
  if (serialize === undefined || deserialize === undefined) {
    const missing = group + (serialize === undefined ? 'serialize' : 'deserialize')
    throw new OptionError(missing, 'is missing: serialize and deserialize come together')
  }
  return {
    serialize: requireFunction(`${group}serialize`, serialize),
    deserialize: requireFunction(`${group}deserialize`, deserialize),
    builtIn: false,
  }
}

/** @throws {DataError} unless `serialize` gave a string that UTF-8 can hold, or bytes. */
export function requirePayload(payload: unknown): Payload {
  if (payload instanceof Uint8Array) return payload
  if (typeof payload !== 'string') {
    throw new DataError(
      'not_serializable',
      '',
      `serialize must give a string or bytes, not ${show(payload)}`,
    )
  }
  if (payload.isWellFormed()) return payload
  throw new DataError(
    'not_serializable',
    '',
    'serialize gave a string with a lone surrogate, which UTF-8 cannot hold; give bytes instead',
  )
}
