import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encrypt } from '../../src/encrypt/encrypt.ts'
import type { SerializerContext } from '../../src/options/options.ts'
import type { Payload, SessionRecord } from '../../src/record/record.ts'
import { encode } from '../../src/record/serialize.ts'
import { type SerializerPair, serializerConformance } from '../../src/testing/testing.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import { collect } from '../support/events.ts'
import {
  CONTEXT,
  NOTHING_SEEN,
  SEEN,
  begin,
  newKey,
  recordIn,
  startWith,
  tamper,
} from '../support/encrypting.ts'
import { BUILT_IN } from '../testing/serializers.ts'

const KEY = newKey()
const LATER: SerializerPair = {
  serialize: async (data, context) =>
    Buffer.from((await BUILT_IN.serialize(data, context)) as string),
  deserialize: async (stored, context) =>
    BUILT_IN.deserialize(Buffer.from(stored as Uint8Array).toString(), context),
}

describe.each([
  ['the built-in serializer', {}],
  ['one that gives bytes, later', LATER],
])('the contract of serializers, over %s', (_, inner) => {
  const pair = encrypt({ keys: [KEY], ...inner })
  for (const { name, run } of serializerConformance(pair, { authenticated: true })) test(name, run)
})

/** encrypt() over a serializer that notes what it is asked to read. */
function noting() {
  const read: Payload[] = []
  const deserialize = (stored: Payload, context: SerializerContext) => {
    read.push(stored)
    return BUILT_IN.deserialize(stored, context)
  }
  return { read, pair: encrypt({ keys: [KEY], serialize: encode, deserialize }) }
}

function seal(data: object, context: SerializerContext = CONTEXT): Buffer {
  return noting().pair.serialize(data as Record<string, unknown>, context) as Buffer
}

/** How many of these open; nothing of them may reach the serializer inside. */
function opened(payloads: Iterable<Payload>, context: SerializerContext = CONTEXT): number {
  const { read, pair } = noting()
  let count = 0
  for (const payload of payloads) {
    try {
      void pair.deserialize(payload, context)
      count++
    } catch (error) {
      expect(error).toBeInstanceOf(Error)
    }
  }
  expect(read).toHaveLength(count)
  return count
}

function* flippedOnce(payload: Buffer) {
  for (let bit = 0; bit < 8 * payload.length; bit++) {
    const changed = Buffer.from(payload)
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
    yield changed
  }
}

describe('THREATS 2, 27: nothing opens, or reaches a parser,', () => {
  const payload = seal({ userId: 'ada', cart: ['tea'], admin: false })

  test('but what was written', () => {
    expect(opened([payload])).toBe(1)
  })

  test('with any one bit flipped', () => {
    expect(opened(flippedOnce(payload))).toBe(0)
  })

  test('cut off at any place, at either end, or with anything added', () => {
    const lengths = Array.from(payload, (_, length) => length)
    expect(opened(lengths.map((length) => payload.subarray(0, length)))).toBe(0)
    expect(opened(lengths.map((length) => payload.subarray(length + 1)))).toBe(0)
    expect(opened([0, 1, 16].map((more) => Buffer.concat([payload, Buffer.alloc(more + 1)])))).toBe(
      0,
    )
    expect(opened([Buffer.concat([Buffer.alloc(1), payload])])).toBe(0)
  })

  test('said to be of another format, or bytes in place of text', () => {
    const formats = Array.from({ length: 256 }, (_, format) => format).filter(
      (n) => n !== payload[0],
    )
    const renamed = formats.map((n) => Buffer.concat([Buffer.of(n), payload.subarray(1)]))
    expect(opened(renamed)).toBe(0)
  })

  test('spliced of two payloads of the same session, at any place', () => {
    const other = seal({ userId: 'eve', cart: ['tea'], admin: true })
    const places = Array.from(payload.subarray(1), (_, at) => at + 1)
    const spliced = places.map((at) => Buffer.concat([payload.subarray(0, at), other.subarray(at)]))
    // Format and key are the same in both, so a cut right behind them gives the other one whole.
    expect(opened(spliced.filter((made) => !made.equals(other) && !made.equals(payload)))).toBe(0)
  })

  test('that was never encrypted', () => {
    const texts = [
      '{"admin":true}',
      '',
      'null',
      encode({ seen: new Date(0) }),
      payload.toString('latin1'),
    ]
    expect(opened(texts)).toBe(0)
    expect(opened(texts.map((text) => Buffer.from(text)))).toBe(0)
    expect(opened([payload.toString('base64'), payload.toString('utf8')])).toBe(0)
  })

  test('of another key', () => {
    const stranger = encrypt({ keys: [newKey()] }).serialize({ admin: true }, CONTEXT) as Buffer
    expect(opened([stranger])).toBe(0)
    // Renamed to our key.
    expect(opened([Buffer.concat([payload.subarray(0, 5), stranger.subarray(5)])])).toBe(0)
  })

  test('THREATS T2: of another session, or another part', () => {
    expect(opened([payload], { ...CONTEXT, id: 'GqjR1xPz0cQeT8bWvYkH4w' })).toBe(0)
    expect(opened([payload], { ...CONTEXT, id: '' })).toBe(0)
    expect(opened([payload], { ...CONTEXT, part: 'flash' })).toBe(0)
    expect(opened([seal({ flash: [] }, { ...CONTEXT, part: 'flash' })])).toBe(0)
    // No id and principal can be chosen that read the same as others.
    const [shifted, its] = [
      { ...CONTEXT, id: 'a', principal: 'b c' },
      { ...CONTEXT, id: 'a b', principal: 'c' },
    ]
    expect(opened([seal({}, shifted)], its)).toBe(0)
  })

  test('THREATS T2: of a session in which somebody else is signed in, or nobody', () => {
    expect(opened([payload], { ...CONTEXT, principal: 'root' })).toBe(0)
    expect(opened([payload], { ...CONTEXT, principal: null })).toBe(0)
    expect(
      opened([seal({}, { ...CONTEXT, principal: null })], { ...CONTEXT, principal: '-' }),
    ).toBe(0)
  })

  test('whatever is done to it, at random', () => {
    const bytes = fc.uint8Array({ maxLength: 40 })
    const edit = fc.tuple(fc.nat({ max: payload.length }), fc.nat({ max: 60 }), bytes)
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        let changed = payload
        for (const [at, cut, put] of edits) {
          changed = Buffer.concat([changed.subarray(0, at), put, changed.subarray(at + cut)])
        }
        return changed.equals(payload) || opened([changed]) === 0
      }),
      { numRuns: 3000 },
    )
  })
})

