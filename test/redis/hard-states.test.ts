import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createSessions } from '../../src/sessions.ts'
import type { LoadPackage } from '../../src/store/redis/clients.ts'
import { ConnectingStore } from '../../src/store/redis/connecting-store.ts'
import { resolveConnection } from '../../src/store/redis/connection.ts'
import { type App, type Pages, SECRET, type Data, dataIn, startApp } from '../support/app.ts'
import type { Browser } from '../support/browser-jar.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { until } from '../support/until.ts'
import { HARD_STATES, type HardState, SERVER_ARGS } from './hard-states.ts'
import { PACKAGES } from './packages.ts'

const [nodeRedis, , ioredis] = PACKAGES
const CLIENTS = [nodeRedis, ioredis]
const PAGE = new URL('../../docs/reliability/server-states.md', import.meta.url)

let server: RedisServer
beforeAll(async () => {
  server = await startRedis({ args: SERVER_ARGS })
})
afterAll(async () => server.stop())

async function site(load: LoadPackage, storeTimeoutMs = 500): Promise<App> {
  const where = resolveConnection({ host: '127.0.0.1', port: server.port })
  const store = new ConnectingStore(where, undefined, load)
  await store.read('connecting')
  const sessions = createSessions<Data>({ secret: SECRET, store, storeTimeoutMs })
  onTestFinished(() => sessions.close())
  const pages: Pages = {
    hello: () => 'hello',
    show: ({ session }) => dataIn(session),
    set: ({ session, request }) => void (session['n'] = Number(request.query['n'])),
    async in({ session, request }) {
      session['n'] = 1
      await session.signIn(request.query['as'] as string, { keep: ['n'] })
    },
    count: async ({ session }) =>
      session.update((draft) => void (draft['n'] = Number(draft['n']) + 1)),
    out: async ({ session }) => session.signOut(),
    revoke: async ({ request }) =>
      sessions.of(request.query['of'] as string).revokeAll({ reason: 'lost' }),
  }
  return startApp(sessions, pages)
}

async function person(app: App, name: string): Promise<Browser> {
  const browser = app.browser()
  expect((await browser.get(`/in?as=${name}`)).status).toBe(200)
  return browser
}

/** What its session holds now; `{}` when it is over. */
async function shown(browser: Browser): Promise<unknown> {
  const { status, json } = await browser.get('/show')
  expect(status).toBe(200)
  return json
}

async function expectWhile(state: HardState, app: App): Promise<void> {
  const name = `${Math.random()}`
  const reader = await person(app, `reader-${name}`)
  const writer = await person(app, `writer-${name}`)
  const leaver = await person(app, `leaver-${name}`)
  const revoked = await person(app, `revoked-${name}`)
  const [anybody, newcomer] = [app.browser(), app.browser()]

  await state.begin(server)
  const [hello, read] = await Promise.all([anybody.get('/hello'), reader.get('/show')])
  const [written, begun, left, ended] = await Promise.all([
    writer.get('/set?n=2'),
    newcomer.get('/set?n=2'),
    leaver.get('/out'),
    anybody.get(`/revoke?of=revoked-${name}`),
  ])
  await state.end(server)

  expect([hello.status, hello.text, hello.setCookies]).toEqual([200, '"hello"', []])
  expect(read.status, read.text).toBe(state.read)
  expect(written.status).toBe(statusOf(state.write))
  expect(begun.status).toBe(statusOf(state.write))
  expect(left.status).toBe(statusOf(state.signOut))
  expect(ended.status).toBe(statusOf(state.revoke))
  for (const answer of [read, written, begun, left, ended]) {
    if (answer.status === 503) expect(answer.setCookies).toEqual([])
  }

  // The first to come may come before a client has noticed that all is well.
  await expect.poll(async () => (await reader.get('/show')).status, { timeout: 5000 }).toBe(200)
  expect(await shown(reader)).toEqual({ n: 1 })
  expect(afterwards(state.write, { n: 1 }, { n: 2 })).toContainEqual(await shown(writer))
  expect(afterwards(state.signOut, { n: 1 }, {})).toContainEqual(await shown(leaver))
  expect(afterwards(state.revoke, { n: 1 }, {})).toContainEqual(await shown(revoked))
}

function statusOf(answered: 200 | 503 | 'late'): number {
  return answered === 'late' ? 503 : answered
}

function afterwards(answered: 200 | 503 | 'late', before: object, done: object): object[] {
  if (answered === 'late') return [before, done]
  return answered === 200 ? [done] : [before]
}

describe.each(CLIENTS)('over %s', (_, load) => {
  test.each(Object.entries(HARD_STATES))(
    'while %s, requests are told so, nobody is signed out, and all goes on afterwards',
    async (_, state) => {
      await expectWhile(state, await site(load))
    },
  )
})

test('a session that was evicted is as one that has expired: the next request is a visitor’s', async () => {
  const app = await site(nodeRedis[1])
  const browser = await person(app, 'evicted')
  await server.cli('config', 'set', 'maxmemory-policy', 'allkeys-random')
  await server.cli('config', 'set', 'maxmemory', '1')
  onTestFinished(async () => {
    await server.cli('config', 'set', 'maxmemory', '0')
    await server.cli('config', 'set', 'maxmemory-policy', 'noeviction')
  })
  await until('nothing is left', async () => {
    await server.cli('set', 'other', 'x').catch(() => {})
    return (await server.cli('dbsize')) === 0
  })
  const answer = await browser.get('/show')
  expect([answer.status, answer.text, answer.setCookies]).toEqual([200, '{}', []])
  await server.cli('config', 'set', 'maxmemory', '0')
  expect((await browser.get('/set?n=2')).setCookies).toHaveLength(1)
  expect(await shown(browser)).toEqual({ n: 2 })
})

test('scripts that are forgotten while many write are sent again, and nothing is done twice', async () => {
  const apps = [await site(nodeRedis[1], 20_000), await site(ioredis[1], 20_000)]
  const browser = await person(apps[0] as App, 'forgotten')
  const writes = Array.from({ length: 100 }, async (_, at) => {
    const { port } = apps[at % 2] as App
    expect((await browser.get('/count', { port })).status).toBe(200)
    await server.cli('script', 'flush')
  })
  await Promise.all(writes)
  expect(await shown(browser)).toEqual({ n: 101 })
})

test('each of these has its row in the documents', () => {
  const page = readFileSync(PAGE, 'utf8')
  for (const name of Object.keys(HARD_STATES)) expect(page).toContain(`| ${name} `)
})
