import { Hono } from 'hono'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { withSession } from '../../src/adapters/fetch.ts'
import { type SessionVariables, session } from '../../src/adapters/hono.ts'
import { createSessions } from '../../src/sessions.ts'
import { memoryStore } from '../../src/store/memory.ts'
import { type Data, SECRET } from '../support/app.ts'
import { LatchStore } from '../support/latch-store.ts'

type Handle = (response: Response) => Promise<Response>

function makeSessions() {
  const store = new LatchStore(memoryStore())
  store.failNext('create', new Error('out of order'))
  return createSessions<Data>({ secret: SECRET, store })
}

const adapters: [name: string, handle: Handle][] = [
  [
    'fetch style',
    (response) =>
      withSession(
        makeSessions(),
        (_request, data) => {
          data['n'] = 1
          return response
        },
        { onError: () => new Response('sorry', { status: 503 }) },
      )(new Request('http://localhost/')),
  ],
  [
    'Hono',
    async (response) => {
      const app = new Hono<{ Variables: SessionVariables<Data> }>()
      app.use(session(makeSessions()))
      app.get('/', (c) => {
        c.var.session['n'] = 1
        return response
      })
      app.onError((_error, c) => c.text('sorry', 503))
      return app.request('/')
    },
  ],
]

describe.each(adapters)('a response that a failed commit drops, %s', (_name, handle) => {
  test('has its body cancelled', async () => {
    const cancel = vi.fn<() => void>()
    const answer = await handle(new Response(new ReadableStream({ cancel })))
    expect([answer.status, await answer.text()]).toEqual([503, 'sorry'])
    expect(cancel).toHaveBeenCalledOnce()
  })

  test.each<[string, () => Response]>([
    [
      'is being read',
      () => {
        const response = new Response(new ReadableStream())
        response.body?.getReader()
        return response
      },
    ],
    [
      'cannot be cancelled',
      () => new Response(new ReadableStream({ cancel: () => Promise.reject(new Error('no')) })),
    ],
    ['has none', () => new Response(null, { status: 204 })],
  ])('is answered for when its body %s', async (_what, make) => {
    const unhandled = vi.fn<() => void>()
    process.on('unhandledRejection', unhandled)
    onTestFinished(() => void process.off('unhandledRejection', unhandled))
    const answer = await handle(make())
    expect([answer.status, await answer.text()]).toEqual([503, 'sorry'])
    await new Promise(setImmediate)
    expect(unhandled).not.toHaveBeenCalled()
  })
})
