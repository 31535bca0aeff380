import type { Frame, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Hosts, Scripted, serveHttps } from './hosts.ts'
import { type Ordinary, launchOrdinary, readAt } from './launch.ts'
import { openSite } from './site.ts'

/** Applications that other sites embed, link to and post to. */
const SITES = {
  'lax.example': openSite(),
  'strict.example': openSite({ cookie: { sameSite: 'strict' } }),
  'none.example': openSite({ cookie: { sameSite: 'none' } }),
  'chips.example': openSite({ cookie: { sameSite: 'none', partitioned: true } }),
}
type Site = keyof typeof SITES

let browser: Ordinary
let page: Page
let hosts: Hosts
/** Pages of two other sites. */
const others = { 'alpha.example': new Scripted(), 'beta.example': new Scripted() }

beforeAll(async () => {
  browser = await launchOrdinary()
  page = await browser.context.newPage()
  const applications = Object.entries(SITES).map(([host, { listener }]) => [host, listener])
  const pages = Object.entries(others).map(([host, { listener }]) => [host, listener])
  hosts = await serveHttps(Object.fromEntries([...applications, ...pages]))
})
afterAll(async () => {
  await browser?.close()
  await hosts?.stop()
})
beforeEach(() => browser.context.clearCookies())

/** Opens a page of another site that shows this one in a frame. */
async function frameUnder(top: keyof typeof others, url: string): Promise<Frame> {
  others[top].html = `<iframe src="${url}"></iframe>`
  await page.goto(hosts.url(top))
  const frame = page.frames().find((one) => one.url() === url)
  if (frame === undefined) throw new Error(`no frame shows ${url}`)
  return frame
}

async function readUnder(top: keyof typeof others, url: string): Promise<string | null> {
  return (await frameUnder(top, url)).textContent('p')
}

function partitioned(path: string): string {
  return hosts.url('chips.example', path)
}

/** The page of another site. */
async function show(html: string): Promise<void> {
  others['alpha.example'].html = html
  await page.goto(hosts.url('alpha.example'))
}

describe('a session in a frame, partitioned', () => {
  test('is one for each site that embeds it, and none at home', async () => {
    expect(await readUnder('alpha.example', partitioned('/in?ada'))).toBe('ada')
    expect(await readUnder('alpha.example', partitioned('/who'))).toBe('ada')
    expect(await readUnder('beta.example', partitioned('/who'))).toBe('nobody')
    expect(await readAt(page, partitioned('/who'))).toBe('nobody')
    expect(await readUnder('beta.example', partitioned('/in?bob'))).toBe('bob')
    expect(await readUnder('alpha.example', partitioned('/who'))).toBe('ada')
  })

  test('THREATS 19: ends under one site and goes on under the other', async () => {
    for (const top of ['alpha.example', 'beta.example'] as const) {
      await readUnder(top, partitioned(`/in?${top}`))
    }
    expect(await browser.context.cookies()).toHaveLength(2)
    await frameUnder('alpha.example', partitioned('/out'))
    expect(await browser.context.cookies()).toHaveLength(1)
    expect(await readUnder('alpha.example', partitioned('/who'))).toBe('nobody')
    expect(await readUnder('beta.example', partitioned('/who'))).toBe('beta.example')
  })

  test('not partitioned, it is the same under every site: the control', async () => {
    expect(await readUnder('alpha.example', hosts.url('none.example', '/in?ada'))).toBe('ada')
    expect(await readUnder('beta.example', hosts.url('none.example', '/who'))).toBe('ada')
  })
})

describe('THREATS T6: what another site causes', () => {
  const WAYS = {
    'a link that is followed': async (url: string) => {
      await show(`<a href="${url}">go</a>`)
      await Promise.all([page.waitForURL(url), page.click('a')])
    },
    'a form that is posted': async (url: string) => {
      await show(`<form method="post" action="${url}"><button>go</button></form>`)
      await Promise.all([page.waitForURL(url), page.click('button')])
    },
    'a frame': async (url: string) => void (await frameUnder('alpha.example', url)),
    'an image': async (url: string) => {
      await show('')
      await page.evaluate(
        `new Promise((done) => { const image = new Image(); image.onload = image.onerror = done; image.src = '${url}' })`,
      )
    },
    'a fetch with credentials': async (url: string) => {
      await show('')
      await page.evaluate(`fetch('${url}', { mode: 'no-cors', credentials: 'include' })`)
    },
  }
  type Way = keyof typeof WAYS

  const everything = Object.keys(WAYS) as Way[]
  const carries: Readonly<Record<Exclude<Site, 'chips.example'>, readonly Way[]>> = {
    'lax.example': ['a link that is followed'],
    'strict.example': [],
    'none.example': everything,
  }

  test.each(
    Object.entries(carries).flatMap(([site, ways]) =>
      everything.map(
        (way) => [way, ways.includes(way) ? 'carries' : 'does not carry', site] as const,
      ),
    ),
  )('%s %s the session of %s (ASVS 3.3.2)', async (way, does, host) => {
    const site = SITES[host as Site]
    await page.goto(hosts.url(host, '/in?ada'))
    const [cookie] = await browser.context.cookies()
    await WAYS[way](hosts.url(host, '/who'))
    const sent = site.cookieHeaders.at(-1)
    expect(sent).toBe(does === 'carries' ? `__Host-sid=${cookie?.value}` : '')
  })
})
