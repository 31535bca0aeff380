import assert from 'node:assert/strict'
import type { Payload } from '../../record/record.ts'
import { type Checks, forEach } from '../conformance.ts'
import type { SerializerPair } from './conformance.ts'
import { CONTEXT, read, stored } from './round-trip.ts'

const GARBAGE: readonly Payload[] = [
  '',
  'null',
  '[1]',
  'neither fish nor fowl',
  '\0\0\0',
  new Uint8Array(),
  Uint8Array.of(0xff, 0xfe, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17),
]

/** `deserialize` throws on what it does not understand; it never guesses. */
export const refusalChecks: Checks<SerializerPair> = {
  ...forEach(
    GARBAGE,
    (payload) =>
      typeof payload === 'string' ? JSON.stringify(payload) : `${payload.length} bytes`,
    (serializer: SerializerPair, payload) => refuses(serializer, payload),
  ),

  'what is cut off': async (serializer) => {
    const data = { userId: 'ada', cart: ['tea', 'milk', 'a book'] }
    const payload = stored(await serializer.serialize(data, CONTEXT))
    for (const part of [0.25, 0.5, 0.9]) {
      const end = Math.floor(payload.length * part)
      await refuses(serializer, payload.slice(0, end))
    }
  },
}

export async function refuses(
  serializer: SerializerPair,
  payload: Payload,
  context = CONTEXT,
): Promise<void> {
  let data: unknown
  try {
    data = await read(serializer, payload, context)
  } catch {
    return
  }
  assert.fail(`it was read, as data with the keys ${JSON.stringify(Object.keys(data as object))}`)
}
