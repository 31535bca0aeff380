import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core'
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

/** A private window that does not mind who signed a certificate. */
export async function openPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  return context.newPage()
}

export interface Ordinary {
  readonly context: BrowserContext
  close(): Promise<void>
}

/** An ordinary window, in which embedded sites have their cookies: Debian's chromium blocks them. */
export async function launchOrdinary(): Promise<Ordinary> {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-chromium-'))
  mkdirSync(join(folder, 'Default'))
  const preferences = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } }
  writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify(preferences))
  const options = { executablePath: ensureChromium(), args: ARGS, ignoreHTTPSErrors: true }
  const context = await chromium.launchPersistentContext(folder, options)
  return {
    context,
    async close() {
      await context.close()
      // The last of its processes may still be writing.
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
    },
  }
}

/** What a page of ./site.ts says who is asking. */
export async function readAt(page: Page, url: string): Promise<string | null> {
  await page.goto(url)
  return page.textContent('p')
}
