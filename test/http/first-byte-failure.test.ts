import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, test } from 'vitest'
import type { FirstByte, HeadersToAdd, NodeResponse } from '../../src/adapters/node-response.ts'
import { holdFirstByte, plainErrorResponse } from '../../src/adapters/node-response.ts'
import { StoreError } from '../../src/errors.ts'
import { Connection, deferred, exchange, get, getHttp2 } from '../support/raw-http.ts'
import { parseResponse, serve, serveHttp2 } from '../support/raw-http.ts'

const down = new StoreError('replace', 'no answer within 1000 ms')

type Handler = (response: ServerResponse) => unknown
interface Answer {
  status: number
  body: string
  all(name: string): string[]
}

const protocols: [name: string, ask: (handler: Handler) => Promise<Answer>][] = [
  [
    'HTTP/1',
    async (handler) => {
      await using server = await serve((_request, response) => void handler(response))
      return await get(server.port)
    },
  ],
  [
    'HTTP/2',
    async (handler) => {
      await using server = await serveHttp2((_request, response) => void handler(response as never))
      const { status, body, headers } = await getHttp2(server.port)
      return { status, body, all: (name) => [headers[name] ?? []].flat() }
    },
  ],
]

function gate(response: NodeResponse, failed: FirstByte['failed'], error: unknown = down): void {
  holdFirstByte(response, {
    commit: () => new Promise((_, reject) => setImmediate(reject, error)),
    failed,
  })
}

function dress(response: ServerResponse): void {
  response.statusCode = 201
  response.setHeader('Set-Cookie', 'app=1')
  response.setHeader('Content-Length', 400)
  response.setHeader('Content-Encoding', 'gzip')
  response.setHeader('ETag', '"a"')
  response.setHeader('Location', '/next')
  // Over HTTP/2 Node keeps a Date it was told to remove.
  if (!('stream' in response)) response.setHeader('Date', new Date(0).toUTCString())
}

function expectPlain(answer: Answer): void {
  expect(answer).toMatchObject({ status: 503, body: 'Service Unavailable' })
  expect(answer.all('content-type')).toEqual(['text/plain; charset=utf-8'])
  expect(answer.all('cache-control')).toEqual(['no-store'])
  expect(answer.all('content-length')).toEqual(['19'])
  expect(answer.all('date')).toHaveLength(1)
  for (const name of ['set-cookie', 'content-encoding', 'etag', 'location']) {
    expect(answer.all(name)).toEqual([])
  }
}

