import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { withSession } from '../../src/adapters/node.ts'
import type { Session } from '../../src/session/members.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, SECRET } from '../support/app.ts'
import { LatchStore } from '../support/latch-store.ts'
import { get, serve } from '../support/raw-http.ts'

type Listener = (request: IncomingMessage & { session: Session<Data> }, r: ServerResponse) => void

const thrown = new Error('too late')

async function serveOn(listener: Listener) {
  const told: unknown[] = []
  const sessions = createSessions<Data>({ secret: SECRET, store: new LatchStore(memoryStore()) })
  const handler = withSession(sessions, listener, { onError: (error) => void told.push(error) })
  return { told, server: await serve(handler) }
}

describe('a listener that throws after its response has begun', () => {
  test.each([
    ['held for its commit', 1],
    ['on its way', 0],
  ])('leaves one that has ended whole, with its cookie: %s', async (_where, cookies) => {
    const { told, server } = await serveOn(({ session }, response) => {
      if (cookies > 0) session['n'] = 1
      response.end('done')
      throw thrown
    })
    await using _closed = server
    const answer = await get(server.port)
    expect([answer.status, answer.body, answer.all('set-cookie').length]).toEqual([
      200,
      'done',
      cookies,
    ])
    expect(told).toEqual([thrown])
  })

  test('is cut off where it has not ended, and onError is told', async () => {
    const { told, server } = await serveOn((_request, response) => {
      response.write('begun')
      throw thrown
    })
    await using _closed = server
    const lastChunk = '0\r\n\r\n'
    expect((await get(server.port)).body).not.toContain(lastChunk)
    expect(told).toEqual([thrown])
  })
})
