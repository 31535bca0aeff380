import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CookieOptions } from '../../src/options/options.ts'
import { parseSetCookie } from '../support/browser-jar.ts'
import { collect } from '../support/events.ts'
import { type Hosts, Scripted, serveHttps } from './hosts.ts'
import { launchBrowser, openPage, readAt } from './launch.ts'
import { type Site, openSite } from './site.ts'

/** A sibling of the shop plants cookies; its session there is eve's. */
const SIBLING = 'evil.shop.example'

const SHOPS = {
  'shop.example': {},
  'named.shop.example': { name: 'shop', secure: true },
  'shared.shop.example': { domain: 'shop.example' },
} as const satisfies Readonly<Record<string, CookieOptions>>

const sites: Readonly<Record<string, Site>> = Object.fromEntries(
  Object.entries(SHOPS).map(([host, cookie]) => [host, openSite({ cookie })]),
)

let browser: Browser
let hosts: Hosts
let page: Page
const sibling = new Scripted()

beforeAll(async () => {
  browser = await launchBrowser()
  page = await openPage(browser)
  const listeners = Object.entries(sites).map(([host, { listener }]) => [host, listener])
  hosts = await serveHttps({ ...Object.fromEntries(listeners), [SIBLING]: sibling.listener })
})
afterAll(async () => {
  await browser?.close()
  await hosts?.stop()
})
beforeEach(() => page.context().clearCookies())

/** The cookie of a session that eve began, or of the one in which she is signed in. */
async function evesCookie(shop: string, how: 'begun' | 'signed in' = 'begun'): Promise<string> {
  const { sessions } = sites[shop] as Site
  const hers = await sessions.open()
  if (how === 'begun') hers['user'] = 'eve'
  else await hers.signIn('eve')
  const { setCookie = '' } = await sessions.commit(hers)
  return parseSetCookie(setCookie).value
}

/** Ada visits the sibling, which sets these cookies. */
async function plant(...lines: string[]): Promise<void> {
  sibling.setCookies = lines
  await page.goto(hosts.url(SIBLING, '/account/page'))
}

/** What came with the last request to a shop. */
function sent(shop: string): string {
  return sites[shop]?.cookieHeaders.at(-1) ?? ''
}

describe('THREATS T4: a sibling plants its own session', () => {
  const shop = 'shop.example'

  test.each([
    ['as __Host-sid for the whole domain', '__Host-sid=EVE; Path=/; Secure; Domain=shop.example'],
    ['as __Host-sid of its own', '__Host-sid=EVE; Path=/; Secure'],
    ['under a longer path', '__Host-sid=EVE; Path=/account; Secure; Domain=shop.example'],
    ['in other letters', '__HOST-SID=EVE; Path=/; Secure; Domain=shop.example'],
    ['without a name', '=__Host-sid=EVE; Path=/; Domain=shop.example'],
  ])('%s: the browser does not send it', async (_, line) => {
    const eve = await evesCookie(shop)
    await page.goto(hosts.url(shop, '/in?ada'))
    await plant(line.replace('EVE', eve))
    expect(await readAt(page, hosts.url(shop, '/account/who'))).toBe('ada')
    expect(sent(shop)).not.toContain(eve)
  })

  test('as __Host-sid-in for the whole domain, on ada who is signed in, or not yet', async () => {
    const eve = await evesCookie(shop, 'signed in')
    for (const path of ['/in?ada', '/sign-in?ada']) {
      await page.goto(hosts.url(shop, path))
      await plant(`__Host-sid-in=${eve}; Path=/; Secure; Domain=shop.example`)
      expect(await readAt(page, hosts.url(shop, '/who'))).toBe('ada')
      expect(sent(shop)).not.toContain(eve)
    }
  })

  test.each([
    ['as sid, which is for plain http', 'sid=EVE; Path=/; Domain=shop.example'],
    ['as __Secure-sid', '__Secure-sid=EVE; Path=/; Secure; Domain=shop.example'],
    ['behind a space that is none', '\u2000__Host-sid=EVE; Path=/; Domain=shop.example'],
    ['percent-encoded', '%5F%5FHost-sid=EVE; Path=/; Domain=shop.example'],
    ['as a value', 'x=__Host-sid=EVE; Path=/; Domain=shop.example'],
    ['as a version', '$Version=1; Path=/; Domain=shop.example'],
  ])('%s: the browser sends it, and it opens nothing', async (_, line) => {
    const eve = await evesCookie(shop)
    await plant(Buffer.from(line.replace('EVE', eve)).toString('latin1'))
    expect(await readAt(page, hosts.url(shop, '/account/who'))).toBe('nobody')
    expect(sent(shop)).toContain(line.startsWith('$') ? '$Version' : eve)
    expect(await readAt(page, hosts.url(shop, '/in?ada'))).toBe('ada')
    expect(await readAt(page, hosts.url(shop, '/account/who'))).toBe('ada')
  })
})

describe.each([
  ['a name of your own', 'named.shop.example', 'shop', 'a longer path', '/account'],
  ['a name of your own', 'named.shop.example', 'shop', 'the same path', '/'],
  ['a shared domain', 'shared.shop.example', '__Secure-sid', 'a longer path', '/account'],
])('THREATS T4: with %s', (_what, shop, name, how, path) => {
  test(`two cookies of the name are ignored, planted under ${how}`, async () => {
    const eve = await evesCookie(shop)
    await page.goto(hosts.url(shop, '/in?ada'))
    await plant(`${name}=${eve}; Path=${path}; Secure; Domain=shop.example`)
    const events = collect()
    expect(await readAt(page, hosts.url(shop, '/account/who'))).toBe('nobody')
    expect(sent(shop).split(`${name}=`)).toHaveLength(3)
    expect(events.of('rejected')).toMatchObject([{ reason: 'duplicate' }])
  })
})

test('THREATS T4: with a name of your own, two sign-ins are ignored', async () => {
  const shop = 'named.shop.example'
  const eve = await evesCookie(shop, 'signed in')
  await page.goto(hosts.url(shop, '/sign-in?ada'))
  await plant(`shop-in=${eve}; Path=/account; Secure; Domain=shop.example`)
  const events = collect()
  expect(await readAt(page, hosts.url(shop, '/account/who'))).toBe('nobody')
  expect(events.of('rejected')).toMatchObject([{ reason: 'duplicate' }])
})

test('not defended: with a shared domain a sibling can put its session in place of yours', async () => {
  const shop = 'shared.shop.example'
  const eve = await evesCookie(shop)
  await page.goto(hosts.url(shop, '/in?ada'))
  await plant(`__Secure-sid=${eve}; Path=/; Secure; Domain=shop.example`)
  expect(await readAt(page, hosts.url(shop, '/who'))).toBe('eve')
})

test('not defended: a sibling can plant its session on a visitor, where the name has no prefix', async () => {
  const shop = 'named.shop.example'
  await plant(`shop=${await evesCookie(shop)}; Path=/; Secure; Domain=shop.example`)
  expect(await readAt(page, hosts.url(shop, '/who'))).toBe('eve')
})