type Change = (record: SessionRecord) => Partial<SessionRecord>

const bytesOf = (payload: Payload | undefined) => Buffer.from(payload as Uint8Array)

function flipped(payload: Payload | undefined, at: number): Buffer {
  const bytes = bytesOf(payload)
  const place = at < 0 ? bytes.length + at : at
  bytes[place] = (bytes[place] as number) ^ 1
  return bytes
}

const CHANGES: Readonly<Record<string, Change>> = {
  'the format flipped': ({ data }) => ({ data: flipped(data, 0) }),
  'the key id flipped': ({ data }) => ({ data: flipped(data, 1) }),
  'the nonce flipped': ({ data }) => ({ data: flipped(data, 10) }),
  'the ciphertext flipped': ({ data }) => ({ data: flipped(data, 30) }),
  'the tag flipped': ({ data }) => ({ data: flipped(data, -1) }),
  'the messages flipped': ({ flash }) => ({ flash: flipped(flash, 30) }),
  'data cut off': ({ data }) => ({ data: bytesOf(data).subarray(0, -1) }),
  'messages cut off': ({ flash }) => ({ flash: bytesOf(flash).subarray(0, 20) }),
  'no data': () => ({ data: Buffer.alloc(0) }),
  'plain JSON, as it lay there before encryption': () => ({
    data: '{"diagnosis":"none"}',
    flash: undefined,
  }),
  'plain JSON as bytes': () => ({ data: Buffer.from('{}'), flash: undefined }),
  'encrypted data with plain messages': () => ({ flash: '{"flash":[["1","","hello"]]}' }),
  'data said to be text': ({ data }) => ({ data: bytesOf(data).toString('latin1') }),
  'another principal in the header': () => ({ principal: 'root' }),
  'messages in place of the data': ({ flash }) => ({ data: flash }),
  'data in place of the messages': ({ data }) => ({ flash: data }),
}

describeOnBothStores('a stored session that was changed is no session', (makeStore) => {
  test.each(Object.entries(CHANGES))('THREATS 2: %s', async (_, change) => {
    const store = makeStore()
    const { browser, id } = await begin(await startWith(store, [KEY, newKey()]))
    await tamper(store, id, change)
    const before = await recordIn(store, id)
    const events = collect()
    const answer = await browser.get('/look')
    expect([answer.status, answer.json, answer.setCookies]).toEqual([200, NOTHING_SEEN, []])
    expect(events.of('rejected')).toMatchObject([{ id, reason: 'undecodable' }])
    expect(await recordIn(store, id)).toEqual(before)
  })

  test('THREATS T2: data and messages of two sessions that were swapped', async () => {
    const store = makeStore()
    const app = await startWith(store, [KEY])
    const [one, other] = [await begin(app), await begin(app)]
    const theirs = await recordIn(store, other.id)
    const mine = await tamper(store, one.id, () => ({ data: theirs.data, flash: theirs.flash }))
    await tamper(store, other.id, () => ({ data: mine.data, flash: mine.flash }))
    expect((await recordIn(store, one.id)).data).toEqual(theirs.data)
    expect((await recordIn(store, other.id)).data).toEqual(mine.data)
    for (const { browser } of [one, other]) {
      expect((await browser.get('/look')).json).toEqual(NOTHING_SEEN)
    }
  })

  test('THREATS T2: only one of the two parts of another session', async () => {
    const store = makeStore()
    const app = await startWith(store, [KEY])
    const [one, other, third] = [await begin(app), await begin(app), await begin(app)]
    const { data, flash } = await recordIn(store, other.id)
    await tamper(store, one.id, () => ({ data }))
    await tamper(store, third.id, () => ({ flash }))
    for (const { browser } of [one, third]) {
      expect((await browser.get('/look')).json).toEqual(NOTHING_SEEN)
    }
    expect((await other.browser.get('/look')).json).toEqual(SEEN)
  })

  test('and one that lay there in plain text is not read without its key being asked', async () => {
    const store = makeStore()
    const { browser, id } = await begin(await startWith(store, [KEY]))
    const plain = encode({ diagnosis: 'none' })
    await tamper(store, id, () => ({ data: plain, flash: undefined }))
    expect((await browser.get('/look')).json).toEqual(NOTHING_SEEN)
    // The visitor can go on: with a session of its own, which is encrypted.
    const next = String((await browser.post('/begin')).json)
    expect(next).not.toBe(id)
    expect((await browser.get('/look')).json).toEqual(SEEN)
    expect((await recordIn(store, id)).data).toBe(plain)
  })
})
