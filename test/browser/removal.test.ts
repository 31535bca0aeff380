import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CookieOptions } from '../../src/options/options.ts'
import { type Hosts, serveHttp, serveHttps } from './hosts.ts'
import { launchBrowser, openPage, readAt } from './launch.ts'
import { openSite } from './site.ts'

type Case = readonly [what: string, home: string, cookie: CookieOptions]

const SECURE: readonly Case[] = [
  ['by default', '', {}],
  ['with a path', '/deep', { path: '/deep' }],
  ['with a domain', '', { domain: 'shop.example' }],
  ['with a domain and a path', '/deep', { domain: 'shop.example', path: '/deep' }],
  ['partitioned', '', { partitioned: true }],
  ['partitioned, for other sites too', '', { partitioned: true, sameSite: 'none' }],
  ['partitioned, with a domain', '', { partitioned: true, domain: 'shop.example' }],
  ['that outlives the browser', '', { maxAge: 3600 }],
  ['with the prefix __Host-Http-', '', { name: '__Host-Http-sid' }],
  ['strict, of high priority', '', { sameSite: 'strict', priority: 'high' }],
  ['open to scripts', '', { httpOnly: false }],
]
const PLAIN: readonly Case[] = [
  ['by default', '', {}],
  ['with a path', '/deep', { path: '/deep' }],
  ['never Secure, with a name', '', { secure: false, name: 'shop' }],
]

let browser: Browser
let page: Page
let hosts: Hosts

beforeAll(async () => {
  browser = await launchBrowser()
  page = await openPage(browser)
})
afterAll(() => browser?.close())
beforeEach(() => page.context().clearCookies())

async function jar(): Promise<string[]> {
  return (await page.context().cookies()).map(({ name }) => name)
}

describe.each([
  ['https', serveHttps, SECURE, (at: number) => `s${at}.shop.example`],
  ['http on localhost', serveHttp, PLAIN, (at: number) => `s${at}.localhost`],
] as const)('THREATS 19: over %s, signing out takes the cookie away', (_, serve, cases, hostOf) => {
  beforeAll(async () => {
    const listeners = cases.map(([, , cookie], at) => [hostOf(at), openSite({ cookie }).listener])
    hosts = await serve(Object.fromEntries(listeners))
    return () => hosts.stop()
  })

  test.each(cases.map((one, at) => [one[0], one[1], at] as const))(
    '%s',
    async (_what, home, at) => {
      const url = (path: string) => hosts.url(hostOf(at), home + path)
      expect(await readAt(page, url('/in?ada'))).toBe('ada')
      expect(await jar()).toHaveLength(1)
      expect(await readAt(page, url('/who'))).toBe('ada')
      await page.goto(url('/out'))
      expect(await jar()).toEqual([])
      expect(await readAt(page, url('/who'))).toBe('nobody')
    },
  )
})
