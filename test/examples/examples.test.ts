import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { root } from '../../scripts/run.ts'
import { ensureBuilt } from '../docs/programs.ts'
import { type Answer, Browser } from '../support/browser-jar.ts'
import { startExample } from './start.ts'

const folder = join(root, 'examples')
const LONGEST_SERVER = 40

/** The examples with the three routes; the others have tests of their own. */
const examples = readdirSync(folder).filter((name) => {
  const text = serverOf(name)
  return (
    name !== 'demo' &&
    ['Hello, nobody.', '/sign-in', '/sign-out'].every((says) => text.includes(says))
  )
})

function serverOf(name: string): string {
  const file = join(folder, name, 'server.ts')
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

/** What the page says, without a newline at its end. */
async function page(browser: Browser): Promise<string> {
  const { status, text } = await browser.get('/')
  expect(status).toBe(200)
  return text.trim()
}

function expectHome({ status, headers }: Answer): void {
  expect([status, headers.location]).toEqual([303, '/'])
}

beforeAll(ensureBuilt, 60_000)

test('there is an example of each kind', () => {
  expect(examples).toEqual(expect.arrayContaining(['express', 'node']))
})

describe.each(examples)('examples/%s', (name) => {
  test(`fits in ${LONGEST_SERVER} lines`, () => {
    expect(serverOf(name).trimEnd().split('\n').length).toBeLessThanOrEqual(LONGEST_SERVER)
  })

  test('greets nobody, signs in, counts visits, signs out; a copied cookie is dead then', async () => {
    await using example = await startExample(name)
    const browser = new Browser(example.port)
    expect(await page(browser)).toBe('Hello, nobody.')
    expect(browser.cookieHeader).toBe('')
    expectHome(await browser.get('/sign-in?name=ada', { method: 'POST' }))
    expect(await page(browser)).toBe('Hello, ada. Visit 1.')
    expect(await page(browser)).toBe('Hello, ada. Visit 2.')

    const old = browser.copy()
    expectHome(await browser.get('/sign-in?name=ben', { method: 'POST' }))
    expect(await page(browser)).toBe('Hello, ben. Visit 1.')
    expect(await page(old)).toBe('Hello, nobody.')

    const thief = browser.copy()
    expectHome(await browser.get('/sign-out', { method: 'POST' }))
    expect(browser.cookieHeader).toBe('')
    expect(await page(browser)).toBe('Hello, nobody.')
    expect(await page(thief)).toBe('Hello, nobody.')
  })
})