describe.each(protocols)('a failed commit, %s', (_protocol, ask) => {
  test.each<[string, boolean, Handler]>([
    ['end', true, (r) => (dress(r), r.end('body'))],
    [
      'writeHead and end',
      true,
      (r) => r.writeHead(201, { 'Set-Cookie': 'app=1', ETag: '"a"' }).end(),
    ],
    ['write and end', true, (r) => (dress(r), r.write('body'), r.end())],
    ['writeHead', false, (r) => (dress(r), r.writeHead(200))],
    ['write', false, (r) => (dress(r), r.write('body'))],
    ['flushHeaders', false, (r) => (dress(r), r.flushHeaders())],
  ])(
    'after %s is a real error response and nothing of the application',
    async (_n, ended, send) => {
      const told: unknown[] = []
      const answer = await ask((response) => {
        gate(response, (error, complete) => {
          told.push(
            error,
            complete,
            response.headersSent,
            response.writableEnded,
            response.finished,
          )
          told.push(response.statusCode, response.getHeaderNames())
          plainErrorResponse(response, error)
        })
        send(response)
      })
      expectPlain(answer)
      expect(told).toEqual([down, ended, false, false, false, 500, ['vary', 'cache-control']])
    },
  )

  test('a complete response may be answered later, by the framework', async () => {
    const answer = await ask((response) => {
      gate(response, () => {
        setImmediate(() => {
          response.statusCode = 503
          response.setHeader('X-Framework', 'yes')
          response.write('made by ')
          setImmediate(() => response.end('the framework'))
        })
      })
      dress(response)
      response.end('body')
    })
    expect(answer.status).toBe(503)
    expect(answer.all('x-framework')).toEqual(['yes'])
    expect(answer.all('set-cookie')).toEqual([])
    expect(answer.body).toContain('made by ')
    expect(answer.body).not.toContain('body')
  })

  test('the callbacks of what was dropped get the error', async () => {
    const told: unknown[] = []
    await ask((response) => {
      gate(response, (error) => plainErrorResponse(response, error))
      response.write('a', (error) => told.push('write', error))
      response.end('b', 'utf8', tell(told))
    })
    expect(told).toEqual(['write', down, 'end', down])
  })

  test('what the application still writes is swallowed, without an error event', async () => {
    const seen: unknown[] = []
    const answer = await ask((response) => {
      response.on('error', (error) => seen.push(error))
      gate(response, (error) => {
        plainErrorResponse(response, error)
        queueMicrotask(late)
      })
      response.write('body')
      function late(): void {
        seen.push(response.write('late', (error) => seen.push('write', error)))
        seen.push(response.writeHead(200) === response)
        seen.push(response.end('late', tell(seen)) === response)
        seen.push(response.write('later'), response.end() === response)
      }
    })
    expectPlain(answer)
    expect(seen).toEqual([false, true, true, false, true, 'write', down, 'end', down])
  })

  test('an application that waits for drain or close goes on', async () => {
    const seen: unknown[] = []
    const done = deferred<void>()
    const answer = await ask(async (response) => {
      gate(response, (error) => plainErrorResponse(response, error))
      response.on('drain', () => seen.push('drain'))
      while (response.write(Buffer.alloc(1000))) seen.length = 0
      await once(response, 'close')
      seen.push(response.write('late'), response.end() === response)
      done.resolve()
    })
    expectPlain(answer)
    await done.promise
    expect(seen).toEqual([false, true])
  })

  test('pipe() and pipeline() finish', async () => {
    const result = deferred<unknown>()
    expectPlain(
      await ask((response) => {
        gate(response, (error) => plainErrorResponse(response, error))
        pipeline(endless(), response).catch(result.resolve)
      }),
    )
    expect(await result.promise).toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' })
    const source = endless()
    expectPlain(
      await ask((response) => {
        gate(response, (error) => plainErrorResponse(response, error))
        source.pipe(response)
      }),
    )
    await new Promise(setImmediate)
    // Unpiped, as from any response that has finished.
    expect(source.readableFlowing).toBe(false)
  })

  test('an adapter that does not answer is answered for', async () => {
    expectPlain(
      await ask((response) => {
        gate(response, () => {})
        dress(response)
        response.write('body')
      }),
    )
  })

  test('an adapter that leaves its answer open is ended', async () => {
    const answer = await ask((response) => {
      gate(response, () => {
        response.statusCode = 503
        response.write('half')
      })
      response.write('body')
      setImmediate(() => setImmediate(() => response.write('late')))
    })
    expect(answer.status).toBe(503)
    expect(answer.body).not.toMatch(/body|late/)
  })

  test('a commit that throws at once is a failed commit', async () => {
    const answer = await ask((response) => {
      holdFirstByte(response, {
        commit() {
          throw down
        },
        failed: (error) => plainErrorResponse(response, error),
      })
      dress(response)
      response.end('body')
    })
    expectPlain(answer)
  })

  test('after a head that was refused the failure is answered all the same', async () => {
    expectPlain(
      await ask((response) => {
        gate(response, (error) => plainErrorResponse(response, error))
        expect(() => response.writeHead(99)).toThrow(RangeError)
      }),
    )
  })

  test('of two sets of sessions, the other keeps the cookie it committed', async () => {
    const failures: string[] = []
    const answer = await ask((response) => {
      for (const [name, result] of [
        ['shop', new Promise<never>((_, reject) => setImmediate(reject, down))],
        ['admin', { setCookie: 'admin=1', varies: true }],
      ] as [string, HeadersToAdd | Promise<HeadersToAdd>][]) {
        holdFirstByte(response, {
          commit: () => result,
          failed(error) {
            failures.push(name)
            plainErrorResponse(response, error)
          },
        })
      }
      response.setHeader('Set-Cookie', 'app=1')
      response.end('body')
    })
    expect(answer.status).toBe(503)
    expect(answer.all('set-cookie')).toEqual(['admin=1'])
    expect(failures).toEqual(['shop'])
  })
})

// Node's types know no error here.
function tell(seen: unknown[]): () => void {
  return (...args: unknown[]) => seen.push('end', ...args)
}

function endless(): Readable {
  return new Readable({
    read() {
      this.push(Buffer.alloc(10_000))
    },
  })
}

test('the reason phrase of the application is not kept', async () => {
  await using server = await serve((_request, response) => {
    gate(response, (error) => plainErrorResponse(response, error))
    response.writeHead(200, 'Very Fine').end()
  })
  expect((await get(server.port)).statusLine).toBe('HTTP/1.1 503 Service Unavailable')
})

