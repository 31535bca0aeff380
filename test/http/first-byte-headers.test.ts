import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { HeadersToAdd, NodeResponse } from '../../src/adapters/node-response.ts'
import { holdFirstByte, plainErrorResponse } from '../../src/adapters/node-response.ts'
import { get, getHttp2, serve, serveHttp2 } from '../support/raw-http.ts'

const cookie = 'ours=1; Path=/; HttpOnly'
const ours: HeadersToAdd = { setCookie: cookie, varies: true }

type Send = (response: ServerResponse) => unknown
type Commit = () => HeadersToAdd | Promise<HeadersToAdd>

interface Answer {
  status: number
  all(name: string): string[]
}

function gated(send: Send, commit: Commit): (request: unknown, response: NodeResponse) => void {
  return (_request, response) => {
    holdFirstByte(response, {
      commit,
      failed: (error) => plainErrorResponse(response, error),
    })
    send(response as ServerResponse)
  }
}

const protocols: [name: string, ask: (send: Send, commit: Commit) => Promise<Answer>][] = [
  [
    'HTTP/1',
    async (send, commit) => {
      await using server = await serve(gated(send, commit))
      return await get(server.port)
    },
  ],
  [
    'HTTP/2',
    async (send, commit) => {
      await using server = await serveHttp2(gated(send, commit))
      const { status, headers } = await getHttp2(server.port)
      return { status, all: (name) => [headers[name] ?? []].flat() }
    },
  ],
]

const commits: [name: string, commit: Commit][] = [
  ['direct', () => ours],
  ['held', () => new Promise((done) => setImmediate(done, ours))],
]

