import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { encrypt } from '../../src/encrypt/encrypt.ts'
import type { SerializerContext } from '../../src/options/options.ts'
import type { Payload } from '../../src/record/record.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET, startApp } from '../support/app.ts'
import { describeOnBothStores, useRedis } from '../support/both-stores.ts'
import {
  CONTEXT,
  DIAGNOSIS,
  MESSAGE,
  SEEN,
  begin,
  newKey,
  recordIn,
  startWith,
} from '../support/encrypting.ts'
import { barrier } from '../support/latch-store.ts'
import { BUILT_IN } from '../testing/serializers.ts'

describeOnBothStores('encrypted sessions', (makeStore) => {
  test('THREATS T1: data and messages come back, and what is stored does not show them', async () => {
    const store = makeStore()
    const { browser, id } = await begin(await startWith(store, [newKey()]))
    expect((await browser.get('/look')).json).toEqual(SEEN)
    const { data, flash } = await recordIn(store, id)
    for (const payload of [data, flash]) {
      expect(payload).toBeInstanceOf(Uint8Array)
      const text = Buffer.from(payload as Uint8Array).toString('latin1')
      expect(text).not.toContain(DIAGNOSIS)
      expect(text).not.toContain(MESSAGE)
      expect(text).not.toMatch(/diagnosis|flash/)
    }
  })

  test('data keep their types, as with the built-in serializer alone', async () => {
    const value = {
      seen: new Date(0),
      cart: new Map([['tea', 2n]]),
      tags: new Set([undefined]),
      bytes: Uint8Array.of(1, 2, 3),
    }
    const sessions = createSessions<Data>({
      secret: SECRET,
      store: makeStore(),
      ...encrypt({ keys: [newKey()] }),
    })
    const session = await sessions.open()
    Object.assign(session, value)
    const { setCookie } = await sessions.commit(session)
    const again = await sessions.open(setCookie?.split(';')[0])
    expect({ ...again }).toEqual(value)
  })

  test('a request that changes nothing writes nothing, however random what is stored', async () => {
    const store = makeStore()
    const app = await startWith(store, [newKey()], {
      same: ({ session }) => void (session['diagnosis'] = DIAGNOSIS),
    })
    const { browser } = await begin(app)
    for (const page of ['/look', '/same', '/look']) await browser.post(page)
    expect([store.calls.create, store.calls.replace]).toEqual([1, 0])
  })

  test('THREATS T1: the same data are stored differently in two sessions, and at every write', async () => {
    const store = makeStore()
    const app = await startWith(store, [newKey()])
    const [one, other] = [await begin(app), await begin(app)]
    const stored: (Payload | undefined)[] = []
    for (const { id, browser } of [one, other, one]) {
      const { data, flash } = await recordIn(store, id)
      stored.push(data, flash)
      await browser.post('/timeout')
    }
    const texts = stored.map((payload) => Buffer.from(payload as Uint8Array).toString('hex'))
    expect(new Set(texts).size).toBe(6)
  })

  test('20 parallel requests that change 20 keys keep 20, and every message', async () => {
    const meet = barrier(20)
    const app = await startWith(makeStore(), [newKey()], {
      change: async ({ session, request }) => {
        await meet()
        const n = request.query['n'] as string
        session[`key${n}`] = true
        session.pushFlash(n)
      },
    })
    const { browser } = await begin(app)
    const numbers = Array.from({ length: 20 }, (_, n) => String(n))
    const answers = await Promise.all(numbers.map((n) => browser.post(`/change?n=${n}`)))
    expect(answers.map(({ status }) => status)).toEqual(numbers.map(() => 200))
    const [data, messages] = (await browser.get('/look')).json as [Data, string[]]
    expect(Object.keys(data)).toHaveLength(21)
    expect(messages.toSorted()).toEqual([MESSAGE, ...numbers].toSorted())
  })

  test('20 that count with update() make 20', async () => {
    const meet = barrier(20)
    const app = await startWith(makeStore(), [newKey()], {
      count: async ({ session }) => {
        await meet()
        await session.update((draft) => void (draft['n'] = Number(draft['n'] ?? 0) + 1))
      },
    })
    const { browser } = await begin(app)
    await Promise.all(Array.from({ length: 20 }, () => browser.post('/count')))
    const [data, messages] = (await browser.get('/look')).json as [Data, string[]]
    expect([data['n'], messages]).toEqual([20, [MESSAGE]])
  })

  const GZIP = {
    serialize: (data: Data) => gzipSync(JSON.stringify(data)),
    deserialize: (stored: Payload) => JSON.parse(gunzipSync(stored).toString()) as Data,
  }
  const LATER = {
    serialize: async (data: Data, { part }: SerializerContext) => `${part}${JSON.stringify(data)}`,
    deserialize: async (stored: Payload, { part }: SerializerContext) =>
      JSON.parse(String(stored).slice(part.length)) as Data,
  }

  test.each([
    ['bytes, at once', GZIP],
    ['text, later', LATER],
  ])('another serializer makes what is encrypted: %s', async (_, inner) => {
    const store = makeStore()
    const options = { secret: SECRET, store, ...encrypt({ keys: [newKey()], ...inner }) }
    const app = await startApp(createSessions<Data>(options), {
      begin({ session }) {
        session['diagnosis'] = DIAGNOSIS
        session.pushFlash(MESSAGE)
        return session.id
      },
      look: ({ session }) => [{ ...session }, session.peekFlash()],
    })
    const { browser, id } = await begin(app)
    expect((await browser.get('/look')).json).toEqual(SEEN)
    const { data } = await recordIn(store, id)
    expect(Buffer.from(data as Uint8Array).toString('latin1')).not.toContain(DIAGNOSIS)
  })
})

