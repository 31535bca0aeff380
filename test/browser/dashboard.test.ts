import type { RequestListener } from 'node:http'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sessionsDashboard } from '../../src/dashboard/dashboard.ts'
import { type Sessions, createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, SECRET } from '../support/app.ts'
import { signIn, visit } from '../dashboard/asking.ts'
import { type Hosts, Scripted, serveHttp, serveHttps } from './hosts.ts'
import { launchBrowser } from './launch.ts'

const PATH = '/ops/sessions'
const HOSTILE = '<img src=x onerror="document.title=1">\u202e"\'&' + 'long'.repeat(40)

let browser: Browser
let hosts: Hosts
let plain: Hosts
let sessions: Sessions<Data>
const evil = new Scripted()

beforeAll(async () => {
  browser = await launchBrowser()
  const store = memoryStore()
  sessions = createSessions<Data>({ secret: SECRET, store })
  const dashboard = sessionsDashboard(sessions, {
    authorize: () => ({ by: 'ada' }),
    scanInterval: 1,
  })
  const listener: RequestListener = (request, response) => void dashboard.node(request, response)
  hosts = await serveHttps({ 'shop.example': listener, 'evil.example': evil.listener })
  plain = await serveHttp({ 'shop.example': listener })
})
afterAll(async () => {
  await browser.close()
  await hosts.stop()
  await plain.stop()
})

let context: BrowserContext
let page: Page
const problems: string[] = []

beforeEach(async () => {
  await open({})
})
afterEach(async () => {
  for await (const { id } of sessions.scan()) await sessions.revoke(id, { reason: 'over' })
  await context.close()
})

async function open(options: Parameters<Browser['newContext']>[0]): Promise<void> {
  await context?.close()
  context = await browser.newContext({ ignoreHTTPSErrors: true, ...options })
  page = await context.newPage()
  problems.length = 0
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text())
  })
  page.on('dialog', (dialog) => problems.push(dialog.message()))
  page.on('request', (request) => {
    if (!request.url().startsWith('data:') && new URL(request.url()).pathname !== PATH) {
      problems.push(`loads ${request.url()}`)
    }
  })
}

function go(query = '', at = hosts): Promise<unknown> {
  return page.goto(at.url('shop.example', PATH + query))
}

async function queries(): Promise<string[]> {
  const client = { address: '203.0.113.7', userAgent: HOSTILE.repeat(2) }
  const { id } = await signIn(sessions, HOSTILE, { client, amr: ['pwd'] })
  await signIn(sessions, HOSTILE)
  await visit(sessions)
  const gone = await signIn(sessions, 'bob')
  await sessions.revoke(gone.id, { reason: HOSTILE.slice(0, 200) })
  const who = encodeURIComponent(HOSTILE)
  return [
    '',
    '?over=day',
    `?principal=${who}`,
    '?principal=nobody-of-that-name',
    `?session=${id}`,
    `?session=${id}&reason=lost`,
    `?principal=${who}&reason=lost`,
    `?session=${gone.id}`,
  ]
}

/** Presses Tab until what has the focus is called so. */
async function tabTo(name: string | RegExp): Promise<void> {
  for (let times = 0; times < 80; times++) {
    await page.keyboard.press('Tab')
    const called = String(await page.evaluate(NAME))
    if (typeof name === 'string' ? called === name : name.test(called)) return
  }
  throw new Error(`nothing called ${String(name)} can be reached by Tab`)
}

async function submit(): Promise<void> {
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
}

/** The name of what has the focus, about as a screen reader finds it. */
const NAME = `((element) =>
  ((element.labels?.[0] ?? element).textContent ?? '').trim().replaceAll(/\\s+/g, ' ')
)(document.activeElement)`

const OUTLINE = `(({ outlineStyle, outlineWidth }) => outlineStyle + ' ' + outlineWidth)(
  getComputedStyle(document.activeElement)
)`

