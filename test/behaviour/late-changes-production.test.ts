import type { ServerResponse } from 'node:http'
import { afterEach, expect, test, vi } from 'vitest'
import { type Data, SECRET, listen } from '../support/app.ts'
import { collect } from '../support/events.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
})

const WAYS = {
  'by end()': (response: ServerResponse) => response.end(),
  'as frameworks send them': (response: ServerResponse) => response.writeHead(200).end(),
}

/** How many of so many responses are reported, each of which changes its session afterwards. */
async function reportsOf(
  responses: number,
  nodeEnv: string,
  way: keyof typeof WAYS,
): Promise<number> {
  vi.resetModules()
  vi.stubEnv('NODE_ENV', nodeEnv)
  const { createSessions } = await import('../../src/sessions.ts')
  const { withSession } = await import('../../src/adapters/node.ts')
  const sessions = createSessions<Data>({ secret: SECRET })
  const late = withSession(sessions, ({ session }, response) => {
    WAYS[way](response)
    session['n'] = 1
  })
  const browser = (await listen(late)).browser()
  const events = collect()
  for (let response = 0; response < responses; response++) await browser.get('/')
  // The last answer is read before what its handler did in the same turn is looked at.
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  return events.of('gone').filter(({ reason }) => reason === 'late_changes').length
}

test.each([
  ['production', 32, 'by end()', 2],
  ['production', 32, 'as frameworks send them', 2],
  ['development', 32, 'by end()', 32],
  ['development', 32, 'as frameworks send them', 32],
] as const)(
  'in %s, of %i complete responses sent %s that changed sessions late %i are reported',
  async (...row) => {
    const [nodeEnv, responses, way, reported] = row
    expect(await reportsOf(responses, nodeEnv, way)).toBe(reported)
  },
)
