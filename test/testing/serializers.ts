import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { deserialize as fromV8, serialize as toV8 } from 'node:v8'
import type { SerializerContext } from '../../src/options/options.ts'
import { decodeData } from '../../src/record/codec.ts'
import { encode } from '../../src/record/serialize.ts'
import type { SerializerPair } from '../../src/testing/testing.ts'

export type Data = Record<string, unknown>

export const BUILT_IN: SerializerPair = { serialize: encode, deserialize: decodeData }

export const JSON_ONLY: SerializerPair = {
  serialize: (data) => JSON.stringify(data),
  deserialize: (stored) => JSON.parse(String(stored)) as Data,
}

export const V8: SerializerPair = {
  serialize: (data) => toV8(data),
  deserialize(stored) {
    if (typeof stored === 'string') throw new Error('not one of ours')
    return fromV8(stored) as Data
  },
}

const KEY = randomBytes(32)

/** AES-256-GCM over what another serializer writes, `bound` to what is given as additional data. */
export function encrypted(
  bound: (context: SerializerContext) => string = ({ id, part }) => `${part} ${id}`,
  encoding?: 'base64url',
): SerializerPair {
  return {
    async serialize(data, context) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', KEY, nonce).setAAD(Buffer.from(bound(context)))
      const sealed = Buffer.concat([cipher.update(encode(data), 'utf8'), cipher.final()])
      const all = Buffer.concat([nonce, cipher.getAuthTag(), sealed])
      return encoding === undefined ? all : all.toString(encoding)
    },
    async deserialize(stored, context) {
      if ((typeof stored === 'string') !== (encoding !== undefined)) throw new Error('not ours')
      const all = Buffer.from(stored as string, encoding)
      const decipher = createDecipheriv('aes-256-gcm', KEY, all.subarray(0, 12), {
        authTagLength: 16,
      })
      decipher.setAAD(Buffer.from(bound(context))).setAuthTag(all.subarray(12, 28))
      return decodeData(
        Buffer.concat([decipher.update(all.subarray(28)), decipher.final()]).toString(),
      )
    },
  }
}

interface Mistake {
  readonly serializer: SerializerPair
  readonly caughtBy: string
  readonly authenticated?: boolean
}

const parse = (stored: unknown) => JSON.parse(String(stored)) as Data
let last: string | undefined
let scratch: Data = {}
const cache = new Map<unknown, Data>()

