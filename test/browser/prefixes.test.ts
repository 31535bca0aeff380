import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CookieOptions } from '../../src/options/options.ts'
import { type Hosts, Scripted, serveHttp, serveHttps } from './hosts.ts'
import { launchBrowser, openPage, readAt } from './launch.ts'
import { openSite } from './site.ts'

const OURS: Readonly<Record<string, CookieOptions>> = {
  '__Host-sid': {},
  '__Host-Http-sid': { name: '__Host-Http-sid' },
  '__Secure-sid': { domain: 'shop.example' },
  '__Http-sid': { name: '__Http-sid', path: '/deep' },
}

let browser: Browser
let page: Page
let tls: Hosts
let plain: Hosts
const scripted = new Scripted()

beforeAll(async () => {
  browser = await launchBrowser()
  page = await openPage(browser)
  const sites = Object.entries(OURS).map(([name, cookie], at) => {
    return [hostOf(name, at), openSite({ cookie }).listener] as const
  })
  const listeners = { ...Object.fromEntries(sites), 'raw.example': scripted.listener }
  tls = await serveHttps(listeners)
  plain = await serveHttp(listeners)
})
afterAll(async () => {
  await browser?.close()
  await tls?.stop()
  await plain?.stop()
})
beforeEach(() => page.context().clearCookies())

/** The host with a domain to share is a child of it. */
function hostOf(name: string, at: number): string {
  return name === '__Secure-sid' ? 'www.shop.example' : `shop${at}.example`
}

async function jar(): Promise<string[]> {
  return (await page.context().cookies()).map(({ name }) => name)
}

/** Each has a name of its own, so that one response can carry all. */
const DROPPED = [
  ['__Host- with Domain', '__Host-a=x; Path=/; Secure; Domain=raw.example'],
  ['__Host- without Secure', '__Host-b=x; Path=/'],
  ['__Host- with a longer path', '__Host-c=x; Path=/deep; Secure'],
  ['__Host- without a path', '__Host-d=x; Secure'],
  ['__host- in other letters, with Domain', '__host-e=x; Path=/; Secure; Domain=raw.example'],
  ['__Secure- without Secure', '__Secure-f=x; Path=/'],
  ['__Http- without HttpOnly', '__Http-g=x; Path=/; Secure'],
  ['__Host-Http- without HttpOnly', '__Host-Http-h=x; Path=/; Secure'],
  ['__Host-Http- with Domain', '__Host-Http-i=x; Path=/; Secure; HttpOnly; Domain=raw.example'],
  ['a cookie without a name that looks like __Host-', '=__Host-j=x; Path=/; Secure'],
] as const

describe('what the browser keeps', () => {
  let kept: string

  beforeAll(async () => {
    scripted.setCookies = [...DROPPED.map(([, line]) => line), 'control=1; Path=/']
    await page.goto(tls.url('raw.example', '/deep/page'))
    kept = JSON.stringify(await page.context().cookies())
  })

  test.each(DROPPED)('THREATS T4: not %s (ASVS 3.3.1)', (_, line) => {
    const [, name = ''] = /^=?([^=]+)/.exec(line) ?? []
    expect(kept).toContain('control')
    expect(kept).not.toContain(name)
  })

  test('THREATS T4: nothing Secure, prefixed or not, that came over http', async () => {
    const all = Object.keys(OURS).map((name) => `${name}=x; Path=/; Secure; HttpOnly`)
    scripted.setCookies = [...all, 'sid=x; Path=/; Secure', 'control=1; Path=/']
    await page.goto(plain.url('raw.example'))
    expect(await jar()).toEqual(['control'])
  })

  test('THREATS T4: from scripts no __Http- and no __Host-Http-, but __Host- (ASVS 3.3.4)', async () => {
    scripted.setCookies = []
    await page.goto(tls.url('raw.example'))
    for (const name of ['__Host-Http-sid', '__Http-sid', '__Host-sid']) {
      await page.evaluate(`document.cookie = '${name}=x; Path=/; Secure'`)
    }
    expect(await jar()).toEqual(['__Host-sid'])
  })
})

describe.each(Object.entries(OURS))('our %s', (name, options) => {
  const host = hostOf(name, Object.keys(OURS).indexOf(name))
  const home = options.path ?? ''

  test('THREATS 22: arrives, comes back, and scripts never see it (ASVS 3.3.1, ASVS 3.3.3, ASVS 3.3.4)', async () => {
    expect(await readAt(page, tls.url(host, `${home}/in?ada`))).toBe('ada')
    expect(await jar()).toEqual([name])
    expect(await readAt(page, tls.url(host, `${home}/who`))).toBe('ada')
    expect(await page.evaluate('document.cookie')).toBe('')
    const [cookie] = await page.context().cookies()
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax' })
  })

  test('scripts can neither change it nor put another beside it', async () => {
    await page.goto(tls.url(host, `${home}/in?ada`))
    const before = await page.context().cookies()
    const same = `Path=${options.path ?? '/'}; Secure${name === '__Secure-sid' ? '; Domain=shop.example' : ''}`
    for (const attributes of [same, `${same}; Max-Age=0`]) {
      await page.evaluate(`document.cookie = '${name}=x; ${attributes}'`)
    }
    expect(await page.context().cookies()).toEqual(before)
    expect(await readAt(page, tls.url(host, `${home}/who`))).toBe('ada')
  })
})
