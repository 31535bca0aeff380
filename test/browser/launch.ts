import { type Browser, type Page, chromium } from 'playwright-core'
import { ensureChromium } from '../../scripts/ensure-chromium.ts'

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP *.example 127.0.0.1',
]

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: ensureChromium(), args: ARGS })
}

/** A browser nobody has used, which does not mind who signed a certificate. */
export async function openPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  return context.newPage()
}

/** What a page of ./site.ts says who is asking. */
export async function readAt(page: Page, url: string): Promise<string | null> {
  await page.goto(url)
  return page.textContent('p')
}
