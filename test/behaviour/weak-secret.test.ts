import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const emitted = vi.spyOn(process, 'emitWarning')

/** It warns once in a process: each test has modules of its own. */
let createSessions: (options: { secret: string | readonly string[] }) => unknown

beforeEach(async () => {
  vi.resetModules()
  emitted.mockReset().mockImplementation(() => {})
  createSessions = (await import('../../src/sessions.ts')).createSessions
})
afterEach(() => void emitted.mockReset())

const WEAK = 'keyboard cat keyboard cat keyboard cat'
const random = () => randomBytes(32).toString('base64url')

test.each([
  ['secret', WEAK],
  ['secret[0]', [WEAK, random()]],
  ['secret[1]', [random(), WEAK]],
])('THREATS T18: a guessable %s is taken, and warned of once', (option, secret) => {
  createSessions({ secret })
  createSessions({ secret })
  expect(emitted).toHaveBeenCalledOnce()
  const [message, options] = emitted.mock.lastCall as unknown as [string, object]
  expect(message).toContain(`option ${option} looks guessable`)
  expect(message).toContain("randomBytes(32).toString('base64url')")
  expect(options).toEqual({ type: 'SojournWarning', code: 'SOJOURN_WEAK_SECRET' })
})

test('the warning never shows the secret', () => {
  createSessions({ secret: WEAK })
  const [message] = emitted.mock.lastCall as unknown as [string]
  for (const word of ['keyboard', 'cat ']) expect(message).not.toContain(word)
})

test('random secrets are no reason to warn', () => {
  createSessions({ secret: [random(), randomBytes(16).toString('hex'), crypto.randomUUID()] })
  expect(emitted).not.toHaveBeenCalled()
})
