import { expect, test } from 'vitest'
import { createSessions } from '../../src/sessions.ts'
import { type Data, type Pages, SECRET, startApp } from '../support/app.ts'
import { describeOnBothStores } from '../support/both-stores.ts'
import { collect } from '../support/events.ts'
import type { LatchStore } from '../support/latch-store.ts'
import { type Planted, plant } from '../support/planted.ts'

// What lies in a store, or comes from a client, and is made to become more than data.

const KEY = '__proto__'

const PAGES: Pages = {
  look: ({ session }) => ({
    isNew: session.isNew,
    keys: Object.keys(session),
    admin: session['admin'] ?? null,
    everybody: ({} as Data)['admin'] ?? null,
    works: typeof session.rotate === 'function' && session.id.length === 22,
  }),
  write: ({ session }) => void (session['n'] = 1),
  flash: ({ session }) => session.peekFlash(),
  show: ({ session }) => session,
}

async function start(store: LatchStore, pages: Pages = {}) {
  const sessions = createSessions<Data>({ secret: SECRET, store })
  const app = await startApp(sessions, { ...PAGES, ...pages })
  return {
    app,
    at: (path: string, { cookie }: Planted) => app.browser().post(path, {}, { cookie }),
  }
}

const INNOCENT = { isNew: false, admin: null, everybody: null, works: true }
const NOTHING = { ...INNOCENT, isNew: true, keys: [] }

const LEVELS = 200_000

/** The keys that are data afterwards. */
const ODD_KEYS: readonly [text: string, keys: readonly string[]][] = [
  ['{"__proto__":{"admin":true}}', [KEY]],
  ['{"__proto__":{"__proto__":{"admin":true}}}', [KEY]],
  ['{"__proto__":null,"n":1}', [KEY, 'n']],
  ['{"\\u005f_proto__":{"admin":true}}', [KEY]],
  ['{"$tagged":{"__proto__":{"admin":{"$literal":"NaN"}}}}', [KEY]],
  ['{"$tagged":{"$plain":{"__proto__":{"admin":true}}}}', [KEY]],
  ['{"$tagged":{"__proto__":{"$shared":[0,{"admin":true}]},"b":{"$ref":0}}}', [KEY, 'b']],
  ['{"constructor":{"prototype":{"admin":true}}}', ['constructor']],
  ['{"constructor":{"__proto__":{"admin":true}}}', ['constructor']],
  ['{"prototype":{"admin":true}}', ['prototype']],
  ['{"toString":1,"valueOf":2,"hasOwnProperty":3}', ['toString', 'valueOf', 'hasOwnProperty']],
  ['{"toJSON":{"admin":true},"then":1}', ['toJSON', 'then']],
  ['{"__defineGetter__":1,"__lookupGetter__":2}', ['__defineGetter__', '__lookupGetter__']],
  ['{"form":{"__proto__":{"admin":true}}}', ['form']],
  [`{"${'k'.repeat(500_000)}":1}`, ['k'.repeat(500_000)]],
]

/** With a name of a length to read before each text. */
function named<T>(rows: readonly [text: string, T][]): [name: string, text: string, T][] {
  return rows.map(([text, rest]) => [text.length > 80 ? 'a huge key' : text, text, rest])
}

const REFUSED: readonly [what: string, text: string][] = [
  ['an array', '[{"admin":true}]'],
  ['null', 'null'],
  ['a string', '"admin"'],
  ['a number', '1'],
  ['true', 'true'],
  ['nothing', ''],
  ['two objects', '{}{}'],
  ['a cut object', '{"user":"ada"'],
  ['a Map', '{"$tagged":{"$Map":[["admin",true]]}}'],
  ['a Date', '{"$tagged":{"$Date":"2026-11-23T08:00:00.000Z"}}'],
  ['undefined', '{"$tagged":{"$literal":"undefined"}}'],
  ['an unknown tag', '{"$tagged":{"$Function":"return process"}}'],
  ['code for another codec', '{"rce":"_$$ND_FUNC$$_function(){throw 1}()"'],
  ['deep arrays', `{"a":${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}}`],
  ['deep objects', `${'{"a":'.repeat(LEVELS)}1${'}'.repeat(LEVELS)}`],
  ['deep Sets', `{"$tagged":${'{"$Set":['.repeat(LEVELS)}${']}'.repeat(LEVELS)}}`],
  ['the id for a key', '{"id":"another","user":"ada"}'],
  ['a method for a key', '{"rotate":1}'],
  ['the principal for a key', '{"principal":"root"}'],
  ['a member of the Express session for a key', '{"cookie":{"maxAge":1}}'],
]

const FLASH_REFUSED: readonly string[] = [
  '{}',
  '[]',
  '{"flash":1}',
  '{"flash":{"length":1}}',
  '{"flash":[1]}',
  '{"flash":[["a"]]}',
  '{"flash":[["a",1,"x"]]}',
  '{"flash":[{"0":"a","1":"","2":"x"}]}',
  '{"__proto__":{"flash":[["a","","x"]]}}',
]

