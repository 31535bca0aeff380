import express, { type Request, type Response } from 'express'
import { setFlagsFromString } from 'node:v8'
import { runInThisContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { session } from '../../src/adapters/express.ts'
import { createSessions } from '../../src/sessions.ts'
import { type Data, SECRET, express4, listen } from '../support/app.ts'

// The engine's own word on what it may reuse from one object to the next.
setFlagsFromString('--allow-natives-syntax')
const haveSameShape = runInThisContext('(a, b) => %HaveSameMap(a, b)') as (
  a: object,
  b: object,
) => boolean

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
])('%s', (_name, make) => {
  test('gives all requests one shape, and all responses, behind the middleware', async () => {
    // In one application of 64, requests and responses take each other's place in the engine's
    // cache of shapes. Where each has a shape of its own it is so in none.
    await expect.poll(() => areAlike(make), { timeout: 5000 }).toEqual(['true', 'true'])
  })
})

/** Two requests to a new application that wait for each other, and their responses. */
async function areAlike(make: typeof express): Promise<string[]> {
  const app = make()
  let seen: { request: Request; response: Response }[] = []
  app.use(session(createSessions<Data>({ secret: SECRET })))
  app.get('/first', (_request, response) => void response.end())
  app.get('/', (request, response) => {
    seen.push({ request, response })
    if (seen.length < 2) return
    for (const one of seen) one.response.end(String(same(seen)))
    seen = []
  })
  const server = await listen(app)
  // The engine learns with the first requests what values the properties of all take.
  for (let first = 0; first < 5; first++) await server.browser().get('/first')
  const answers = [server.browser().get('/'), server.browser().get('/')]
  return (await Promise.all(answers)).map(({ text }) => text)
}

function same([one, other]: { request: Request; response: Response }[]): boolean {
  if (one === undefined || other === undefined) return false
  return haveSameShape(one.request, other.request) && haveSameShape(one.response, other.response)
}