describe('the dashboard in a browser', () => {
  test.each(['https', 'plain http'])('ends a session over %s, by keyboard alone', async (over) => {
    const { id, cookie } = await signIn(sessions, 'grace')
    await go('', over === 'https' ? hosts : plain)
    await tabTo('User id')
    await page.keyboard.type('grace')
    await submit()
    await tabTo(/^[-\d]+ [:\d]+$/)
    await submit()
    expect(await page.title()).toBe('Session of grace')
    await tabTo('Reason')
    await page.keyboard.type('lost phone')
    await submit()
    expect(await page.textContent('h1')).toContain('End this session of grace?')
    await tabTo('End the session')
    await submit()
    expect(await page.textContent('h1')).toBe('This session was ended')
    expect(await page.textContent('dl')).toMatch(/Reason\s*lost phone/)
    expect(new URL(page.url()).search).toBe(`?session=${id}`)
    expect((await sessions.open(cookie)).ended?.reason).toBe('lost phone')
    expect(problems).toEqual([])
  })

  test('lets one think better of it', async () => {
    await signIn(sessions, 'grace')
    await signIn(sessions, 'grace')
    await go('?principal=grace')
    await page.getByLabel('Reason').fill('a mistake')
    await page.getByRole('button', { name: 'End 2 sessions…' }).click()
    await page.getByRole('link', { name: 'Keep them' }).click()
    expect(await page.textContent('caption')).toContain('2 sessions')
    await page.getByLabel('Reason').fill('left')
    await page.getByRole('button', { name: 'End 2 sessions…' }).click()
    await page.getByRole('button', { name: 'End 2 sessions', exact: true }).click()
    await page.getByText('Nobody is signed in under this user id.').waitFor()
    expect(await sessions.of('grace').list()).toEqual([])
  })

  test('wants a reason, which the browser says itself', async () => {
    const { id } = await signIn(sessions, 'grace')
    await go(`?session=${id}`)
    await page.getByRole('button', { name: 'End session…' }).click()
    expect(await page.locator('#reason:invalid').count()).toBe(1)
    expect(page.url()).not.toContain('reason')
  })

  test('THREATS T6: is not moved by a page of another site, nor shown in its frame', async () => {
    const { id } = await signIn(sessions, 'grace')
    const target = hosts.url('shop.example', `${PATH}?session=${id}&reason=evil`)
    evil.html = `<form method="post" action="${target}"><button>Win a prize</button></form>`
    await page.goto(hosts.url('evil.example'))
    const [answer] = await Promise.all([page.waitForResponse(target), page.click('button')])
    expect(answer.status()).toBe(403)
    expect(await sessions.of('grace').list()).toHaveLength(1)
    evil.html = `<iframe src="${hosts.url('shop.example', PATH)}"></iframe>`
    await page.goto(hosts.url('evil.example'))
    await expect.poll(() => problems.join()).toMatch(/frame-ancestors|X-Frame-Options|refused to/i)
    expect(await page.frames()[1]?.locator('main').count()).toBe(0)
  })

  test('shows what others have chosen as text, on every page, and loads nothing', async () => {
    for (const query of await queries()) {
      await go(query)
      expect(await page.locator('img, script').count()).toBe(0)
      expect(await page.title()).not.toBe('1')
    }
    expect(problems).toEqual([])
  })

  test('fits a phone of 320 and of 360 pixels, whatever is on it', async () => {
    for (const query of await queries()) {
      for (const width of [320, 360, 768]) {
        await page.setViewportSize({ width, height: 700 })
        await go(query)
        const over = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        expect([query, width, Number(over) <= 0]).toEqual([query, width, true])
      }
    }
  })

  test('goes to its content first, for who wants that', async () => {
    await go()
    await page.keyboard.press('Tab')
    const skip = page.getByRole('link', { name: 'Skip to the content' })
    expect((await skip.boundingBox())?.x).toBeGreaterThanOrEqual(0)
    await page.keyboard.press('Enter')
    expect(await page.locator(':focus').getAttribute('id')).toBe('main')
  })

  test('comes again by itself when it is told to', async () => {
    await visit(sessions)
    // A scan of the test before may be shown for another second.
    const choices = async () => go().then(() => page.locator('.switch').count())
    await expect.poll(choices, { timeout: 10_000 }).toBe(1)
    await page.getByRole('link', { name: 'Refresh every 30 s' }).click()
    expect(await page.locator('meta[http-equiv=refresh]').getAttribute('content')).toBe('30')
    await page.getByRole('link', { name: 'Day', exact: true }).click()
    expect(await page.locator('meta[http-equiv=refresh]').count()).toBe(1)
    await page.getByRole('link', { name: 'Stop refreshing' }).click()
    expect(await page.locator('meta[http-equiv=refresh]').count()).toBe(0)
    expect(new URL(page.url()).search).toBe('?over=day')
  })

  test.each(['light', 'dark'] as const)(
    'can be read in %s: WCAG 1.4.3, 1.4.11',
    async (colorScheme) => {
      await open({ colorScheme })
      const backgrounds = new Set<string>()
      for (const query of await queries()) {
        await go(query)
        const low = (await page.evaluate(CONTRASTS)) as { text: string; ratio: number }[]
        expect(low).toEqual([])
        backgrounds.add(
          String(await page.evaluate('getComputedStyle(document.body).backgroundColor')),
        )
      }
      expect([...backgrounds]).toEqual([
        colorScheme === 'light' ? 'rgb(251, 250, 247)' : 'rgb(22, 21, 19)',
      ])
    },
  )

  test('says what everything is: headings, labels, tables, language', async () => {
    for (const query of await queries()) {
      await go(query)
      expect([query, await page.evaluate(FAULTS)]).toEqual([query, []])
    }
  })

  test('shows where the focus is', async () => {
    const [, , , , one = ''] = await queries()
    await go(one)
    for (const _ of ['skip', 'home', 'user id', 'find', 'whose', 'reason', 'end']) {
      await page.keyboard.press('Tab')
      expect(await page.evaluate(OUTLINE)).toBe('solid 3px')
    }
  })

  test('works where scripts are off, of course', async () => {
    await open({ javaScriptEnabled: false })
    await signIn(sessions, 'grace')
    await go()
    await page.getByLabel('User id').fill('grace')
    await page.getByRole('button', { name: 'Find' }).click()
    expect(await page.textContent('caption')).toContain('1 session')
  })
})

