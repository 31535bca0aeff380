import { afterAll, beforeAll, expect, test } from 'vitest'
import { browserName } from '../../examples/demo/browser-name.ts'
import { type Demo, startDemo } from '../browser/demo-server.ts'
import { FIREFOX, IPHONE, Shopper } from './shopper.ts'

let demo: Demo

beforeAll(async () => {
  demo = await startDemo()
})

afterAll(async () => {
  await demo?.[Symbol.asyncDispose]()
})

/** The names of the devices on a page, in their order. */
function devicesOn(page: string): string[] {
  return [
    ...page.matchAll(/<h2>\s*([^<]*?)\s*(<span class="badge">this device<\/span>)?\s*<\/h2>/g),
  ].map(([, name, badge]) => `${name}${badge === undefined ? '' : ', this one'}`)
}

test('a basket stays at the sign-in; the cookie and the forms of before are dead', async () => {
  const shopper = await new Shopper(demo).comeIn()
  const before = shopper.browser.copy()
  await shopper.page('/sign-in')
  await shopper.send('/sign-in', { name: 'regular', password: 'biscuit' })
  // With the token of the sign-in page, which was of the session as it was.
  expect((await shopper.send('/basket/add', { tea: 'sencha' })).status).toBe(403)
  const page = await shopper.page('/')
  expect(page).toContain('<strong>a regular</strong>')
  expect(page).toContain('data-timeout="1800"')
  expect(page).toContain('Put Assam back')
  const { text } = await before.get('/')
  expect(text).toContain('You are just looking in.')
  expect(text).not.toContain('Put Assam back')
})

test('each account stays as long as it may', async () => {
  for (const [name, password, seconds] of [
    ['owner', 'kettle', 28_800],
    ['shopkeeper', 'saucer', 14_400],
    ['regular', 'biscuit', 1800],
  ] as const) {
    const shopper = await new Shopper(demo).signIn(name, password)
    expect(await shopper.page('/')).toContain(`data-timeout="${seconds}"`)
  }
})

test('signs another device out, which hears why; this one stays', async () => {
  const laptop = await new Shopper(demo, FIREFOX).signIn('regular', 'biscuit')
  await laptop.send('/devices/sign-out-others')
  const phone = await new Shopper(demo, IPHONE).signIn('regular', 'biscuit')
  const thief = phone.browser.copy()

  expect(devicesOn(await laptop.page('/devices'))).toEqual([
    'Firefox on Linux, this one',
    'Safari on an iPhone',
  ])
  const { status, headers } = await laptop.send('/devices/sign-out', { id: phone.id })
  expect([status, headers.location]).toEqual([303, '/devices'])
  const after = await laptop.page('/devices')
  expect(after).toContain('Safari on an iPhone is signed out.')
  expect(devicesOn(after)).toEqual(['Firefox on Linux, this one'])

  const late = await phone.send('/basket/add', { tea: 'assam' })
  expect([late.status, late.headers.location]).toEqual([303, '/escorted'])
  const reason = 'You were signed out from another device: Firefox on Linux.'
  for (const path of ['/', '/sign-in', '/escorted'])
    expect(await phone.page(path)).toContain(reason)
  expect((await phone.get('/devices')).headers.location).toBe('/sign-in')
  expect((await thief.get('/devices')).headers.location).toBe('/sign-in')

  expect(await phone.signIn('regular', 'biscuit').then(() => phone.page('/'))).not.toContain(reason)
})

test('signs out everywhere else, and says how many', async () => {
  const here = await new Shopper(demo, FIREFOX).signIn('shopkeeper', 'saucer')
  const others = [new Shopper(demo, IPHONE), new Shopper(demo, 'curl/8.14.1'), new Shopper(demo)]
  await here.send('/devices/sign-out-others')
  for (const other of others) await other.signIn('shopkeeper', 'saucer')
  expect(devicesOn(await here.page('/devices'))).toHaveLength(4)
  await here.send('/devices/sign-out-others')
  const page = await here.page('/devices')
  expect(page).toContain('Signed out everywhere else: three devices.')
  expect(devicesOn(page)).toEqual(['Firefox on Linux, this one'])
  for (const other of others) expect((await other.get('/devices')).status).toBe(303)
})

test('ends nothing of anybody else, and nothing without the token', async () => {
  const owner = await new Shopper(demo).signIn('owner', 'kettle')
  const regular = await new Shopper(demo).signIn('regular', 'biscuit')
  await regular.page('/devices')
  for (const id of [owner.id, 'made up', '']) {
    await regular.send('/devices/sign-out', { id })
    expect(await regular.page('/devices')).toContain('That one was signed out already.')
  }
  expect((await owner.get('/devices')).status).toBe(200)

  const second = await new Shopper(demo).signIn('regular', 'biscuit')
  for (const path of ['/devices/sign-out', '/devices/sign-out-others']) {
    const form = { id: second.id, token: 'made up' }
    expect((await regular.browser.get(path, { method: 'POST', form })).status).toBe(403)
  }
  expect((await second.get('/devices')).status).toBe(200)
})

test('shows devices to nobody who is not signed in', async () => {
  for (const shopper of [new Shopper(demo), await new Shopper(demo).comeIn()]) {
    const answers = [
      await shopper.get('/devices'),
      await shopper.send('/devices/sign-out', { id: 'any' }),
      await shopper.send('/devices/sign-out-others'),
    ]
    expect(answers.map(({ status, headers }) => [status, headers.location])).toEqual(
      answers.map(() => [303, '/sign-in']),
    )
  }
})

test('shows a hostile user agent as text', async () => {
  const hostile = await new Shopper(demo, `"><script>alert('x')</script>`).signIn('owner', 'kettle')
  for (const path of ['/', '/devices', '/floor']) {
    const page = await hostile.page(path)
    expect(page).not.toContain('<script>alert')
    expect(page).not.toContain(`"><script`)
  }
  expect(await hostile.page('/devices')).toContain('&#60;script&#62;alert')
})

test.each([
  [FIREFOX, 'Firefox on Linux'],
  [IPHONE, 'Safari on an iPhone'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
    'Edge on Windows',
  ],
  [
    'Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
    'Chrome on Android',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
    'Safari on macOS',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/145.0 Mobile/15E148 Safari/605.1.15',
    'Firefox on an iPhone',
  ],
  ['curl/8.14.1', 'curl/8.14.1'],
  [null, 'Something that does not say what it is'],
])('%s is %s', (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name)
})
