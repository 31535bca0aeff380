import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type Hosts, serveHttp } from './hosts.ts'
import { launchBrowser, openPage, readAt } from './launch.ts'
import { openSite } from './site.ts'

let browser: Browser
let page: Page
let hosts: Hosts

beforeAll(async () => {
  browser = await launchBrowser()
  page = await openPage(browser)
  const { listener } = openSite()
  hosts = await serveHttp({
    localhost: listener,
    'shop.localhost': listener,
    '127.0.0.1': listener,
    'shop.example': listener,
  })
})
afterAll(async () => {
  await browser?.close()
  await hosts?.stop()
})
beforeEach(() => page.context().clearCookies())

test.each(['localhost', 'shop.localhost', '127.0.0.1'])(
  'over http://%s development works with default options',
  async (host) => {
    expect(await readAt(page, hosts.url(host, '/in?ada'))).toBe('ada')
    const [cookie, ...others] = await page.context().cookies()
    expect([cookie, others]).toMatchObject([
      { name: 'sid', secure: false, httpOnly: true, sameSite: 'Lax' },
      [],
    ])
    expect(await readAt(page, hosts.url(host, '/who'))).toBe('ada')
  },
)

test('over http to any other host the browser drops the cookie, and a warning says so', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  expect(await readAt(page, hosts.url('shop.example', '/who'))).toBe('nobody')
  const form = `<form method="post" action="/in?ada"><button>in</button></form>`
  await page.evaluate(`document.body.innerHTML = '${form}'`)
  await Promise.all([page.waitForURL('**/in?ada'), page.click('button')])
  expect(await page.textContent('p')).toBe('ada')
  expect(await page.context().cookies()).toEqual([])
  expect(await readAt(page, hosts.url('shop.example', '/who'))).toBe('nobody')
  expect(warned).toHaveBeenCalledWith(
    expect.stringContaining('Browsers drop it'),
    expect.objectContaining({ code: 'SOJOURN_SECURE_OVER_HTTP' }),
  )
  warned.mockRestore()
})
