import assert from 'node:assert/strict'
import type { SerializerContext } from '../../options/options.ts'
import { type Checks, forEach } from '../conformance.ts'
import type { SerializerPair } from './conformance.ts'
import { generate } from './generated.ts'
import { CONTEXT, roundTrip } from './round-trip.ts'
import { type Data, JSON_SAMPLES, KEPT_SAMPLES, type Kept } from './values.ts'

const GENERATED = 300

/** `deserialize(serialize(x))` equals `x`. */
export function keepingChecks(kept: readonly Kept[]): Checks<SerializerPair> {
  const samples = [...JSON_SAMPLES, ...kept.map((kind) => KEPT_SAMPLES[kind])]
  return {
    ...forEach(
      samples,
      ({ name }) => name,
      async (serializer: SerializerPair, { make, compare }) => {
        const back = await roundTrip(serializer, make())
        assert.deepEqual(back, make())
        compare?.(back)
      },
    ),

    [`${GENERATED} generated data`]: async (serializer) => {
      for (let seed = 1; seed <= GENERATED; seed++) {
        const back = await roundTrip(serializer, generate(seed, kept))
        assert.deepEqual(back, generate(seed, kept))
      }
    },

    'flash messages': async (serializer) => {
      const context: SerializerContext = { ...CONTEXT, part: 'flash' }
      assert.deepEqual(await roundTrip(serializer, messages(), context), messages())
    },

    'the data of sessions that are written and read at once': async (serializer) => {
      const ids = Array.from({ length: 20 }, (_, at) => `session-${at}`)
      const back = await Promise.all(
        ids.map((id) => roundTrip(serializer, { id, cart: [id] }, { ...CONTEXT, id })),
      )
      assert.deepEqual(
        back,
        ids.map((id) => ({ id, cart: [id] })),
      )
    },
  }
}

function messages(): Data {
  return {
    flash: [
      ['id-1', '', 'Saved — ✓'],
      ['id-2', 'error', { code: 7 }],
    ],
  }
}
