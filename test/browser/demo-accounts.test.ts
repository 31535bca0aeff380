import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ensureRedisServer } from '../../scripts/ensure-redis.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { Person } from './demo-person.ts'
import { type Demo, startDemo } from './demo-server.ts'
import { launchBrowser } from './launch.ts'

const TIMEOUT = 10
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Mobile/15E148 Safari/604.1'

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

describe.each(['memory', 'redis'] as const)('people in the demo shop on %s', (kind) => {
  let demo: Demo

  beforeAll(async () => {
    const REDIS_URL = kind === 'redis' ? redis.url : ''
    demo = await startDemo({ REDIS_URL, DEMO_TIMEOUT: String(TIMEOUT) })
  })

  afterAll(async () => {
    await demo?.[Symbol.asyncDispose]()
  })

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()))
  })

  test('one device signs another out: its page says why, by itself, and so does the next', async () => {
    const laptop = await Person.at(demo, browser, { userAgent: FIREFOX })
    await laptop.signIn('shopkeeper', 'saucer')
    const phone = await Person.at(demo, browser, { userAgent: IPHONE })
    await phone.signIn('shopkeeper', 'saucer')

    await laptop.page.getByRole('link', { name: 'Your devices' }).click()
    const names = laptop.page.locator('.row h2')
    expect((await names.allInnerTexts()).map((name) => name.replaceAll(/\s+/g, ' '))).toEqual([
      'Firefox on Linux this device',
      'Safari on an iPhone',
    ])
    await laptop.press('Sign Safari on an iPhone out')
    expect(await laptop.messages()).toEqual(['Safari on an iPhone is signed out.'])
    expect(await names.count()).toBe(1)

    const reason = 'You were signed out from another device: Firefox on Linux.'
    expect(await phone.toldAtTheDoor()).toBe(reason)
    await phone.page.getByRole('link', { name: 'Come in again' }).click()
    await phone.page.getByText('You are just looking in.').waitFor()
    expect(await phone.messages()).toEqual([`Your last visit was ended. ${reason}`])
    expect(await phone.page.textContent('[data-store=tombstone]')).toContain('sojourn1-ended')

    await phone.signIn('shopkeeper', 'saucer')
    await laptop.goTo('/devices')
    await laptop.press('Sign out everywhere else')
    expect(await phone.toldAtTheDoor()).toBe(reason)
    await laptop.goTo('/')
    expect(await laptop.page.textContent('.bar')).toContain('the shopkeeper')
  })

  test('the owner sees who loiters, escorts them out by the keyboard, and they see why', async () => {
    const owner = await Person.at(demo, browser)
    await owner.signIn('owner', 'kettle')
    await owner.goTo('/floor')
    const loiterer = await (await Person.at(demo, browser)).comeIn()

    // The list is live: nobody has loaded the page again.
    const row = owner.page.locator(`[data-person="${await loiterer.visit()}"]`)
    await row.waitFor()
    await row.getByText('loitering').waitFor({ timeout: TIMEOUT * 1000 })

    await owner.page.getByLabel('What to say at the door').focus()
    await owner.page.keyboard.press('ArrowDown')
    const name = await row.getByRole('button').getAttribute('aria-label')
    expect(name).toMatch(/^Escort a visitor in a \w+ coat and a \w+ hat out$/)
    const focused = row.locator('button:focus')
    await tabTo(owner, async () => (await focused.count()) === 1)
    // The list is renewed under it, and it keeps the focus.
    const facts = await row.locator('.facts').elementHandle()
    await owner.page.waitForFunction((node) => node?.isConnected === false, facts)
    expect(await focused.count()).toBe(1)
    await Promise.all([owner.page.waitForEvent('load'), owner.page.keyboard.press('Enter')])
    expect(await owner.messages()).toEqual(['Escorted out, with a kind word.'])
    expect(await row.count()).toBe(0)

    const reason = 'We are closing. Thank you for your visit.'
    expect(await loiterer.toldAtTheDoor()).toBe(reason)
    await loiterer.page.keyboard.press('Enter')
    await loiterer.page.getByText(`Your last visit was ended. ${reason}`).waitFor()
    expect(await loiterer.page.textContent('.basket')).toContain('Empty so far')
  })

  test('who leaves by themselves stays in their row until the next page', async () => {
    const owner = await Person.at(demo, browser)
    await owner.signIn('owner', 'kettle')
    const guest = await (await Person.at(demo, browser)).comeIn()
    await owner.goTo('/floor')
    const row = owner.page.locator(`[data-person="${await guest.visit()}"]`)
    await row.getByRole('button').waitFor()
    await guest.press('Leave')
    expect(await guest.page.getByRole('dialog').count()).toBe(0)
    await row.getByText('Has left.').waitFor()
    expect(await row.getByRole('button').count()).toBe(0)
    await owner.page.reload()
    expect(await row.count()).toBe(0)
  })

  test('devices and the floor work without scripts', async () => {
    const options = { javaScriptEnabled: false }
    const owner = await Person.at(demo, browser, options)
    await owner.signIn('owner', 'kettle')
    const other = await Person.at(demo, browser, { ...options, userAgent: IPHONE })
    await other.signIn('owner', 'kettle')
    const guest = await (await Person.at(demo, browser)).comeIn()

    await owner.goTo('/devices')
    await owner.press('Sign Safari on an iPhone out')
    await other.goTo('/devices')
    expect(await other.page.textContent('h1')).toBe('Sign in')
    expect(await other.messages()).toEqual([expect.stringContaining('from another device')])

    await owner.goTo('/floor')
    const row = owner.page.locator(`[data-person="${await guest.visit()}"]`)
    expect(await row.textContent()).toContain(`of ${TIMEOUT} seconds left`)
    await Promise.all([owner.page.waitForEvent('load'), row.getByRole('button').click()])
    expect(await guest.toldAtTheDoor()).toContain('others would like to come to the counter')
  })

  test('a page that the shop would not talk to asks again', async () => {
    const guest = await Person.at(demo, browser)
    let asked = 0
    guest.page.on('request', (request) => (asked += Number(request.url().includes('/live/door/'))))
    await guest.page.route('**/live/door/*', (route) => route.fulfill({ status: 503 }), {
      times: 1,
    })
    await guest.comeIn()
    const other = await guest.context.newPage()
    await guest.goTo('/', other)
    await expect.poll(() => asked, { timeout: 10_000 }).toBe(2)
    await Promise.all([
      other.waitForEvent('load'),
      other.getByRole('button', { name: 'Leave' }).click(),
    ])
    expect(await guest.toldAtTheDoor()).toBe('You left in another window.')
  })

  test('tabs of one visit share its clock and its end', async () => {
    const guest = await (await Person.at(demo, browser)).comeIn()
    const secondsLeft = async () =>
      Number((await guest.page.textContent('.time'))?.trim().slice('0:'.length))
    await expect.poll(secondsLeft, { timeout: 5000 }).toBeLessThanOrEqual(TIMEOUT - 2)
    const other = await guest.context.newPage()
    // A step on a page that has no clock of its own.
    await guest.goTo('/sign-in', other)
    await expect.poll(secondsLeft, { timeout: 2000 }).toBeGreaterThanOrEqual(TIMEOUT - 1)

    // Whoever leaves need not be told, not even while the answer is on its way.
    await guest.page.evaluate(`
      const note = () => sessionStorage.setItem('told', 'by a dialog')
      new MutationObserver(note).observe(document.querySelector('dialog'), { attributes: true })`)
    let told: string | null | undefined
    await guest.page.route('**/leave', async (route) => {
      const response = await route.fetch({ maxRedirects: 0 })
      told = await guest.toldAtTheDoor(other)
      await route.fulfill({ response })
    })
    await guest.press('Leave')
    expect(await guest.page.evaluate(`sessionStorage.getItem('told')`)).toBeNull()
    expect(told).toBe('You left in another window.')
  })
})

async function tabTo(person: Person, there: () => Promise<boolean>): Promise<void> {
  for (let steps = 0; steps < 30; steps++) {
    if (await there()) return
    await person.page.keyboard.press('Tab')
  }
  expect.unreachable('no Tab leads there')
}
