import { once } from 'node:events'
import { type IncomingMessage, request as ask } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ensureRedisServer } from '../../scripts/ensure-redis.ts'
import { type Demo, startDemo } from '../browser/demo-server.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { Shopper } from './shopper.ts'

const REASON = 'We are closing. Thank you for your visit.'

let redis: RedisServer

beforeAll(async () => {
  ensureRedisServer()
  redis = await startRedis()
})

afterAll(async () => {
  await redis?.stop()
})

describe.each(['memory', 'redis'] as const)('the shop floor on %s', (kind) => {
  let demo: Demo
  let owner: Shopper

  beforeAll(async () => {
    demo = await startDemo({ REDIS_URL: kind === 'redis' ? redis.url : '' })
  })

  afterAll(async () => {
    await demo?.[Symbol.asyncDispose]()
  })

  beforeEach(async () => {
    owner = await new Shopper(demo).signIn('owner', 'kettle')
  })

  test('is for the owner alone, on every route', async () => {
    const shopper = await new Shopper(demo).comeIn()
    const others = [
      new Shopper(demo),
      shopper,
      await new Shopper(demo).signIn('shopkeeper', 'saucer'),
      await new Shopper(demo).signIn('regular', 'biscuit'),
    ]
    for (const other of others) {
      const { id } = shopper
      const answers = [
        await other.get('/floor'),
        await other.get('/FLOOR/'),
        await other.get('/live/floor'),
        // The pages before had no form, and so no token.
        await other.page('/').then(() => other.send('/floor/escort', { id, reason: '1' })),
      ]
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403])
      for (const { text } of answers) {
        expect(text).toContain('Only the owner sees the shop floor')
        expect(text).not.toContain(id)
      }
      expect(await other.page('/')).not.toContain('Shop floor')
    }
    expect(await shopper.page('/')).toContain('Put Assam back')
  })

  test('shows who is there and how long they may stay, and nothing of their sessions', async () => {
    const shopper = await new Shopper(demo).comeIn()
    const keeper = await new Shopper(demo).signIn('shopkeeper', 'saucer')
    for (const path of ['/floor', '/live/floor']) {
      const page = await owner.page(path)
      expect(rowOf(page, owner)).toMatch(/The owner .*you.*(8:00:00|7:59:5\d) of 8 hours left/)
      expect(rowOf(page, keeper)).toMatch(/The shopkeeper .*Firefox on Linux.*3:59:5\d|4:00:00/)
      expect(rowOf(page, shopper)).toMatch(
        /A visitor in a \w+ coat and a \w+ hat .*(1:00|0:5\d) of 60 seconds left/,
      )
      expect(page).not.toContain('Assam')
      for (const { browser } of [owner, shopper, keeper]) {
        for (const value of browser.cookies.values()) {
          const [, family = '', , signature = ''] = value.split('.')
          expect(page).not.toContain(family)
          expect(page).not.toContain(signature)
        }
      }
    }
  })

  test('escorts a visitor out, who hears why', async () => {
    const shopper = await new Shopper(demo).comeIn()
    const form = { id: shopper.id, reason: '1', token: 'made up' }
    const forged = await owner.browser.get('/floor/escort', { method: 'POST', form })
    expect(forged.status).toBe(403)
    expect(await shopper.page('/')).toContain('Put Assam back')

    await owner.page('/floor')
    const { status, headers } = await owner.send('/floor/escort', { id: shopper.id, reason: '1' })
    expect([status, headers.location]).toEqual([303, '/floor'])
    const floor = await owner.page('/floor')
    expect(floor).toContain('Escorted out, with a kind word.')
    expect(floor).not.toContain(shopper.id)

    const late = await shopper.send('/basket/add', { tea: 'sencha' })
    expect([late.status, late.headers.location]).toEqual([303, '/escorted'])
    expect(await shopper.page('/escorted')).toContain(REASON)
    const shop = await shopper.page('/')
    expect(shop).toContain(`Your last visit was ended. ${REASON}`)
    expect(shop).not.toContain('Put Assam back')
    // In the store panel, as it lies there.
    expect(shop).toMatch(new RegExp(`sojourn1-ended ${shopper.id} \\d+ We%20are%20closing`))

    await shopper.comeIn()
    expect(await shopper.page('/')).not.toContain(REASON)
    await owner.send('/floor/escort', { id: 'made up', reason: 'nonsense' })
    expect(await owner.page('/floor')).toContain('They had left already.')
  })

  test('tells a page that its visit is over, within a second or two, and only then', async () => {
    const shopper = await new Shopper(demo).comeIn()
    const { id } = shopper
    const door = await openDoor(demo, shopper, id)
    await owner.page('/floor')
    await owner.send('/floor/escort', { id, reason: '1' })
    expect(await textOf(door)).toBe(`:\n\nevent: over\ndata: "${REASON}"\n\n`)
    // A page that connects again has missed it.
    expect(await textOf(await openDoor(demo, shopper, id))).toContain(`data: "${REASON}"`)
  })

  test('tells a page of one tab that another has left', async () => {
    const shopper = await new Shopper(demo).comeIn()
    const { id } = shopper
    const door = await openDoor(demo, shopper, id)
    await shopper.send('/leave')
    expect(await textOf(door)).toContain('data: "You left in another window."')
    // The cookie is for a later visit by now.
    expect(await textOf(await openDoor(demo, shopper, id))).toContain('event: over\ndata: null')
  })
})