function encryptedOf(serialize: () => unknown) {
  const inner = { serialize: serialize as () => string, deserialize: () => ({}) }
  return encrypt({ keys: [newKey()], ...inner })
}

describe('what the inner serializer gives', () => {
  test.each([
    ['nothing', () => undefined],
    ['an object', () => ({})],
    ['a lone surrogate', () => '\ud800'],
    ['nothing, later', () => Promise.resolve(null)],
  ])('is refused when it cannot be stored: %s', async (_, serialize) => {
    const made = async () => encryptedOf(serialize).serialize({}, CONTEXT)
    await expect(made()).rejects.toMatchObject({ code: 'not_serializable' })
  })
})

describe('THREATS T1: a dump of Redis', () => {
  const redis = useRedis()

  async function dumpWith(serializer: object): Promise<string> {
    const store = redis.store()
    const options = { secret: SECRET, store, ...serializer }
    for (const command of ['set rdbcompression no', 'set slowlog-log-slower-than 0']) {
      await redis.server.cli('config', ...command.split(' '))
    }
    const sessions = createSessions<Data>(options)
    const session = await sessions.open()
    session['diagnosis'] = DIAGNOSIS
    session.pushFlash(MESSAGE)
    const { setCookie } = await sessions.commit(session)
    const again = await sessions.open(setCookie?.split(';')[0])
    again.adjustTimeoutForSession(777)
    await sessions.commit(again)
    await redis.server.cli('save')
    const [, folder] = (await redis.server.cli('config', 'get', 'dir')) as [string, string]
    const slow = JSON.stringify(await redis.server.cli('slowlog', 'get', '-1'))
    return readFileSync(join(folder, 'dump.rdb'), 'latin1') + slow
  }

  test('and its SLOWLOG show nothing of data and messages, and do without encryption', async () => {
    const encrypted = await dumpWith(encrypt({ keys: [newKey()] }))
    expect(encrypted).toContain('sojourn1 ')
    for (const mark of [DIAGNOSIS, MESSAGE, 'diagnosis']) expect(encrypted).not.toContain(mark)
    const plain = await dumpWith(BUILT_IN)
    for (const mark of [DIAGNOSIS, MESSAGE]) expect(plain).toContain(mark)
  })
})

test('THREATS T19: 50,000 payloads of the same data have 50,000 nonces', () => {
  const { serialize } = encrypt({ keys: [newKey()] })
  const nonces = new Set<string>()
  for (let n = 0; n < 50_000; n++) {
    const payload = serialize({ n: 1 }, CONTEXT) as Buffer
    nonces.add(payload.toString('latin1', 5, 29))
  }
  expect(nonces.size).toBe(50_000)
})
