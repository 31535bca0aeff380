import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ensureRedisServer } from '../../scripts/ensure-redis.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { type Demo, startDemo } from './demo-server.ts'
import { launchBrowser } from './launch.ts'

let browser: Browser
let redis: RedisServer

beforeAll(async () => {
  ensureRedisServer()
  browser = await launchBrowser()
  redis = await startRedis()
})

afterAll(async () => {
  await browser?.close()
  await redis?.stop()
})

describe.each(['memory', 'redis'] as const)('the demo shop on %s', (kind) => {
  let demo: Demo
  let context: BrowserContext
  let page: Page
  const problems: string[] = []

  beforeAll(async () => {
    demo = await startDemo({ REDIS_URL: kind === 'redis' ? redis.url : '' })
  })

  afterAll(async () => {
    await demo?.[Symbol.asyncDispose]()
  })

  beforeEach(async () => {
    problems.length = 0
    context = await browser.newContext()
    page = await context.newPage()
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    await page.goto(demo.url)
  })

  afterEach(async () => {
    await context.close()
  })

  test('says which store it uses', () => {
    expect(demo.printed).toContain(kind === 'redis' ? `Redis at 127.0.0.1:${redis.port}` : 'memory')
  })

  test('stores nothing for a visitor and sets no cookie', async () => {
    await page.goto(`${demo.url}/sign-in`)
    await page.goto(demo.url)
    expect(await page.textContent('[data-store=nothing]')).toContain('Nothing is stored for you')
    expect(await context.cookies()).toEqual([])
    expect(problems).toEqual([])
  })

  test('keeps a basket, and says so once', async () => {
    await add('Assam')
    expect(await messages()).toEqual(['One tin of Assam is in your basket.'])
    await add('Assam')
    await add('Peppermint')
    await page.reload()
    expect(await messages()).toEqual([])
    expect(await basket()).toEqual(['2 × Assam', '1 × Peppermint'])
    await press('Put Assam back')
    expect(await basket()).toEqual(['1 × Peppermint'])
    expect(problems).toEqual([])
  })

  test('keeps both of two things that are added at once', async () => {
    await add('Peppermint')
    await press('Add two things at once')
    await page.getByText('The slow till has rung up one tin of Sencha.').waitFor()
    expect(await basket()).toEqual(['1 × Assam', '1 × Sencha', '1 × Peppermint'])
    expect((await messages()).toSorted()).toEqual([
      'The slow till has rung up one tin of Assam.',
      'The slow till has rung up one tin of Sencha.',
    ])
    expect(await page.locator('[data-event=conflict]').count()).toBeGreaterThan(0)
    expect(problems).toEqual([])
  })

  test('gives a little more time to who asks', async () => {
    await press('Please give me a little more time')
    expect(await timeout()).toBe(300)
    await add('Oolong')
    expect(await timeout()).toBe(300)
    expect(await clock()).toMatch(/^(5:00|4:5\d)$/)
  })

  test('lets the owner stay for eight hours, until the owner signs out', async () => {
    await add('Lapsang')
    const [before] = await context.cookies()
    await signIn('kettle')
    expect(await page.textContent('.bar')).toContain('the owner')
    expect(await timeout()).toBe(8 * 60 * 60)
    expect(await clock()).toMatch(/^(8:00:00|7:59:5\d)$/)
    expect(await basket()).toEqual(['1 × Lapsang'])
    const [after] = await context.cookies()
    expect(after?.value).not.toBe(before?.value)

    await press('Sign out')
    expect(await messages()).toEqual([expect.stringContaining('You are signed out.')])
    expect(await page.textContent('.bar')).not.toContain('the owner')
    expect(await timeout()).toBe(60)
    expect(await basket()).toEqual([])
  })

  test('does not sign in with a wrong password, and stores nothing for it', async () => {
    await signIn('teapot')
    expect(await page.getByRole('alert').textContent()).toContain('Nobody has')
    expect(await context.cookies()).toEqual([])
  })

  test('shows what lies in the store, and nothing that opens the session', async () => {
    await add('Assam')
    const shown = (await page.textContent('[data-store=record]')) ?? ''
    expect(shown).toMatch(/^sojourn1 \S+ .* text\n\{"basket:assam":1\}$/)
    const [cookie] = await context.cookies()
    const [id = '', family = '', , signature = ''] = cookie?.value.split('.') ?? []
    const whole = await page.content()
    expect(whole).toContain(`shop:${id}`)
    expect(whole).not.toContain(family)
    expect(whole).not.toContain(signature)
    if (kind === 'redis') expect(await redis.cli('exists', `shop:${id}`)).toBe(1)
  })

  test('refuses a form without the token of the session', async () => {
    await add('Assam')
    const form = { tea: 'assam', token: 'made up' }
    const refused = await context.request.post(`${demo.url}/basket/add`, { form })
    expect(refused.status()).toBe(403)
    await page.reload()
    expect(await basket()).toEqual(['1 × Assam'])
  })

  test('refuses the first form of a visitor when it comes from another site', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://elsewhere.example' }
    const form = { tea: 'assam' }
    const refused = await context.request.post(`${demo.url}/basket/add`, { form, headers })
    expect(refused.status()).toBe(403)
    expect(await context.cookies()).toEqual([])
  })

  async function add(tea: string): Promise<void> {
    await press(`Put ${tea} in the basket`)
  }

  /** Every button of the shop leads to a page; a click alone does not wait for it. */
  async function press(name: string): Promise<void> {
    const button = page.getByRole('button', { name, exact: true })
    await Promise.all([page.waitForEvent('load'), button.click()])
  }

  async function signIn(password: string): Promise<void> {
    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.getByLabel('Name').fill('owner')
    await page.getByLabel('Password').fill(password)
    await press('Sign in')
  }

  async function messages(): Promise<string[]> {
    return page.locator('.messages p').allTextContents()
  }

  async function basket(): Promise<string[]> {
    const lines = page.locator('.basket li')
    const parts = await lines.locator('.count, .count + span').allTextContents()
    const words = parts.map((part) => part.replaceAll(/\s+/g, ' ').trim())
    return words.flatMap((word, at) => (at % 2 === 0 ? [`${word} ${words[at + 1]}`] : []))
  }

  async function timeout(): Promise<number> {
    return Number(await page.locator('[data-timeout]').getAttribute('data-timeout'))
  }

  async function clock(): Promise<string> {
    return (await page.locator('.time').textContent())?.trim() ?? ''
  }
})