test('the connection of an error response serves the next request', async () => {
  let fails = true
  await using server = await serve((_request, response) => {
    if (fails) gate(response, (error) => plainErrorResponse(response, error))
    fails = false
    response.setHeader('Content-Length', 100)
    response.write('x'.repeat(50))
    setImmediate(() => setImmediate(() => response.end('x'.repeat(50))))
  })
  const connection = new Connection(server.port)
  connection.send('GET / HTTP/1.1', 'Host: a')
  const first = await connection.until('\r\n\r\nService Unavailable')
  expect(parseResponse(first).status).toBe(503)
  connection.received = ''
  connection.send('GET / HTTP/1.1', 'Host: a')
  await connection.until('x'.repeat(100))
  expect(parseResponse(connection.received)).toMatchObject({ status: 200, body: 'x'.repeat(100) })
  connection.socket.destroy()
})

test('a HEAD request gets the error without its body', async () => {
  await using server = await serve((_request, response) => {
    gate(response, (error) => plainErrorResponse(response, error))
    response.end('body')
  })
  const answer = await get(server.port, { method: 'HEAD' })
  expect(answer).toMatchObject({ status: 503, body: '' })
  expect(answer.all('content-length')).toEqual(['19'])
})

test('an adapter that throws has its response destroyed, and nothing else happens', async () => {
  await using server = await serve((_request, response) => {
    gate(response, () => {
      throw new Error('an adapter')
    })
    response.end('body')
  })
  expect(await exchange(server.port)).toBe('')
})

test('a held call that Node refuses once it is made destroys the response', async () => {
  const failures: unknown[] = []
  await using server = await serve((_request, response) => {
    holdFirstByte(response, {
      commit: () => Promise.resolve({ varies: false }),
      failed: (error) => failures.push(error),
    })
    response.strictContentLength = true
    response.writeHead(200, { 'Content-Length': 3 })
    response.end('far too long')
  })
  const told = once(server.server, 'clientError')
  expect(await exchange(server.port)).toBe('')
  expect((await told)[0]).toMatchObject({ code: 'ERR_HTTP_CONTENT_LENGTH_MISMATCH' })
  expect(failures).toEqual([])
})

describe('the plain error response', () => {
  test.each<[unknown, number, string]>([
    [down, 503, 'Service Unavailable'],
    [Object.assign(new Error('secret'), { status: 409 }), 409, 'Conflict'],
    [new Error('secret'), 500, 'Internal Server Error'],
    [Object.assign(new Error('secret'), { status: 200 }), 500, 'Internal Server Error'],
    [Object.assign(new Error('secret'), { status: 600 }), 500, 'Internal Server Error'],
    [Object.assign(new Error('secret'), { status: 404.5 }), 500, 'Internal Server Error'],
    [Object.assign(new Error('secret'), { status: 499 }), 499, 'Error'],
    [{ status: '503' }, 500, 'Internal Server Error'],
    [undefined, 500, 'Internal Server Error'],
    [null, 500, 'Internal Server Error'],
    ['secret', 500, 'Internal Server Error'],
  ])('for %s says %i %s and no more', async (error, status, body) => {
    await using server = await serve((_request, response) => plainErrorResponse(response, error))
    const answer = await get(server.port)
    expect(answer).toMatchObject({ status, body })
    expect(answer.all('content-type')).toEqual(['text/plain; charset=utf-8'])
    expect(answer.all('cache-control')).toEqual(['no-store'])
  })

  test('destroys a response that has begun', async () => {
    await using server = await serve((_request, response) => {
      response.write('begun', () => plainErrorResponse(response, down))
    })
    expect(parseResponse(await exchange(server.port)).body).toBe('5\r\nbegun\r\n')
  })

  test.each(protocols)(
    'leaves one that has ended whole, sent or held, over %s',
    async (_name, ask) => {
      const large = 'x'.repeat(5_000_000)
      const ours: HeadersToAdd = { setCookie: 'ours=1', varies: true }
      const sent = await ask((response) => {
        response.end(large)
        setTimeout(() => plainErrorResponse(response, down), 1)
      })
      const held = await ask((response) => {
        holdFirstByte(response, {
          commit: () => new Promise((done) => setTimeout(done, 10, ours)),
          failed: () => {},
        })
        response.end(large)
        plainErrorResponse(response, down)
      })
      expect([sent.status, sent.body.length]).toEqual([200, large.length])
      expect([held.status, held.body.length]).toEqual([200, large.length])
      expect(held.all('set-cookie')).toEqual(['ours=1'])
    },
  )
})
