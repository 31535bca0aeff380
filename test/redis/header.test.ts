import * as fc from 'fast-check'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { SessionRecord } from '../../src/record/record.ts'
import { parseRecord } from '../../src/record/record-format.ts'
import { recordBytes } from '../support/record-bytes.ts'
import { withWrite } from '../../src/record/writes.ts'
import { portOf } from '../../src/store/redis/port.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { EVERY_BYTE, fresh, ODD_PRINCIPALS, recordOf } from '../contract/records.ts'
import { luaReads, luaShouldRead } from '../support/lua-reading.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

// The header line is read and written in TypeScript and in Lua. Both must mean the same by it.

let server: RedisServer
let client: ReturnType<typeof createClient>
beforeAll(async () => {
  server = await startRedis()
  client = createClient({ url: server.url })
  await client.connect()
})
afterAll(async () => {
  await client.close()
  await server.stop()
})

function stored(record: SessionRecord): Buffer {
  return recordBytes(record)
}

async function luaReadsStored(value: Buffer): Promise<boolean> {
  const key = fresh('key')
  await client.sendCommand(['set', key, value])
  return luaReads(portOf(client)!, key, value)
}

async function agree(value: Buffer): Promise<void> {
  expect({ value: value.toString('latin1'), lua: await luaReadsStored(value) }).toEqual({
    value: value.toString('latin1'),
    lua: luaShouldRead(value),
  })
}

const SAMPLES: Partial<SessionRecord>[] = [
  { data: EVERY_BYTE, flash: EVERY_BYTE },
  { deadline: null, persistent: true, csrfNonce: 'nonce' },
  { touchIntervalMs: 500, timeoutMs: 34_560_000_000, edition: 2 ** 31 },
  { writes: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], flash: '["ö"]' },
  ...ODD_PRINCIPALS.map((principal) => ({ principal })),
]

describe('TypeScript and Lua', () => {
  test('read the same records', async () => {
    const store = redisStore({ client })
    for (const sample of SAMPLES) {
      const value = stored(recordOf(store, sample))
      expect(typeof parseRecord(value)).toBe('object')
      expect(await luaReadsStored(value)).toBe(true)
    }
  })

  test.each([
    ['7', 'an edition of 17 digits', /^(\S+ \S+ \S+ \S+) \S+/, '$1 00000000000000001'],
    ['9', 'no decimals', /\+\S+/, '+60.'],
    ['9', 'four decimals', /\+\S+/, '+60.0001'],
    ['9', 'a timeout of 400 digits', / \d+\+/, ` ${'9'.repeat(400)}+`],
    ['11', 'an unknown persistence', / - - -/, ' x - -'],
    ['12', 'no nonce', / - - -/, ' -  -'],
    ['13', 'a principal with a stray %', / - - -/, ' - - 100%'],
    ['13', 'no principal', / - - -/, ' - - '],
    ['14', 'flash longer than all', / text\n/, ' text,text:9999\n'],
    ['14', 'flash as long as all', / text\n/, ' text,text:16\n'],
    ['14', 'flash longer by one', / text\n/, ' text,text:17\n'],
    ['1', 'another version', /^sojourn1/, 'sojourn2'],
    ['2', 'a long id', / \S+/, ` ${'i'.repeat(129)}`],
    ['2', 'a byte beyond ASCII', / \S+/, ' \u00e9'],
    ['3', 'nine writes', /^(\S+ \S+) \S+/, '$1 1,2,3,4,5,6,7,8,9'],
    ['3', 'ten writes', /^(\S+ \S+) \S+/, '$1 1,2,3,4,5,6,7,8,9,10'],
    ['3', 'an empty write', /^(\S+ \S+) \S+/, '$1 1,,2'],
  ])('field %s: agree on %s', async (_field, _what, pattern, text) => {
    const value = stored(recordOf(redisStore({ client })))
    const changed = Buffer.from(value.toString('latin1').replace(pattern, text), 'latin1')
    expect(changed.equals(value)).toBe(false)
    await agree(changed)
  })

  test('THREATS 29: agree on changed values', async () => {
    const value = stored(recordOf(redisStore({ client }), { flash: '[]', principal: 'ann é' }))
    const header = value.indexOf('\n') + 1
    const byte = fc.oneof(fc.constantFrom(...Buffer.from(' \n,+-%p0189azé')), fc.nat(255))
    const step = fc.tuple(fc.nat(2), fc.nat(header), byte)
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 2 }), async (steps) => {
        let changed = value
        for (const [kind, at, put] of steps) {
          const after = changed.subarray(at + (kind === 1 ? 0 : 1))
          const between = kind === 2 ? [] : [put]
          changed = Buffer.concat([changed.subarray(0, at), Buffer.from(between), after])
        }
        await agree(changed)
      }),
      { numRuns: 3000 },
    )
  })

  test('write the same header', async () => {
    const store = redisStore({ client })
    for (const sample of SAMPLES) {
      const record = recordOf(store, sample)
      const key = fresh('key')
      await store.create(key, record)
      const { familyHash } = record
      const at = record.touchedAt + 1
      const edition = record.edition + 1
      await store.touch(key, { familyHash, edition, at, active: true, writeId: '~touch' })
      const expected = stored({
        ...record,
        edition,
        promotedAt: at,
        touchedAt: at,
        writes: withWrite(record.writes, '~touch'),
      })
      const value = await portOf(client)!.get(key)
      expect((value as Buffer).toString('latin1')).toBe(expected.toString('latin1'))
    }
  })
})