/** Serializers with one mistake each, and the case that is there for it. */
export const BROKEN: Readonly<Record<string, Mistake>> = {
  'drops the key __proto__': {
    serializer: { ...JSON_ONLY, deserialize: (stored) => withoutProto(parse(stored)) },
    caughtBy: 'keeps: a key __proto__, which is data like any other',
  },
  'copies by assignment, so that __proto__ becomes a prototype': {
    serializer: { ...JSON_ONLY, deserialize: (stored) => assigned(parse(stored)) },
    caughtBy: 'keeps: a key __proto__, which is data like any other',
  },
  'revives whatever looks like a date': {
    serializer: {
      ...JSON_ONLY,
      deserialize: (stored) => JSON.parse(String(stored), revive) as Data,
    },
    caughtBy: 'keeps: strings of all kinds',
  },
  'reads whatever looks like a Buffer as one': {
    serializer: {
      ...JSON_ONLY,
      deserialize: (stored) => JSON.parse(String(stored), reviveBuffer) as Data,
    },
    caughtBy: 'keeps: keys of all kinds',
  },
  'goes through UTF-8 with what UTF-8 cannot hold': {
    serializer: {
      serialize: (data) => Buffer.from(JSON.stringify(data).replaceAll('\\ud83e', '\ud83e')),
      deserialize: (stored) => parse(Buffer.from(stored as Uint8Array)),
    },
    caughtBy: 'keeps: lone surrogates',
  },
  'gives a string with lone surrogates': {
    serializer: {
      ...JSON_ONLY,
      serialize: (data) => JSON.stringify(data).replaceAll('\\ud83e', '\ud83e'),
    },
    caughtBy: 'result: is bytes, or a string that UTF-8 can hold',
  },
  'gives an object': {
    serializer: { serialize: (data) => data as unknown as string, deserialize: parse },
    caughtBy: 'result: is bytes, or a string that UTF-8 can hold',
  },
  'reads the memory around its bytes': {
    serializer: {
      serialize: (data) => Buffer.from(JSON.stringify(data)),
      deserialize: (stored) => parse(Buffer.from((stored as Uint8Array).buffer)),
    },
    caughtBy: 'result: does not depend on the kind of Uint8Array that a store gives back',
  },
  'calls a method that only Buffer has': {
    serializer: {
      serialize: (data) => Buffer.from(JSON.stringify(data)),
      deserialize: (stored) => parse((stored as Buffer).toString()),
    },
    caughtBy: 'result: does not depend on the kind of Uint8Array that a store gives back',
  },
  'adds a version to the data it is given': {
    serializer: {
      serialize: (data) => JSON.stringify(Object.assign(data, { version: 1 })),
      deserialize(stored) {
        const { version: _version, ...data } = parse(stored)
        return data
      },
    },
    caughtBy: 'result: is made without a change to what was given',
  },
  'decrypts in place': {
    serializer: {
      serialize: (data) => Buffer.from(JSON.stringify(data)).map((byte) => byte ^ 1),
      deserialize(stored) {
        const bytes = stored as Uint8Array
        bytes.forEach((byte, at) => (bytes[at] = byte ^ 1))
        return parse(Buffer.from(bytes))
      },
    },
    caughtBy: 'result: is made without a change to what was given',
  },
  'gives every request the object it has in its cache': {
    serializer: { ...JSON_ONLY, deserialize: (stored) => cached(stored as string) },
    caughtBy: 'result: is new each time: no two requests share an object',
  },
  'reads the latest it wrote': {
    serializer: {
      serialize: (data) => (last = JSON.stringify(data)),
      deserialize: () => parse(last),
    },
    caughtBy: 'result: may be read any number of times, in any order',
  },
  'keeps what it works on in one place': {
    serializer: {
      async serialize(data) {
        scratch = data
        await Promise.resolve()
        return JSON.stringify(scratch)
      },
      deserialize: parse,
    },
    caughtBy: 'keeps: the data of sessions that are written and read at once',
  },
  'forgets the flash messages': {
    serializer: {
      serialize: (data, { part }) => JSON.stringify(part === 'flash' ? { flash: [] } : data),
      deserialize: parse,
    },
    caughtBy: 'keeps: flash messages',
  },
  'makes no data of what it does not understand': {
    serializer: { ...JSON_ONLY, deserialize: (stored) => guess(stored as string) },
    caughtBy: 'refuses: "neither fish nor fowl"',
  },
  'makes do with a part': {
    serializer: {
      serialize: (data) => JSON.stringify(data).replaceAll(',', '\n,'),
      deserialize: (stored) => firstPart(String(stored)),
    },
    caughtBy: 'refuses: what is cut off',
  },
  'claims to be authenticated and is not': {
    serializer: JSON_ONLY,
    authenticated: true,
    caughtBy: 'authenticated: no character or byte can be changed',
  },
  'encrypts without the id': {
    serializer: encrypted(({ part }) => part),
    authenticated: true,
    caughtBy: 'authenticated: nothing opens in another session',
  },
  'encrypts without the part': {
    serializer: encrypted(({ id }) => id),
    authenticated: true,
    caughtBy: 'authenticated: data do not open as flash messages, nor these as data',
  },
}

function withoutProto(data: Data): Data {
  return Object.fromEntries(Object.entries(data).filter(([key]) => key !== '__proto__'))
}

function assigned(data: Data): Data {
  const copy: Data = {}
  for (const key of Object.keys(data)) copy[key] = data[key]
  return copy
}

function revive(_key: string, value: unknown): unknown {
  return typeof value === 'string' && /^\d{4}-.*Z$/.test(value) ? new Date(value) : value
}

function reviveBuffer(_key: string, value: unknown): unknown {
  const { type, data } = (value ?? {}) as { type?: unknown; data?: number[] }
  return type === 'Buffer' ? Buffer.from(data ?? []) : value
}

function cached(stored: string): Data {
  const data = cache.get(stored) ?? parse(stored)
  cache.set(stored, data)
  return data
}

function guess(stored: string): Data {
  try {
    return parse(stored)
  } catch {
    return {}
  }
}

function firstPart(stored: string): Data {
  try {
    return parse(stored)
  } catch {
    return parse(`${stored.split('\n')[0] ?? ''}}`)
  }
}
