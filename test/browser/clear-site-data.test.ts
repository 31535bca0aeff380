import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { SessionOptions } from '../../src/options/options.ts'
import { type Hosts, serveHttp, serveHttps } from './hosts.ts'
import { launchBrowser, openPage } from './launch.ts'
import { openSite } from './site.ts'

const ASKED = {
  'nothing.example': undefined,
  'storage.example': ['storage'],
  'both.example': ['cache', 'storage'],
  'cookies.example': ['cookies'],
  localhost: ['storage'],
} as const satisfies Readonly<Record<string, SessionOptions['clearSiteData']>>

let browser: Browser
let page: Page
let tls: Hosts
let plain: Hosts

beforeAll(async () => {
  browser = await launchBrowser()
  page = await openPage(browser)
  const listeners = Object.entries(ASKED).map(([host, clearSiteData]) => {
    const { listener } = openSite(clearSiteData === undefined ? {} : { clearSiteData })
    return [host, listener] as const
  })
  tls = await serveHttps(Object.fromEntries(listeners))
  plain = await serveHttp(Object.fromEntries(listeners))
})
afterAll(async () => {
  await browser?.close()
  await tls?.stop()
  await plain?.stop()
})
beforeEach(() => page.context().clearCookies())

test.each([
  ['https', 'nothing.example', 'kept', ['theme']],
  ['https', 'storage.example', null, ['theme']],
  ['https', 'both.example', null, ['theme']],
  ['https', 'cookies.example', 'kept', []],
  ['http', 'storage.example', 'kept', ['theme']],
  ['http', 'localhost', null, ['theme']],
] as const)('over %s, signing out of %s', async (scheme, host, stored, cookies) => {
  const url = (path: string) => (scheme === 'https' ? tls : plain).url(host, path)
  await page.goto(url('/in?ada'))
  await page.evaluate(`localStorage.setItem('draft', 'kept'); document.cookie = 'theme=dark'`)
  await page.goto(url('/who'))
  expect(await page.evaluate(`localStorage.getItem('draft')`)).toBe('kept')
  await page.goto(url('/out'))
  expect(await page.evaluate(`localStorage.getItem('draft')`)).toBe(stored)
  expect((await page.context().cookies()).map(({ name }) => name)).toEqual(cookies)
})
