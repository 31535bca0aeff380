import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { createSessions } from '../../src/sessions.ts'
import { drivers } from '../conformance/drivers.ts'
import { Visitor } from '../conformance/visitor.ts'
import { type Data, SECRET } from '../support/app.ts'
import { collect } from '../support/events.ts'

const emitted = vi.spyOn(process, 'emitWarning')

/** It warns once in a process: each test has a module of its own. */
let warn: (request: unknown) => void

beforeEach(async () => {
  vi.resetModules()
  emitted.mockReset().mockImplementation(() => {})
  warn = (await import('../../src/cookie/secure.ts')).warnIfPlainHttp
})
afterEach(() => void emitted.mockReset())

test.each([
  ['Origin', { headers: { origin: 'http://shop.example' } }],
  ['Referer', { headers: { referer: 'http://shop.example/cart' } }],
  ['Origin of a fetch-style request', new Request('http://a', init('origin'))],
  ['Referer of a fetch-style request', { headers: new Headers({ referer: 'http://a/' }) }],
])('a Secure cookie for a browser whose %s says http is warned of once', (_, request) => {
  warn(request)
  warn(request)
  expect(emitted).toHaveBeenCalledOnce()
  const [message, options] = emitted.mock.lastCall as unknown as [string, object]
  expect(message).toMatch(/browsers drop it.*cookie\.secure/is)
  expect(options).toMatchObject({ code: 'SOJOURN_SECURE_OVER_HTTP' })
})

test.each([
  ['a page on http that links to a site on https', from('http://blog.example', 'cross-site')],
  ['a sibling on http', from('http://blog.shop.example', 'same-site')],
])('%s is no reason to warn', (_, request) => {
  warn(request)
  expect(emitted).not.toHaveBeenCalled()
})

test('a page on http://localhost is one, where browsers send Sec-Fetch-Site too', () => {
  warn(from('http://localhost:3000', 'same-origin'))
  expect(emitted).toHaveBeenCalledOnce()
})

test.each([
  ['https', { headers: { origin: 'https://shop.example' } }],
  ['nothing', { headers: {} }],
  ['nothing, with no headers at all', undefined],
])('a browser that says %s is no reason to warn', (_, request) => {
  warn(request)
  expect(emitted).not.toHaveBeenCalled()
})

function from(origin: string, site: string) {
  return { headers: { origin, 'sec-fetch-site': site } }
}

function init(name: string): RequestInit {
  return { headers: { [name]: 'http://shop.example' } }
}

test.each(drivers)('$name hands over what tells it', async (driver) => {
  const sessions = createSessions<Data>({ secret: SECRET, cookie: { secure: true } })
  const served = await driver.serve(sessions, async ({ session }) => {
    session['n'] = 1
    return { body: 'welcome' }
  })
  onTestFinished(() => served.close())
  const events = collect()
  const headers = { origin: 'http://shop.example', 'x-forwarded-proto': 'https' }
  await new Visitor(served.port, driver.protocol).get('/', { headers })
  const [created] = events.of('created')
  // Its own module has warned by now, if this was the first of the process.
  emitted.mockClear()
  warn(created?.request)
  expect(emitted).toHaveBeenCalledOnce()
})
