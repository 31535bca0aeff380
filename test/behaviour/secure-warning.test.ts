import { afterEach, beforeEach, expect, test, vi } from 'vitest'

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
  ['https', { headers: { origin: 'https://shop.example' } }],
  ['nothing', { headers: {} }],
  ['nothing, with no headers at all', undefined],
])('a browser that says %s is no reason to warn', (_, request) => {
  warn(request)
  expect(emitted).not.toHaveBeenCalled()
})

function init(name: string): RequestInit {
  return { headers: { [name]: 'http://shop.example' } }
}
