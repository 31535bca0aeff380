import * as fc from 'fast-check'
import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createSessions } from '../../src/sessions.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { recordOf } from '../../src/testing/store/records.ts'
import { type Data, SECRET } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'

const redis = useRedis()
let client: Awaited<ReturnType<typeof connect>>

async function connect() {
  return createClient({ url: redis.server.url }).connect()
}

beforeAll(async () => {
  client = await connect()
})
afterAll(() => client.destroy())

/** What means something to Redis: in patterns, in a cluster, in its protocol, in Lua. */
const MEANINGFUL = ['*', '?', '[a-z]', '{a}', '{', '}', '\\', "'", '"', '$1', '%', '^', ')]]', '--']
const NEIGHBOURS = ['session:', 'session:x', 'x', '*', '{a}', '']

beforeEach(async () => {
  for (const key of NEIGHBOURS) await client.set(key, 'of somebody else')
})

async function expectNeighbours(): Promise<void> {
  for (const key of NEIGHBOURS)
    expect([key, await client.get(key)]).toEqual([key, 'of somebody else'])
}

async function lead(prefix: string, idGenerator?: () => string): Promise<string[]> {
  const store = redisStore({ client })
  const sessions = createSessions<Data>({ secret: SECRET, store, prefix, idGenerator })
  const first = await sessions.open()
  first['n'] = 1
  const cookie = (await sessions.commit(first)).setCookie?.split(';')[0]
  const keys = (await client.keys('*')).filter((key) => !NEIGHBOURS.includes(key))
  const second = await sessions.open(cookie)
  expect(second['n']).toBe(1)
  second['n'] = 2
  second.rotate()
  const rotated = (await sessions.commit(second)).setCookie?.split(';')[0]
  const third = await sessions.open(rotated)
  expect(third['n']).toBe(2)
  third.invalidate()
  expect((await sessions.commit(third)).outcome).toBe('destroyed')
  expect((await sessions.open(rotated))['n']).toBeUndefined()
  return keys.map((key) => key.replace(first.id, '…'))
}

describe('what means something to Redis', () => {
  test.each([...MEANINGFUL, MEANINGFUL.join('')])(
    'THREATS T15: in the prefix is text: %s',
    async (prefix) => {
      expect(await lead(prefix)).toEqual([`${prefix}…`])
      await expectNeighbours()
    },
  )

  test.each([' ', 'a b', 'a\n', 'a\r\nDEL x', '\0', 'é', '\u2028'])(
    'THREATS T15: is refused in the prefix where it is no visible ASCII: %j',
    (prefix) => {
      expect(() => createSessions({ secret: SECRET, prefix })).toThrow(
        'prefix: must be visible ASCII',
      )
    },
  )

  test('THREATS T15: in ids, as far as they may hold it, is text', async () => {
    for (const id of ['-', '--', '__proto__', 'constructor', '0', '-1', 'x'.repeat(128)]) {
      expect(await lead('session:', () => id)).toEqual(['session:…'])
    }
    await expectNeighbours()
  })

  test('THREATS T15: in the name of who is signed in comes back as it was, and opens no field', async () => {
    const store = redisStore({ client })
    const names = fc.oneof(
      fc.constantFrom(...MEANINGFUL, '-', '', ' ', '\n', 'a\nsojourn1 b', 'x - - text'),
      fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
    )
    let made = 0
    await fc.assert(
      fc.asyncProperty(names, names, async (principal, other) => {
        const key = `session:${made++}`
        const record = recordOf(store, { principal })
        expect(await store.create(key, record)).toBe('created')
        expect(await store.read(key)).toMatchObject({ principal, data: record.data })
        if (other !== principal) expect(await store.remove(key, other)).toBe('gone')
        expect(await store.remove(key, principal)).toBe('removed')
      }),
      { numRuns: 40 },
    )
    await expectNeighbours()
  })
})
