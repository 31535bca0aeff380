import { inspect } from 'node:util'
import { Redis as Ioredis } from 'ioredis'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createSeal } from '../../src/cookie/credential.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { redisStore } from '../../src/store/redis/redis-store.ts'
import { type Data, type Pages, SECRET, startApp } from '../support/app.ts'
import { useRedis } from '../support/both-stores.ts'
import { type CollectedEvents, collect } from '../support/events.ts'
import { LatchStore } from '../support/latch-store.ts'

const PAGES: Pages = {
  begin: ({ session }) => {
    session['user'] = 'ada'
    return session.id
  },
  look: () => undefined,
  write: ({ session }) => void (session['n'] = Math.random()),
  rotate: ({ session }) => session.rotate(),
  out: ({ session }) => session.invalidate(),
}

const names = ({ all }: CollectedEvents) => all.map(([name]) => name)

async function begin({ touchInterval = 60, timeout = 1200 } = {}) {
  let now = 1_800_000_000_000
  const store = new LatchStore(memoryStore({ now: () => now }))
  const sessions = createSessions<Data>({ secret: SECRET, store, touchInterval, timeout })
  const app = await startApp(sessions, PAGES)
  const browser = app.browser()
  const pass = (seconds: number) => void (now += seconds * 1000)
  return { store, app, browser, pass }
}

describe('events', () => {
  test('created, opened, saved, rotated, destroyed: with id and request', async () => {
    const { browser } = await begin()
    const events = collect()
    const { json: id } = await browser.post('/begin')
    await browser.post('/write')
    await browser.post('/rotate')
    await browser.post('/out')
    expect(names(events)).toEqual([
      'created',
      'opened',
      'saved',
      'opened',
      'saved',
      'rotated',
      'opened',
      'destroyed',
    ])
    for (const [, message] of events.all) {
      expect(message.id).toBe(id)
      expect(message.request).toHaveProperty('url')
    }
  })

  test('a visitor makes none', async () => {
    const { app } = await begin()
    const events = collect()
    await app.browser().get('/look')
    expect(events.all).toEqual([])
  })

  test('touched', async () => {
    const { browser, pass } = await begin()
    await browser.post('/begin')
    const events = collect()
    await browser.get('/look')
    expect(names(events)).toEqual(['opened'])
    pass(60)
    await browser.get('/look')
    expect(names(events)).toEqual(['opened', 'opened', 'touched'])
  })

  test('conflict, and gone', async () => {
    const { browser, store } = await begin()
    await browser.post('/begin')
    for (const [path, seen] of [
      ['/write', 'conflict'],
      ['/out', 'gone'],
    ] as const) {
      const latch = store.holdBefore('replace')
      const slow = browser.copy().post('/write')
      await latch.reached
      await browser.copy().post(path)
      const events = collect()
      latch.release()
      await slow
      expect(events.of(seen)).toEqual([expect.objectContaining({ id: expect.any(String) })])
    }
  })

  test('gone, reason late_changes: written after the first byte and not saved', async () => {
    const sessions = createSessions<Data>({ secret: SECRET })
    const app = await startApp(sessions, {
      ...PAGES,
      stream: ({ session, response }) => {
        response.write('first')
        session['late'] = 1
        response.end()
      },
    })
    const browser = app.browser()
    await browser.post('/begin')
    const events = collect()
    await browser.get('/stream')
    await expect.poll(() => events.of('gone')).toHaveLength(1)
    expect(events.of('gone')).toEqual([expect.objectContaining({ reason: 'late_changes' })])
  })

  test('rejected: malformed, forged, duplicate', async () => {
    const { browser } = await begin()
    await browser.post('/begin')
    const value = browser.cookies.get('sid') ?? ''
    const bad = [
      ['sid=x', 'malformed'],
      [`sid=${value.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))}`, 'forged'],
      [`sid=${value}; sid=${value}`, 'duplicate'],
    ] as const
    for (const [cookie, reason] of bad) {
      const events = collect()
      await browser.copy().get('/look', { cookie })
      expect(events.all).toEqual([['rejected', { reason, request: expect.anything() }]])
    }
  })

  test('rejected: absent, expired, rotated', async () => {
    const { browser, store, pass } = await begin({ timeout: 100 })
    await browser.post('/begin')
    const old = browser.copy()
    await browser.post('/rotate')
    const rotated = collect()
    await old.get('/look')
    expect(rotated.of('rejected')).toEqual([expect.objectContaining({ reason: 'rotated' })])

    // Read in time, judged too late.
    const expired = collect()
    const latch = store.holdAfter('read')
    const late = browser.get('/look')
    await latch.reached
    pass(200)
    latch.release()
    await late
    expect(expired.of('rejected')).toEqual([expect.objectContaining({ reason: 'expired' })])

    const absent = collect()
    await browser.get('/look')
    expect(absent.of('rejected')).toEqual([expect.objectContaining({ reason: 'absent' })])
  })

  test('replayed: the family in force with an edition whose grace is over', async () => {
    const { browser, pass } = await begin()
    await browser.post('/begin')
    const [id = '', family = ''] = browser.cookies.get('sid')?.split('.') ?? []
    const successor = createSeal([SECRET], 'session:').write('sid', { id, family, edition: 1 })
    await browser.copy().get('/look', { cookie: `sid=${successor}` })
    pass(60)
    const events = collect()
    const answer = await browser.post('/write')
    expect(answer.setCookies).toEqual([])
    expect(events.of('replayed')).toEqual([expect.objectContaining({ id })])
    expect(events.of('rejected')).toEqual([])
  })

  test.each(['read', 'create', 'replace', 'touch', 'remove'] as const)(
    'unavailable, with the operation: %s',
    async (operation) => {
      const { browser, store } = await begin({ touchInterval: 0 })
      if (operation !== 'create') await browser.post('/begin')
      const path = { create: '/begin', read: '/look', touch: '/look', replace: '/write' }
      const events = collect()
      store.failNext(operation, new Error('down'))
      await browser.post(operation === 'remove' ? '/out' : path[operation])
      expect(events.of('unavailable')).toEqual([
        expect.objectContaining({ operation, request: expect.anything() }),
      ])
    },
  )
})

