import { DataError, SessionError } from '../errors.ts'
import type { SerializerContext } from '../options/options.ts'
import { requirePayload } from '../options/serializer.ts'
import { ownPayload, requireObject, storedIn } from '../record/codec.ts'
import type { Payload, SessionRecord } from '../record/record.ts'
import type { Data } from '../session/changes.ts'
import type { Draft } from '../session/draft.ts'
import { type FlashEntry, packFlash, unpackFlash } from '../session/flash.ts'
import type { Engine } from './engine.ts'

/** Whose payload it is. Every write that changes this writes the payloads anew. */
export type Owner = Pick<SerializerContext, 'id' | 'principal'>

function contextOf({ id, principal }: Owner, part: 'data' | 'flash'): SerializerContext {
  return { id, part, principal }
}

/** Decodes the data of a record into an object of its own. Throws when they cannot be decoded. */
export async function readData({ policy }: Engine, record: SessionRecord): Promise<Data> {
  const { builtIn, deserialize } = policy.serializer
  if (builtIn) return storedIn(record).data
  // A serializer may work in place, and what is kept, or handed on, is read again.
  const own = ownPayload(record.data)
  return requireObject(await deserialize(own, contextOf(record, 'data')))
}

export async function readFlash({ policy }: Engine, record: SessionRecord): Promise<FlashEntry[]> {
  if (record.flash === undefined) return []
  const { deserialize } = policy.serializer
  const own = ownPayload(record.flash)
  const stored = await deserialize(own, contextOf(record, 'flash'))
  return unpackFlash(requireObject(stored))
}

export function writeData(engine: Engine, data: Data, owner: Owner): Promise<Payload> {
  return serialize(engine, data, contextOf(owner, 'data'))
}

/** The built-in serializer has made the text already, to see whether anything changed. */
export function writeDraft(
  engine: Engine,
  { data, view }: Draft,
  owner: Owner,
): Payload | Promise<Payload> {
  const { builtIn } = engine.policy.serializer
  return builtIn && 'text' in view ? view.text : writeData(engine, data, owner)
}

/** No messages take no room. */
export async function writeFlash(
  engine: Engine,
  entries: readonly FlashEntry[],
  owner: Owner,
): Promise<Payload | undefined> {
  if (entries.length === 0) return undefined
  return serialize(engine, packFlash(entries), contextOf(owner, 'flash'))
}

async function serialize(
  { policy }: Engine,
  data: Data,
  context: SerializerContext,
): Promise<Payload> {
  let payload: unknown
  try {
    const made: unknown = policy.serializer.serialize(data, context)
    // A serializer may use the room of its bytes again, for the next session.
    payload = made instanceof Uint8Array ? ownPayload(made) : await made
  } catch (cause) {
    if (cause instanceof SessionError) throw cause
    throw new DataError('not_serializable', '', 'serialize threw', { cause })
  }
  return requirePayload(payload)
}
