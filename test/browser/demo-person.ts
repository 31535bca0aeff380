import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Demo } from './demo-server.ts'

/** Somebody with a browser of their own in the demo shop. */
export class Person {
  readonly context: BrowserContext
  readonly page: Page
  readonly #url: string

  private constructor(context: BrowserContext, page: Page, url: string) {
    this.context = context
    this.page = page
    this.#url = url
  }

  static async at(
    { url }: Demo,
    browser: Browser,
    options: BrowserContextOptions = {},
  ): Promise<Person> {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    page.on('pageerror', (error) => expect.unreachable(error.message))
    const person = new Person(context, page, url)
    await person.goTo('/')
    return person
  }

  async goTo(path: string, page = this.page): Promise<void> {
    await page.goto(this.#url + path)
  }

  /** Every button of the shop leads to a page; a click alone does not wait for it. */
  async press(name: string): Promise<void> {
    const button = this.page.getByRole('button', { name, exact: true })
    await Promise.all([this.page.waitForEvent('load'), button.click()])
  }

  async comeIn(): Promise<this> {
    await this.press('Put Assam in the basket')
    return this
  }

  async signIn(name: string, password: string): Promise<this> {
    await this.goTo('/sign-in')
    await this.page.getByLabel('Name').fill(name)
    await this.page.getByLabel('Password').fill(password)
    await this.press('Sign in')
    expect(new URL(this.page.url()).pathname).toBe('/')
    return this
  }

  /** The public handle of the session that the page is of. */
  async visit(): Promise<string | null> {
    return this.page.locator('body').getAttribute('data-visit')
  }

  /** What the page says when the visit is over; it comes by itself. */
  async toldAtTheDoor(page = this.page): Promise<string | null> {
    const dialog = page.getByRole('dialog', { name: 'You were escorted out' })
    await dialog.waitFor({ timeout: 10_000 })
    return dialog.locator('[data-why]').textContent()
  }

  async messages(): Promise<string[]> {
    return this.page.locator('.messages p').allTextContents()
  }
}