/** What the application set, and what must arrive of it besides our cookie. */
const forms: [name: string, send: Send, cookies: string[]][] = [
  ['no cookie of theirs', (r) => r.end(), []],
  ['a string set before', (r) => (r.setHeader('Set-Cookie', 'a=1'), r.end()), ['a=1']],
  [
    'an array set before',
    (r) => (r.setHeader('set-cookie', ['a=1', 'b=2']), r.end()),
    ['a=1', 'b=2'],
  ],
  ['one appended', (r) => (r.appendHeader('Set-Cookie', 'a=1'), r.end()), ['a=1']],
  ['write', (r) => (r.setHeader('Set-Cookie', 'a=1'), r.write('x'), r.end()), ['a=1']],
  ['flushHeaders', (r) => (r.setHeader('Set-Cookie', 'a=1'), r.flushHeaders(), r.end()), ['a=1']],
  ['writeHead(status)', (r) => r.writeHead(200).end(), []],
  ['writeHead(status, undefined)', (r) => r.writeHead(200, undefined).end(), []],
  ['writeHead(status, object)', (r) => r.writeHead(200, { 'Set-Cookie': 'a=1' }).end(), ['a=1']],
  [
    'writeHead(status, object of arrays)',
    (r) => r.writeHead(200, { 'SET-COOKIE': ['a=1', 'b=2'] }).end(),
    ['a=1', 'b=2'],
  ],
  ['writeHead(status, object without one)', (r) => r.writeHead(200, { 'X-A': 'a' }).end(), []],
  [
    'writeHead(status, flat array)',
    (r) => r.writeHead(200, ['X-A', 'a', 'Set-Cookie', 'a=1']).end(),
    ['a=1'],
  ],
  [
    'writeHead(status, flat array with duplicates)',
    (r) => r.writeHead(200, ['Set-Cookie', 'a=1', 'set-cookie', 'b=2']).end(),
    ['a=1', 'b=2'],
  ],
  [
    // Node 20 by itself loses all but the last here.
    'writeHead(status, flat array with duplicates) over setHeader',
    (r) => (
      r.setHeader('X-A', 'a'),
      r.writeHead(200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']).end()
    ),
    ['a=1', 'b=2'],
  ],
  [
    'writeHead(status, pairs)',
    (r) =>
      r
        .writeHead(200, [
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2'],
        ] as never)
        .end(),
    ['a=1', 'b=2'],
  ],
  [
    'writeHead overrides setHeader of the same name',
    (r) => (r.setHeader('Set-Cookie', 'old=1'), r.writeHead(200, { 'set-cookie': 'a=1' }).end()),
    ['a=1'],
  ],
  [
    'writeHead keeps setHeader of another name',
    (r) => (r.setHeader('Set-Cookie', 'a=1'), r.writeHead(200, { 'X-A': 'a' }).end()),
    ['a=1'],
  ],
]

const http1Forms: typeof forms = [
  ['writeHead(status, message)', (r) => r.writeHead(200, 'Fine').end(), []],
  [
    'writeHead(status, message, object)',
    (r) => r.writeHead(200, 'Fine', { 'Set-Cookie': 'a=1' }).end(),
    ['a=1'],
  ],
  [
    'writeHead(status, message, array)',
    (r) => r.writeHead(200, 'Fine', ['Set-Cookie', 'a=1']).end(),
    ['a=1'],
  ],
  ['writeHead(status, undefined, object)', writeHeadAfterUndefined, ['a=1']],
]

function writeHeadAfterUndefined(response: ServerResponse): unknown {
  return response.writeHead(200, undefined, { 'Set-Cookie': 'a=1' }).end()
}

describe.each(protocols)('%s', (protocol, ask) => {
  describe.each(commits)('%s', (_commit, commit) => {
    test.each(protocol === 'HTTP/1' ? [...forms, ...http1Forms] : forms)(
      'THREATS 23: exactly one cookie of ours after theirs: %s',
      async (_name, send, theirs) => {
        const answer = await ask(send, commit)
        expect(answer.status).toBe(200)
        expect(answer.all('set-cookie')).toEqual([...theirs, cookie])
      },
    )

    test("THREATS 23: the caller's own arrays and objects are not changed (CVE-2025-7339)", async () => {
      const set = Object.freeze(['a=1']) as string[]
      const flat = Object.freeze(['Set-Cookie', 'b=1', 'Set-Cookie', 'c=1']) as string[]
      const nested = Object.freeze({ 'Set-Cookie': Object.freeze(['d=1']) as string[] })
      const answers = [
        await ask((r) => (r.setHeader('Set-Cookie', set), r.end()), commit),
        await ask((r) => r.writeHead(200, flat).end(), commit),
        await ask((r) => r.writeHead(200, nested).end(), commit),
      ]
      expect(answers.map((answer) => answer.all('set-cookie'))).toEqual([
        ['a=1', cookie],
        ['b=1', 'c=1', cookie],
        ['d=1', cookie],
      ])
    })

    test('THREATS 23: headers that are changed after writeHead are sent as they were', async () => {
      const answer = await ask((r) => {
        const headers = { 'Set-Cookie': ['a=1'] }
        r.writeHead(200, headers)
        headers['Set-Cookie'].push('late=1')
        r.end()
      }, commit)
      expect(answer.all('set-cookie')).toEqual(['a=1', cookie])
    })

    test.each([
      [undefined, 'no-store'],
      ['public, max-age=60', 'no-store'],
      ['private', 'no-store'],
      ['no-store', 'no-store'],
      ['private, No-Store, max-age=0', 'private, No-Store, max-age=0'],
      ['max-age=60,no-store', 'max-age=60,no-store'],
      ['x-no-store', 'no-store'],
      ['no-store-ever', 'no-store'],
      ['private="no-store"', 'no-store'],
      ['private="a, no-store, b", max-age=5', 'no-store'],
    ])('Cache-Control %s becomes %s', async (said, sent) => {
      const answer = await ask((r) => {
        if (said !== undefined) r.setHeader('Cache-Control', said)
        r.end()
      }, commit)
      expect(answer.all('cache-control')).toEqual([sent])
    })

    test.each([
      [undefined, 'Cookie'],
      ['Accept-Encoding', 'Accept-Encoding, Cookie'],
      ['accept-encoding,COOKIE', 'accept-encoding,COOKIE'],
      ['*', '*'],
      ['Cookie-Jar', 'Cookie-Jar, Cookie'],
      ['', 'Cookie'],
    ])('Vary %s becomes %s', async (said, sent) => {
      const answer = await ask((r) => {
        if (said !== undefined) r.setHeader('Vary', said)
        r.end()
      }, commit)
      expect(answer.all('vary')).toEqual([sent])
    })

    test('what writeHead says of Cache-Control and Vary counts, in any form', async () => {
      const answer = await ask(
        (r) =>
          r.writeHead(200, ['cache-control', 'private', 'VARY', 'Origin', 'vary', 'Accept']).end(),
        commit,
      )
      expect(answer.all('cache-control')).toEqual(['no-store'])
      expect(answer.all('vary').join()).toBe('Origin, Accept, Cookie')
    })

    test('a name that an object has twice, differing by case, is sent once, as said last', async () => {
      const answer = await ask((r) => {
        const proxied = { 'content-length': '5', 'content-type': 'text/plain' }
        r.writeHead(200, { ...proxied, 'Content-Type': 'text/html', 'Content-Length': 12 })
        r.end('<p>hello</p>')
      }, commit)
      expect(answer.all('content-length').map(Number)).toEqual([12])
      expect(answer.all('content-type')).toEqual(['text/html'])
    })

    test('an invalid head throws at once, and the error response still has our cookie', async () => {
      const codes: unknown[] = []
      const answer = await ask((r) => {
        for (const [status, headers] of [
          [99, {}],
          [1000, {}],
          [200, { 'Content-Length': '3', 'X A': 'a' }],
          [200, { 'Content-Length': '3', 'X-A': undefined }],
          ...(protocol === 'HTTP/2' ? [[200, { 'Content-Length': '3', 'X-A': null }]] : []),
        ] as [number, { 'Content-Length': string }][]) {
          try {
            r.writeHead(status, headers)
          } catch (error) {
            codes.push((error as NodeJS.ErrnoException).code)
          }
        }
        expect(r.headersSent).toBe(false)
        expect(r.getHeaderNames()).toEqual([])
        r.writeHead(500).end('an error')
      }, commit)
      expect(codes).toEqual(
        protocol === 'HTTP/1'
          ? [
              'ERR_HTTP_INVALID_STATUS_CODE',
              'ERR_HTTP_INVALID_STATUS_CODE',
              'ERR_INVALID_HTTP_TOKEN',
              'ERR_HTTP_INVALID_HEADER_VALUE',
            ]
          : [
              'ERR_HTTP2_STATUS_INVALID',
              'ERR_HTTP2_STATUS_INVALID',
              'ERR_INVALID_HTTP_TOKEN',
              'ERR_HTTP2_INVALID_HEADER_VALUE',
              'ERR_HTTP2_INVALID_HEADER_VALUE',
            ],
      )
      expect(answer.status).toBe(500)
      expect(answer.all('set-cookie')).toEqual([cookie])
      expect(answer.all('content-length').join()).not.toBe('3')
    })
  })

  test('THREATS 23: a head tried twice has our cookie once', async () => {
    for (const [, commit] of commits) {
      const answer = await ask((r) => {
        r.setHeader('Set-Cookie', 'a=1')
        expect(() => r.writeHead(99)).toThrow(RangeError)
        r.writeHead(200).end()
      }, commit)
      expect(answer.all('set-cookie')).toEqual(['a=1', cookie])
    }
  })

  test('without a cookie nothing is said to caches, without a look nothing varies', async () => {
    const answer = await ask(
      (r) => r.end(),
      () => ({ varies: false }),
    )
    expect(answer.all('cache-control')).toEqual([])
    expect(answer.all('vary')).toEqual([])
    const looked = await ask(
      (r) => r.end(),
      () => ({ varies: true }),
    )
    expect(looked.all('cache-control')).toEqual([])
    expect(looked.all('vary')).toEqual(['Cookie'])
  })
})

test('an invalid header value throws at once over HTTP/1 and spoils nothing', async () => {
  for (const [, commit] of commits) {
    const codes: unknown[] = []
    await using server = await serve(
      gated((r) => {
        try {
          r.writeHead(200, { 'Content-Length': 3, 'X-A': 'a\nb' })
        } catch (error) {
          codes.push((error as NodeJS.ErrnoException).code)
        }
        r.writeHead(500).end('an error')
      }, commit),
    )
    const answer = await get(server.port)
    expect(codes).toEqual(['ERR_INVALID_CHAR'])
    // Node by itself sends "500 OK" and Content-Length: 3 here.
    expect(answer.statusLine).toBe('HTTP/1.1 500 Internal Server Error')
    expect(answer.all('content-length')).toEqual([])
    expect(answer.all('set-cookie')).toEqual([cookie])
  }
})
