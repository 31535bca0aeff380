import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Demo, startDemo } from './demo-server.ts'
import { launchBrowser } from './launch.ts'

describe('a loiterer', () => {
  let browser: Browser
  let demo: Demo
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    browser = await launchBrowser()
    demo = await startDemo({ DEMO_TIMEOUT: '3' })
  })

  afterAll(async () => {
    await browser?.close()
    await demo?.[Symbol.asyncDispose]()
  })

  afterEach(async () => {
    await context?.close()
  })

  async function putAssamInBasket(options = {}): Promise<void> {
    context = await browser.newContext(options)
    page = await context.newPage()
    await page.goto(demo.url)
    await page.getByRole('button', { name: 'Put Assam in the basket' }).click()
    await page.getByText('One tin of Assam').waitFor()
  }

  test('is escorted out when the clock has run down, and the basket is gone', async () => {
    await putAssamInBasket()
    await page.getByRole('dialog', { name: 'You were escorted out' }).waitFor({ timeout: 10_000 })
    await page.getByRole('link', { name: 'Come in again' }).click()
    expect(await page.textContent('.basket')).toContain('Empty so far')
    expect(await page.textContent('[data-store]')).toContain('Nothing is stored for you')
  })

  test('is escorted out without scripts too', async () => {
    await putAssamInBasket({ javaScriptEnabled: false })
    await page.waitForURL('**/escorted', { timeout: 10_000 })
    expect(await page.textContent('h1')).toBe('You were escorted out')
  })

  test('who is active stays', async () => {
    await putAssamInBasket()
    for (let step = 0; step < 3; step++) {
      await page.waitForTimeout(1200)
      await page.reload()
    }
    expect(await page.textContent('.basket')).toContain('Assam')
  })

  test('hears it when a form comes too late, and nothing begins anew', async () => {
    await putAssamInBasket()
    const token = await page.locator('input[name=token]').first().inputValue()
    await page.waitForTimeout(3200)
    const form = { tea: 'sencha', token }
    const headers = { origin: demo.url }
    const late = await context.request.post(`${demo.url}/basket/add`, { form, headers })
    expect(late.url()).toBe(`${demo.url}/escorted`)
  })

  test('stays as long as there are steps in another tab', async () => {
    await putAssamInBasket()
    const other = await context.newPage()
    for (let step = 0; step < 3; step++) {
      await other.goto(demo.url)
      await other.waitForTimeout(1200)
    }
    expect(await page.getByRole('dialog').count()).toBe(0)
  })
})
