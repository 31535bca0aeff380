import { expect } from 'vitest'
import type { Demo } from '../browser/demo-server.ts'
import { type Answer, Browser } from '../support/browser-jar.ts'

export const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'
export const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
  'Version/18.5 Mobile/15E148 Safari/604.1'

/** One browser in the demo shop, without scripts: pages, and the forms that are on them. */
export class Shopper {
  readonly browser: Browser
  readonly #userAgent: string
  #token: string | undefined

  constructor(demo: Demo, userAgent = FIREFOX) {
    this.browser = new Browser(Number(new URL(demo.url).port))
    this.#userAgent = userAgent
  }

  /** What the cookie is for; the part of it that is public. */
  get id(): string {
    const { cookies } = this.browser
    return (cookies.get('sid-in') ?? cookies.get('sid') ?? '').split('.')[0] as string
  }

  async get(path: string): Promise<Answer> {
    const answer = await this.browser.get(path, { headers: { 'user-agent': this.#userAgent } })
    // A redirect is no page.
    if (answer.text.includes('</html>'))
      this.#token = /name="token" value="([^"]+)"/.exec(answer.text)?.[1]
    return answer
  }

  /** The text of a page, which is there for this browser. */
  async page(path: string): Promise<string> {
    const { status, text } = await this.get(path)
    expect(status).toBe(200)
    return text
  }

  /** Sends a form, with the token of the page that was looked at last. */
  async send(path: string, fields: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const token = this.#token
    const form = { ...fields, ...(token !== undefined && { token }) }
    const headers = { 'user-agent': this.#userAgent }
    return this.browser.get(path, { method: 'POST', form, headers })
  }

  /** Puts a tin of Assam in the basket, and is in the shop then. */
  async comeIn(): Promise<this> {
    expect((await this.send('/basket/add', { tea: 'assam' })).status).toBe(303)
    await this.page('/')
    return this
  }

  async signIn(name: string, password: string): Promise<this> {
    await this.page('/sign-in')
    const { status, headers } = await this.send('/sign-in', { name, password })
    expect([status, headers.location]).toEqual([303, '/'])
    await this.page('/')
    return this
  }
}
