import { DataError, SessionError } from '../errors.ts'
import { show } from '../options/check.ts'
import { requireObject } from '../record/codec.ts'
import type { Payload, SessionRecord } from '../record/record.ts'
import type { Data } from '../session/changes.ts'
import type { Draft } from '../session/draft.ts'
import { type FlashEntry, packFlash, unpackFlash } from '../session/flash.ts'
import type { Engine } from './engine.ts'

/** Decodes the data of a record into an object of its own. Throws when they cannot be decoded. */
export async function readData({ policy }: Engine, record: SessionRecord): Promise<Data> {
  const { deserialize } = policy.serializer
  return requireObject(await deserialize(record.data, { id: record.id, part: 'data' }))
}

export async function readFlash({ policy }: Engine, record: SessionRecord): Promise<FlashEntry[]> {
  if (record.flash === undefined) return []
  const { deserialize } = policy.serializer
  const stored = await deserialize(record.flash, { id: record.id, part: 'flash' })
  return unpackFlash(requireObject(stored))
}

export function writeData(engine: Engine, data: Data, id: string): Promise<Payload> {
  return serialize(engine, data, id, 'data')
}

/** The built-in serializer has made the text already, to see whether anything changed. */
export async function writeDraft(
  engine: Engine,
  { data, view }: Draft,
  id: string,
): Promise<Payload> {
  const { builtIn } = engine.policy.serializer
  return builtIn && 'text' in view ? view.text : writeData(engine, data, id)
}

/** No messages take no room. */
export async function writeFlash(
  engine: Engine,
  entries: readonly FlashEntry[],
  id: string,
): Promise<Payload | undefined> {
  return entries.length === 0 ? undefined : serialize(engine, packFlash(entries), id, 'flash')
}

async function serialize(
  { policy }: Engine,
  data: Data,
  id: string,
  part: 'data' | 'flash',
): Promise<Payload> {
  let payload: unknown
  try {
    payload = await policy.serializer.serialize(data, { id, part })
  } catch (cause) {
    if (cause instanceof SessionError) throw cause
    throw new DataError('not_serializable', '', 'serialize threw', { cause })
  }
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

/** @throws {DataError} `too_large`. */
export function checkSize({ policy }: Engine, data: Payload, flash: Payload | undefined): void {
  const bytes = Buffer.byteLength(data) + (flash === undefined ? 0 : Buffer.byteLength(flash))
  if (bytes <= policy.maxBytes) return
  const rule = `maxBytes allows ${policy.maxBytes}`
  throw new DataError('too_large', '', `the session takes ${bytes} bytes; ${rule}`)
}
