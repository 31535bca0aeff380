import type { Payload } from '../../record/record.ts'
import type { Checks } from '../conformance.ts'
import type { SerializerPair } from './conformance.ts'
import { refuses } from './refusal-checks.ts'
import { CONTEXT } from './round-trip.ts'

/** The last characters of a base64 text may hold bits that say nothing. */
const UNCERTAIN_END = 4

/** What a serializer promises that authenticates what it stores. */
export const authenticityChecks: Checks<SerializerPair> = {
  'no character or byte can be changed': async (serializer) => {
    const payload = await serializer.serialize({ userId: 'ada', cart: ['tea'] }, CONTEXT)
    const end = payload.length - (typeof payload === 'string' ? UNCERTAIN_END : 0)
    for (let at = 0; at < end; at++) {
      await refuses(serializer, changedAt(payload, at))
    }
  },

  'nothing opens in another session': async (serializer) => {
    const payload = await serializer.serialize({ userId: 'ada' }, CONTEXT)
    await refuses(serializer, payload, { ...CONTEXT, id: 'GqjR1xPz0cQeT8bWvYkH4w' })
  },

  'data do not open as flash messages, nor these as data': async (serializer) => {
    const data = await serializer.serialize({ flash: [] }, CONTEXT)
    await refuses(serializer, data, { ...CONTEXT, part: 'flash' })
    const flash = await serializer.serialize({ flash: [] }, { ...CONTEXT, part: 'flash' })
    await refuses(serializer, flash)
  },
}

function changedAt(payload: Payload, at: number): Payload {
  if (typeof payload === 'string') {
    const other = payload[at] === 'A' ? 'B' : 'A'
    return payload.slice(0, at) + other + payload.slice(at + 1)
  }
  const bytes = Uint8Array.from(payload)
  bytes[at] = (bytes[at] as number) ^ 1
  return bytes
}