describeOnBothStores('stored data', (makeStore) => {
  test.each(named(ODD_KEYS))('THREATS 26: %s is data and nothing else', async (_, data, keys) => {
    const store = makeStore()
    const planted = await plant(store, { data })
    const { at } = await start(store)
    expect((await at('/look', planted)).json).toEqual({ ...INNOCENT, keys })
    // And is so still when it was written again.
    expect((await at('/write', planted)).status).toBe(200)
    const kept = keys.includes('n') ? keys : [...keys, 'n']
    expect((await at('/look', planted)).json).toEqual({ ...INNOCENT, keys: kept })
    const shown = (await at('/show', planted)).text
    expect(Object.keys(JSON.parse(shown) as object)).toEqual(kept)
  })

  test.each(REFUSED)('THREATS 29: %s is no session, and is left as it lies', async (_, data) => {
    const store = makeStore()
    const planted = await plant(store, { data })
    const { at, app } = await start(store)
    const events = collect()
    expect((await at('/look', planted)).json).toEqual(NOTHING)
    expect(events.of('rejected')).toEqual([expect.objectContaining({ reason: 'undecodable' })])
    expect(app.errors).toEqual([])
    expect(await store.read(planted.key)).toEqual(planted.record)
  })

  test.each(FLASH_REFUSED)('THREATS 29: flash messages %s are no session', async (flash) => {
    const store = makeStore()
    const planted = await plant(store, { data: '{}', flash })
    const { at, app } = await start(store)
    expect((await at('/look', planted)).json).toEqual(NOTHING)
    expect((await at('/flash', planted)).json).toEqual([])
    expect(app.errors).toEqual([])
  })

  test('THREATS 26: a flash message may hold __proto__, as data', async () => {
    const store = makeStore()
    const flash = '{"flash":[["a","",{"__proto__":{"admin":true}}]]}'
    const planted = await plant(store, { data: '{}', flash })
    const { at } = await start(store)
    expect((await at('/flash', planted)).text).toBe('[{"__proto__":{"admin":true}}]')
    expect((await at('/look', planted)).json).toEqual({ ...INNOCENT, keys: [] })
  })
})

/** How applications put what a client sent into a session. */
const WAYS: Readonly<Record<string, (session: Data, sent: Data) => unknown>> = {
  'Object.assign': (session, sent) => Object.assign(session, sent),
  'a for…in loop': (session, sent) => {
    for (const key in sent) session[key] = sent[key]
  },
  'a loop over entries': (session, sent) => {
    for (const [key, value] of Object.entries(sent)) session[key] = value
  },
  'a spread under a key': (session, sent) => (session['form'] = { ...sent }),
  'the object itself': (session, sent) => (session['form'] = sent),
  'a clone': (session, sent) => (session['form'] = structuredClone(sent)),
  'JSON in a string': (session, sent) => (session['form'] = JSON.stringify(sent)),
  'Object.defineProperties': (session, sent) =>
    Object.defineProperties(session, Object.getOwnPropertyDescriptors(sent)),
  'a deep merge': deepMerge,
}

/** As many an application and some packages have it. */
function deepMerge(target: Data, source: Data): Data {
  for (const key of Object.keys(source)) {
    const [mine, theirs] = [target[key], source[key]]
    if (isMergeable(mine) && isMergeable(theirs)) deepMerge(mine, theirs)
    else target[key] = theirs
  }
  return target
}

function isMergeable(value: unknown): value is Data {
  return (typeof value === 'object' || typeof value === 'function') && value !== null
}

const SENT = [
  '{"__proto__":{"admin":true}}',
  '{"__proto__":{"__proto__":{"admin":true}}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"constructor":{"__proto__":{"admin":true}}}',
]

describeOnBothStores('a client that sends __proto__', (makeStore) => {
  test.each(Object.entries(WAYS))('THREATS 26: becomes no admin, by %s', async (_, put) => {
    const { app } = await start(makeStore(), {
      send: ({ session, request }) => {
        put(session, request.body as Data)
        return session['admin'] ?? null
      },
      draft: ({ session, request }) =>
        session.update((draft) => {
          Object.assign(draft, { kept: 1 }, { ...(request.body as Data) })
        }),
    })
    for (const text of SENT) {
      const browser = app.browser()
      const sent = JSON.parse(text) as Data
      expect((await browser.post('/send', sent)).json).toBeNull()
      expect((await browser.post('/look')).json).toMatchObject({ admin: null, everybody: null })
      await browser.post('/draft', sent)
      expect((await browser.post('/look')).json).toMatchObject({ admin: null, everybody: null })
    }
    // Nor does anybody who comes later.
    expect((await app.browser().post('/look')).json).toEqual(NOTHING)
  })

  test('THREATS 26: what took it for a prototype cannot be stored', async () => {
    const { app } = await start(makeStore(), {
      send: ({ session, request }) => void (session['form'] = Object.assign({}, request.body)),
    })
    const browser = app.browser()
    const answer = await browser.post('/send', JSON.parse(SENT[0] ?? '') as Data)
    expect([answer.status, answer.setCookies]).toEqual([500, []])
    expect(app.errors).toEqual([
      expect.objectContaining({ code: 'not_serializable', path: 'form' }),
    ])
  })
})

test('THREATS 26: a session shows no way to what all sessions share', async () => {
  const session: Data = await createSessions<Data>({ secret: SECRET }).open()
  expect([session[KEY], session['constructor']]).toEqual([undefined, undefined])
  session['constructor'] = { prototype: 1 }
  session[KEY] = { admin: true }
  expect(Object.entries(session)).toEqual([
    ['constructor', { prototype: 1 }],
    [KEY, { admin: true }],
  ])
})