describe('nothing that is said holds a cookie, a secret or data (ASVS 3.3.4)', () => {
  const redis = useRedis()
  const DATA = 'data-that-nobody-may-see'

  const SPEAKING: Pages = {
    begin: ({ session }) => {
      session['user'] = DATA
      session.pushFlash(DATA)
      return session.id
    },
    write: ({ session }) => void (session['n'] = `${DATA}${Math.random()}`),
    big: ({ session }) => void (session['n'] = DATA.repeat(100_000)),
    bad: ({ session }) => void (session[DATA.slice(0, 4)] = { of: [() => DATA] }),
    reserved: ({ session }) => void Object.assign(session, { rotate: DATA }),
    update: ({ session }) => session.update((draft) => void (draft['m'] = DATA)),
    rotate: ({ session }) => session.rotate(),
    out: ({ session }) => session.invalidate(),
    print: ({ session }) => console.log(session, { session }, inspect(session)),
  }

  const CLIENTS = {
    'node-redis': () => redis.connectedStore(),
    ioredis: async () => {
      const client = new Ioredis(redis.server.port)
      onTestFinished(() => client.disconnect())
      await client.ping()
      return redisStore({ client })
    },
  }

  test.each(Object.entries(CLIENTS))('over %s', async (_, makeStore) => {
    const said: unknown[] = []
    for (const way of ['log', 'error', 'warn', 'info', 'debug'] as const) {
      vi.spyOn(console, way).mockImplementation((...given) => void said.push(given.map(shown)))
    }
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation((...given) => {
      said.push(given)
    })
    onTestFinished(() => {
      vi.restoreAllMocks()
      warn.mockRestore()
    })
    const store = await makeStore()
    const sessions = createSessions<Data>({ secret: SECRET, store, storeTimeoutMs: 100 })
    const app = await startApp(sessions, SPEAKING)
    const events = collect()
    const browser = app.browser()
    const cookies: string[] = []
    const visit = async (...paths: string[]) => {
      for (const path of paths) {
        const { text } = await browser.post(path)
        said.push(text)
        cookies.push(...browser.cookies.values())
      }
    }
    await visit('/begin', '/write', '/big', '/bad', '/reserved', '/update', '/print')
    const old = browser.copy()
    await visit('/rotate')
    await old.post('/write')
    await redis.server.cli('config', 'set', 'maxmemory', '1')
    await visit('/write', '/update')
    await redis.server.cli('config', 'set', 'maxmemory', '0')
    const id = browser.cookies.get('sid')?.split('.')[0]
    const key = `session:${id ?? ''}`
    const value = String(await redis.server.cli('get', key))
    await redis.server.cli('set', key, value.replace(/^sojourn1/, 'sojourn2'))
    await visit('/write')
    await redis.server.cli('set', key, value.slice(0, -1))
    await visit('/write')
    await redis.server.cli('set', key, value)
    await redis.server.cli('acl', 'setuser', 'default', '-@scripting')
    await visit('/write', '/out')
    await redis.server.cli('acl', 'setuser', 'default', '+@all')
    redis.server.pause()
    await visit('/write', '/out')
    redis.server.resume()
    await visit('/out')

    for (const [name, { request: _request, ...message }] of events.all) said.push([name, message])
    said.push(...app.errors)
    const everything = said.map(shown).join('\n')
    expect(everything.length).toBeGreaterThan(2000)
    expect(everything).not.toContain(DATA)
    expect(everything).not.toContain(SECRET)
    for (const cookie of cookies) {
      const [, family = '', , signature = ''] = cookie.split('.')
      expect(everything).not.toContain(family)
      expect(everything).not.toContain(signature)
    }
    expect(cookies.filter((cookie) => cookie.split('.').length === 4).length).toBeGreaterThan(5)
  })
})

/** A value as a log would show it, causes and own fields of errors included. */
function shown(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, { depth: 12, maxStringLength: null })
}
