import express from 'express'
import { expect, test } from 'vitest'
import { session } from '../../src/adapters/express.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, SECRET, listen } from '../support/app.ts'
import { LatchStore } from '../support/latch-store.ts'
import { cookieOf } from '../support/timed.ts'

function makeSet(name: string) {
  const store = new LatchStore(memoryStore())
  return { store, sessions: createSessions<Data>({ secret: SECRET, store, cookie: { name } }) }
}

type Set = ReturnType<typeof makeSet>

async function cookieFrom({ sessions }: Set): Promise<string> {
  const made = await sessions.open()
  made['n'] = 1
  return cookieOf((await sessions.commit(made)).setCookie)
}

/** The cookie of a session that was signed in, and has been revoked. */
async function endedCookieFrom({ sessions }: Set): Promise<string> {
  const made = await sessions.open()
  await made.signIn('ada')
  const cookie = cookieOf((await sessions.commit(made)).setCookie)
  await sessions.revoke(made.id, { reason: 'lost' })
  return cookie
}

/** How many visits hang on a request; a ring of them counts as ten. */
function visitsOn(request: object): number {
  interface Linked {
    readonly earlier?: Linked
  }
  const symbols = Object.getOwnPropertySymbols(request)
  const symbol = symbols.find(({ description }) => description === 'sojourn.visit') ?? Symbol()
  let visit = (request as Record<symbol, Linked | undefined>)[symbol]
  let count = 0
  for (; visit !== undefined && count < 10; visit = visit.earlier) count++
  return count
}

test('two sets of sessions opened in parallel make no ring of visits', async () => {
  const [shop, admin] = [makeSet('shop'), makeSet('admin')]
  const cookies = [await endedCookieFrom(shop), await cookieFrom(shop), await cookieFrom(admin)]
  const header = cookies.join('; ')
  const request = {}
  // The shop is admitted with the session that has ended, then the admin, then the shop once more.
  const [ended, visitors] = [shop.store.holdAfter('read'), shop.store.holdAfter('read')]
  const opening = shop.sessions.open(header, request)
  await ended.reached
  ended.release()
  await visitors.reached
  const ofAdmin = await admin.sessions.open(header, request)
  visitors.release()
  const ofShop = await opening
  expect(visitsOn(request)).toBe(2)
  expect([ofShop['n'], shop.sessions.from(request) === ofShop]).toEqual([1, true])
  expect(admin.sessions.from(request)).toBe(ofAdmin)
})

test('a request that a session is opened for again and again keeps the latest of each set', async () => {
  const [shop, admin] = [makeSet('shop'), makeSet('admin')]
  const request = {}
  for (let i = 0; i < 5; i++) {
    await admin.sessions.open('', request)
    await shop.sessions.open('', request)
  }
  const latest = await shop.sessions.open('', request)
  expect(visitsOn(request)).toBe(2)
  expect(shop.sessions.from(request)).toBe(latest)
})

test("an adapter's session stays on the request, whatever else is opened for it and when", async () => {
  const [shop, admin] = [makeSet('shop'), makeSet('admin')]
  const app = express()
  let early: Promise<unknown> | undefined
  app.use(session(admin.sessions, { property: 'admin' }))
  app.use((request, _response, next) => {
    setImmediate(() => {
      early = shop.sessions.open('', request)
    })
    next()
  })
  app.use(session(shop.sessions))
  app.get('/', async (request, response) => {
    const mine: object = request.session
    Object.assign(mine, { n: 1 })
    await early
    for (let i = 0; i < 3; i++) await shop.sessions.open('', request)
    response.json([request.session === mine, 'admin' in request, visitsOn(request)])
  })
  const served = await listen(app)
  const { json, setCookies } = await served.browser().get('/')
  expect(json).toEqual([true, true, 3])
  expect(setCookies).toEqual([expect.stringMatching(/^shop=/)])
})