/** Texts whose colour stands out too little from what is behind them, and borders of controls. */
const CONTRASTS = `(() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number)
  const channel = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
  const ratio = (one, other) => {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b)
    return (bright + 0.05) / (dark + 0.05)
  }
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = parse(getComputedStyle(each).backgroundColor)
      if (color[3] !== 0) return color
    }
    return [255, 255, 255]
  }
  const low = []
  for (const element of document.querySelectorAll('body *')) {
    const style = getComputedStyle(element)
    const says = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
    if (says) {
      const found = ratio(parse(style.color), behind(element))
      if (found < 4.5) low.push({ text: element.textContent.trim().slice(0, 40), ratio: found })
    }
    if (element.matches('input, button')) {
      const found = ratio(parse(style.borderTopColor), behind(element.parentElement))
      if (found < 3) low.push({ text: element.outerHTML.slice(0, 40), ratio: found })
    }
  }
  return low
})()`

/** What a checker of accessibility would complain of. */
const FAULTS = `(() => {
  const faults = []
  const all = (selector) => [...document.querySelectorAll(selector)]
  if (document.documentElement.lang !== 'en') faults.push('no language')
  if (document.title === '') faults.push('no title')
  if (all('h1').length !== 1) faults.push('not one h1')
  if (all('main').length !== 1) faults.push('not one main')
  let level = 0
  for (const heading of all('h1, h2, h3, h4')) {
    const own = Number(heading.tagName[1])
    if (own > level + 1) faults.push('a heading skips a level: ' + heading.textContent)
    level = own
  }
  for (const input of all('input:not([type=hidden])')) if (!input.labels.length) faults.push('no label: ' + input.name)
  for (const control of all('a, button')) if (!control.textContent.trim()) faults.push('no name: ' + control.outerHTML)
  for (const table of all('table')) {
    if (!table.caption) faults.push('a table without a caption')
    for (const head of table.querySelectorAll('th')) if (!head.scope) faults.push('a th without scope')
    for (const row of table.tBodies[0].rows) if (!row.querySelector('th[scope=row]')) faults.push('a row without a header')
  }
  const ids = all('[id]').map((each) => each.id)
  if (new Set(ids).size < ids.length) faults.push('an id twice')
  for (const name of ['aria-labelledby', 'aria-describedby', 'for']) {
    for (const each of all('[' + name + ']')) {
      for (const id of each.getAttribute(name).split(' ')) if (!document.getElementById(id)) faults.push(name + ' to nothing: ' + id)
    }
  }
  for (const image of all('svg:not([aria-hidden])')) if (!image.getAttribute('aria-label')) faults.push('an image without words')
  return faults
})()`