test('shows a hundred sessions, and says that there may be more', async () => {
  await using demo = await startDemo()
  const owner = await new Shopper(demo).signIn('owner', 'kettle')
  for (let come = 1; come < 99; come++) await new Shopper(demo).comeIn()
  expect(await owner.page('/floor')).not.toContain('there may be more')
  for (let come = 0; come < 2; come++) await new Shopper(demo).comeIn()
  const floor = await owner.page('/floor')
  expect(floor).toContain('there may be more')
  expect(floor.split('data-person=')).toHaveLength(1 + 100)
})

test('what pages ask by themselves is no step', async () => {
  await using demo = await startDemo({ REDIS_URL: redis.url })
  const owner = await new Shopper(demo).signIn('owner', 'kettle')
  const shopper = await new Shopper(demo).comeIn()
  const stored = () => Promise.all([owner, shopper].map(({ id }) => redis.cli('get', `shop:${id}`)))
  const before = await stored()
  const door = await openDoor(demo, shopper, shopper.id)
  await owner.page('/live/floor')
  expect(await stored()).toEqual(before)
  door.destroy()
  await shopper.page('/')
  expect(await stored()).not.toEqual(before)
})

test('a page hears at once of an owner who is at another server', async () => {
  const env = { REDIS_URL: redis.url, SESSION_SECRET: 'shared by two servers of one shop' }
  await using here = await startDemo(env)
  await using there = await startDemo(env)
  const shopper = await new Shopper(here).comeIn()
  const door = await openDoor(here, shopper, shopper.id)
  const owner = await new Shopper(there).signIn('owner', 'kettle')
  await owner.page('/floor')
  const told = textOf(door)
  await owner.send('/floor/escort', { id: shopper.id, reason: '1' })
  expect(await told).toContain(`data: "${REASON}"`)
})

test('the store panel shows the same for the memory store as for Redis', async () => {
  const panels: string[] = []
  for (const REDIS_URL of ['', redis.url]) {
    await using demo = await startDemo({ REDIS_URL })
    const regular = await new Shopper(demo, `a "browser"; it's (1,0) @home`).signIn(
      'regular',
      'biscuit',
    )
    await regular.send('/basket/add', { tea: 'assam' })
    const page = await regular.page('/')
    const record = /data-store="record"\s*>(.*?)<\/pre/s.exec(page)?.[1] ?? ''
    const list = /data-store="list"\s*>(.*?)<\/pre/s.exec(page)?.[1] ?? ''
    expect(list).toMatch(new RegExp(`^\\s*${regular.id}\\.\\d{13}$`, 'm'))
    expect(page).toContain('<code>shop:of:regular</code>')
    panels.push(sameForAll(record, regular.id))
  }
  const [memory, inRedis] = panels
  expect(memory).toContain(' regular@#,pwd;')
  expect(memory).toBe(inRedis)
})

/** Without what is random, or a time. */
function sameForAll(record: string, id: string): string {
  return record
    .replaceAll(/<[^>]+>/g, '')
    .replace(id, 'ID')
    .replace(/ID \S+ \S+/, 'ID WRITES FAMILY')
    .replace(/ \d{13} \d+ /, ' CREATED TOUCHED ')
    .replace(/@-?\d+/, '@#')
    .replace(/\+0 \d+ /, '+0 DEADLINE ')
}

/** The words of somebody's row. */
function rowOf(page: string, { id }: Shopper): string {
  const [, row = ''] = page.split(`data-person="${id}"`)
  return (row.split('</li>')[0] ?? '').replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')
}

async function openDoor(demo: Demo, { browser }: Shopper, id: string): Promise<IncomingMessage> {
  const request = ask(`${demo.url}/live/door/${id}`, { headers: { cookie: browser.cookieHeader } })
  request.end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  expect(response.headers['content-type']).toBe('text/event-stream')
  return response
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of response) text += String(part)
  return text
}
