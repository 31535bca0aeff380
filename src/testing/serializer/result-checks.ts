import assert from 'node:assert/strict'
import type { Checks } from '../conformance.ts'
import type { SerializerPair } from './conformance.ts'
import { generate } from './generated.ts'
import { CONTEXT, read, stored } from './round-trip.ts'
import { JSON_SAMPLES } from './values.ts'

/** What both functions give, and what they leave alone. */
export const resultChecks: Checks<SerializerPair> = {
  'is bytes, or a string that UTF-8 can hold': async ({ serialize }) => {
    for (const { make } of JSON_SAMPLES) {
      const payload: unknown = await serialize(make(), CONTEXT)
      if (payload instanceof Uint8Array) continue
      assert.equal(typeof payload, 'string')
      assert.ok((payload as string).isWellFormed(), 'it holds a lone surrogate')
    }
  },

  'does not depend on the kind of Uint8Array that a store gives back': async (serializer) => {
    const payload = await serializer.serialize({ cart: ['tea'] }, CONTEXT)
    if (typeof payload === 'string') return
    const pool = new Uint8Array(payload.length + 20).fill(0xff)
    pool.set(payload, 7)
    const view = pool.subarray(7, 7 + payload.length)
    for (const bytes of [view, Uint8Array.from(payload), Buffer.from(view)]) {
      assert.deepEqual(await read(serializer, bytes), { cart: ['tea'] })
    }
  },

  'is made without a change to what was given': async (serializer) => {
    for (const make of [...JSON_SAMPLES.map((sample) => sample.make), () => generate(1, [])]) {
      const data = make()
      const payload = await serializer.serialize(data, CONTEXT)
      assert.deepEqual(data, make(), 'serialize changes the data')
      if (typeof payload === 'string') continue
      const copy = Uint8Array.from(payload)
      await read(serializer, payload)
      assert.deepEqual(Uint8Array.from(payload), copy, 'deserialize changes what is stored')
    }
  },

  'is new each time: no two requests share an object': async (serializer) => {
    const data = { cart: ['tea'] }
    const payload = stored(await serializer.serialize(data, CONTEXT))
    data.cart.push('what a later change of the data adds')
    const first = await read(serializer, payload)
    ;(first['cart'] as unknown[]).push('milk')
    first['more'] = true
    assert.deepEqual(await read(serializer, payload), { cart: ['tea'] })
  },

  'may be read any number of times, in any order': async (serializer) => {
    const payloads = []
    for (let n = 0; n < 5; n++) payloads.push(stored(await serializer.serialize({ n }, CONTEXT)))
    for (const n of [4, 0, 0, 3, 1, 2, 4]) {
      assert.deepEqual(await read(serializer, payloads[n] as string), { n })
    }
  },
}
