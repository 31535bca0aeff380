import type { SerializerContext } from '../../options/options.ts'
import { requireObject } from '../../record/codec.ts'
import type { Payload } from '../../record/record.ts'
import type { SerializerPair } from './conformance.ts'
import type { Data } from './values.ts'

export const CONTEXT: SerializerContext = {
  id: 'nVDXwZ0iB3vHq7Jt2mSxkA',
  part: 'data',
  principal: 'ada',
}

/** What becomes of a payload in a store: text goes through UTF-8, bytes come back as a copy. */
export function stored(payload: Payload): Payload {
  const bytes = Buffer.from(payload as string)
  return typeof payload === 'string' ? bytes.toString('utf8') : bytes
}

export async function read(
  { deserialize }: SerializerPair,
  payload: Payload,
  context = CONTEXT,
): Promise<Data> {
  return requireObject(await deserialize(payload, context))
}

/** What the next request sees. */
export async function roundTrip(
  serializer: SerializerPair,
  data: Data,
  context = CONTEXT,
): Promise<Data> {
  return read(serializer, stored(await serializer.serialize(data, context)), context)
}
