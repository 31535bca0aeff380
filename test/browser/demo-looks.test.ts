import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Person } from './demo-person.ts'
import { type Demo, startDemo } from './demo-server.ts'
import { launchBrowser } from './launch.ts'

/** WCAG 2.2, 1.4.3: text against what is behind it. */
const LEAST_CONTRAST = 4.5
const PHONE = { width: 360, height: 740 }

let browser: Browser
let demo: Demo
let owner: Person
let guest: Person

beforeAll(async () => {
  browser = await launchBrowser()
  demo = await startDemo()
  owner = await (await Person.at(demo, browser)).signIn('owner', 'kettle')
  await (await Person.at(demo, browser)).signIn('owner', 'kettle')
  const shopper = await (await Person.at(demo, browser)).comeIn()
  await owner.goTo('/floor')
  const row = owner.page.locator(`[data-person="${await shopper.visit()}"]`)
  await Promise.all([owner.page.waitForEvent('load'), row.getByRole('button').click()])
  guest = shopper
  await Promise.all([1, 2].map(async () => (await Person.at(demo, browser)).comeIn()))
})

afterAll(async () => {
  await browser?.close()
  await demo?.[Symbol.asyncDispose]()
})

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test.each(['/', '/devices', '/floor', '/sign-in', '/nowhere'])(
    'the owner can read %s',
    async (path) => {
      await owner.page.emulateMedia({ colorScheme })
      await owner.goTo(path)
      await expectReadable(owner.page)
    },
  )

  test.each(['/', '/escorted', '/sign-in', '/floor'])(
    'who was escorted out can read %s',
    async (path) => {
      await guest.page.emulateMedia({ colorScheme })
      await guest.goTo(path)
      await expectReadable(guest.page)
    },
  )
})

async function expectReadable(page: Page): Promise<void> {
  expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
  expect(await page.evaluate(`(${UNNAMED})()`)).toEqual([])
  await page.setViewportSize(PHONE)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width)
  expect(await page.evaluate(`(${FAINT})(${LEAST_CONTRAST})`)).toEqual([])
  const dark = await page.evaluate(`matchMedia('(prefers-color-scheme: dark)').matches`)
  const paper = await page.evaluate(`getComputedStyle(document.body).backgroundColor`)
  expect(paper).toBe(dark ? 'rgb(26, 20, 16)' : 'rgb(251, 246, 234)')
}

/** Runs in the page: fields without a label, and links and buttons without a word. */
const UNNAMED = `() => {
  const says = (it) => [...it.childNodes].some((part) => part.nodeType === Node.TEXT_NODE && part.data.trim())
  const named = (it) => (it.matches('a, button') ? [it] : [...it.labels]).some(says)
  return [...document.querySelectorAll('input:not([type=hidden]), select, button, a')]
    .filter((it) => !it.ariaLabel && !named(it))
    .map((it) => it.outerHTML)
}`

/** Runs in the page: text that is too faint on the nearest background behind it. */
const FAINT = `(least) => {
  const faint = new Set()
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest('svg, noscript, :disabled')) continue
    const ratio = contrast(getComputedStyle(element).color, backgroundOf(element))
    if (ratio < least) faint.add(walker.currentNode.data.trim() + ': ' + ratio.toFixed(2))
  }
  return [...faint]

  function backgroundOf(element) {
    for (let at = element; at !== null; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at)
      if (backgroundColor !== 'rgba(0, 0, 0, 0)') return backgroundColor
    }
  }
  function contrast(one, other) {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b)
    return (light + 0.05) / (dark + 0.05)
  }
  function luminance(colour) {
    const [red, green, blue] = colour.match(/[\\d.]+/g).map((part) => {
      const share = part / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
}`
