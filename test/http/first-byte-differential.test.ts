import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, test } from 'vitest'
import type { HeadersToAdd } from '../../src/adapters/node-response.ts'
import { holdFirstByte } from '../../src/adapters/node-response.ts'
import type { Ask } from '../support/raw-http.ts'
import { exchange, getHttp2, serve, serveHttp2 } from '../support/raw-http.ts'

type Log = (...seen: unknown[]) => void

/** What a handler does. It runs without a gate and behind one; both must say and send the same. */
interface Script {
  name: string
  run(response: ServerResponse, log: Log): unknown
  ask?: Ask
  /** HTTP/2 differs by itself here. */
  http1Only?: boolean
}

const body = 'x'.repeat(200)
const megabyte = Buffer.alloc(1_000_000, 'm')

const scripts: Script[] = [
  { name: 'end', run: (r) => r.end() },
  { name: 'end with a string', run: (r) => r.end('hello') },
  { name: 'end with bytes', run: (r) => r.end(new Uint8Array([104, 105])) },
  { name: 'end with an encoding', run: (r) => r.end('aGk=', 'base64') },
  { name: 'end with an empty string', run: (r) => r.end('') },
  { name: 'end with null', run: (r) => r.end(null) },
  {
    name: 'headers, then end',
    run: (r) => (r.setHeader('X-A', 'a'), r.setHeader('x-b', 1), r.end('hi')),
  },
  { name: 'write, then end', run: (r) => (r.write('one'), r.write('two'), r.end('three')) },
  { name: 'write with an encoding', run: (r) => (r.write('6869', 'hex'), r.end()) },
  // Node 20.20 over HTTP/2 sends a byte of uninitialised memory for 'a' here, gate or no gate.
  {
    name: 'empty writes',
    run: (r) => (r.write(''), r.write('a'), r.write(''), r.end()),
    http1Only: true,
  },
  { name: 'flushHeaders, then end', run: (r) => (r.flushHeaders(), r.flushHeaders(), r.end('a')) },
  { name: 'a status', run: (r) => ((r.statusCode = 404), r.end('no')) },
  { name: 'a status message', run: (r) => ((r.statusMessage = 'Fine'), r.end()), http1Only: true },
  { name: 'an unknown status', run: (r) => r.writeHead(299).end() },
  {
    name: 'writeHead with an object',
    run: (r) => r.writeHead(201, { 'X-A': 'a', 'x-n': 5 }).end(body),
  },
  { name: 'writeHead with a message', run: (r) => r.writeHead(201, 'Made').end(), http1Only: true },
  {
    name: 'writeHead with a message and an object',
    run: (r) => r.writeHead(201, 'Made', { 'X-A': 'a' }).end(),
    http1Only: true,
  },
  {
    name: 'writeHead with a flat array',
    run: (r) => r.writeHead(200, ['X-A', 'a', 'X-B', 'b']).end(),
  },
  {
    name: 'writeHead with duplicates in a flat array',
    run: (r) => r.writeHead(200, ['Link', 'a', 'Link', 'b', 'X-C', 'c', 'Set-Cookie', 'd=1']).end(),
  },
  {
    name: 'writeHead with pairs',
    run: (r) =>
      r
        .writeHead(200, [
          ['X-A', 'a'],
          ['Link', 'b'],
          ['Link', 'c'],
        ] as never)
        .end(),
  },
  {
    name: 'writeHead with pairs over setHeader',
    run: (r, log) => {
      r.setHeader('X-A', 'before')
      attempt(log, () =>
        r.writeHead(200, [
          ['X-A', 'a'],
          ['X-B', 'b'],
        ] as never),
      )
      r.end()
    },
  },
  {
    name: 'writeHead over setHeader',
    run: (r) => (
      r.setHeader('X-A', 'old'),
      r.setHeader('X-B', 'kept'),
      r.writeHead(200, { 'x-a': 'new' }).end()
    ),
  },
  { name: 'a length', run: (r) => r.writeHead(200, { 'Content-Length': 5 }).end('hello') },
  {
    name: 'a length of a response that is written',
    run: (r) => (r.setHeader('Content-Length', '5'), r.write('hel'), r.end('lo')),
  },
  {
    name: 'chunked by hand',
    run: (r) => (r.setHeader('Transfer-Encoding', 'chunked'), r.end('hello')),
    http1Only: true,
  },
  {
    name: 'connection kept as said',
    run: (r) => r.setHeader('Connection', 'close').end('a'),
    http1Only: true,
  },
  { name: 'Date removed', run: (r) => (r.removeHeader('Date'), r.end('a')) },
  { name: 'HEAD', run: (r) => r.end(body), ask: { method: 'HEAD' } },
  { name: 'HEAD with writes', run: (r) => (r.write(body), r.end(body)), ask: { method: 'HEAD' } },
  {
    name: 'HEAD with a length',
    run: (r) => r.writeHead(200, { 'Content-Length': 200 }).end(),
    ask: { method: 'HEAD' },
  },
  { name: '204', run: (r) => r.writeHead(204).end() },
  { name: '204 with a body', run: (r) => ((r.statusCode = 204), r.end('none')), http1Only: true },
  { name: '304', run: (r) => r.writeHead(304, { ETag: '"a"' }).end() },
  {
    name: '304 without writeHead',
    run: (r) => ((r.statusCode = 304), r.setHeader('ETag', '"a"'), r.end()),
  },
  {
    name: 'HTTP/1.0',
    run: (r) => (r.write('a'), r.end('b')),
    ask: { version: '1.0' },
    http1Only: true,
  },
  {
    name: 'trailers',
    run: (r) => {
      r.setHeader('Trailer', 'X-Sum')
      r.write('a')
      r.addTrailers({ 'X-Sum': '1' })
      r.end('b')
    },
  },
  {
    name: 'a trailer that cannot be',
    run: (r, log) => {
      attempt(log, () => r.writeHead(200, { Trailer: 'X-Sum', 'Content-Length': 1 }))
      r.end('b')
    },
    http1Only: true,
  },
  {
    name: 'cork and uncork',
    run: (r) => {
      // Node 26 joins corked chunks into one, so the length is given.
      r.setHeader('Content-Length', 3)
      r.cork()
      r.write('a')
      r.write('b')
      process.nextTick(() => {
        r.uncork()
        r.end('c')
      })
    },
  },
  {
    name: 'early hints',
    run: (r) => {
      r.writeEarlyHints({ link: '</a.css>; rel=preload' })
      r.setHeader('X-A', 'a')
      r.end('a')
    },
  },
  {
    name: 'what one sees after writeHead',
    run: (r, log) => {
      look(r, log)
      log(r.writeHead(202, { 'X-A': 'a' }) === r)
      look(r, log)
      r.statusCode = 404
      look(r, log)
      r.end('a')
      look(r, log)
    },
  },
  {
    name: 'what one sees of a message',
    run: (r, log) => {
      r.writeHead(202, 'Taken')
      log(r.statusMessage)
      r.statusMessage = 'Late'
      r.end('a')
    },
    http1Only: true,
  },
  {
    name: 'what one sees in the end',
    run: (r, log) => {
      r.on('finish', () => look(r, log))
      r.on('finish', () => log(r.writableFinished, r.hasHeader('x-a')))
      r.setHeader('X-A', 'a')
      r.end('a')
      r.statusCode = 500
    },
  },
  {
    name: 'what one sees after write',
    run: (r, log) => {
      log(r.write('a'))
      look(r, log)
      r.statusCode = 404
      log(r.end() === r)
      look(r, log)
    },
  },
  {
    name: 'what one sees after flushHeaders',
    run: (r, log) => (r.flushHeaders(), look(r, log), r.end(), look(r, log)),
  },
  {
    name: 'what one sees after end',
    run: (r, log) => {
      log(r.end('a') === r)
      r.statusCode = 500
      look(r, log)
    },
  },
  {
    name: 'headers after the first byte',
    run: (r, log) => {
      r.write('a')
      attempt(log, () => r.setHeader('X-A', 'a'))
      attempt(log, () => r.appendHeader('X-A', 'a'))
      attempt(log, () => r.removeHeader('X-A'))
      attempt(log, () => r.writeHead(200))
      r.end()
    },
  },
  {
    name: 'setHeaders after the first byte',
    run: (r, log) => (r.write('a'), attempt(log, () => r.setHeaders(new Map())), r.end()),
    http1Only: true,
  },
  {
    name: 'a status out of range, then an error response',
    run: (r, log) => {
      attempt(log, () => r.writeHead(99, { 'X-A': 'a' }))
      attempt(log, () => r.writeHead(1000, { 'X-A': 'a' }))
      look(r, log)
      r.writeHead(500).end('an error')
    },
    http1Only: true,
  },
  {
    name: 'a bad statusCode found by end',
    run: (r, log) => {
      r.statusCode = 99
      attempt(log, () => r.end('a'))
      r.statusCode = 500
      r.removeHeader('Content-Length')
      r.end('an error')
    },
    http1Only: true,
  },
  {
    name: 'a bad statusMessage found by end',
    run: (r, log) => {
      r.statusMessage = 'a\nb'
      attempt(log, () => r.end())
      r.statusMessage = ''
      r.end()
    },
    http1Only: true,
  },
  {
    name: 'an invalid header value, then an error response',
    run: (r, log) => {
      attempt(log, () => r.writeHead(200, { 'X-C': 'c', 'X-A': 'a\nb' }))
      look(r, log)
      r.writeHead(500, 'Oh').end('an error')
    },
    http1Only: true,
  },
  {
    name: 'an invalid header name, then an error response',
    run: (r, log) => {
      attempt(log, () => r.writeHead(200, ['X-C', 'c', 'X A', 'a']))
      r.writeHead(500, 'Oh').end('an error')
    },
    http1Only: true,
  },
  {
    name: 'an odd array of headers',
    run: (r, log) => (attempt(log, () => r.writeHead(200, ['a'])), r.end('an error')),
    http1Only: true,
  },
  {
    name: 'an invalid status message',
    run: (r, log) => (
      attempt(log, () => r.writeHead(200, 'a\nb')),
      (r.statusMessage = ''),
      r.end()
    ),
    http1Only: true,
  },
  {
    name: 'a chunk that is none',
    run: (r, log) => {
      r.writeHead(200)
      attempt(log, () => r.write(null))
      attempt(log, () => r.write({}))
      attempt(log, () => r.end(5))
      r.end()
    },
  },
  {
    name: 'write after end',
    run: (r, log) => {
      r.on('error', (error: NodeJS.ErrnoException) => log('error', error.code))
      r.end('a')
      log(r.write('b', (error) => log('callback', (error as NodeJS.ErrnoException).code)))
    },
    http1Only: true,
  },
  {
    name: 'end after end',
    run: (r, log) => {
      r.on('error', (error: NodeJS.ErrnoException) => log('error', error.code))
      r.end('a', () => log('first'))
      r.end(() => log('second'))
    },
  },
  {
    name: 'end with a chunk after end',
    run: (r, log) => {
      r.on('error', (error: NodeJS.ErrnoException) => log('error', error.code))
      r.end('a')
      log(r.end('b') === r)
    },
    http1Only: true,
  },
  {
    name: 'callbacks',
    run: (r, log) => {
      r.on('finish', () => log('finish'))
      r.write('a', () => log('first'))
      r.write('b', 'utf8', () => log('second'))
      r.end('c', 'utf8', () => log('end'))
    },
  },
  { name: 'pipeline of a megabyte', run: (r) => pipeline(Readable.from(chunks()), r) },
  { name: 'pipe of a megabyte', run: (r) => Readable.from(chunks()).pipe(r) },
  {
    name: 'a megabyte at once',
    run: (r, log) => {
      log(r.write(megabyte), r.writableNeedDrain)
      r.once('drain', () => {
        log('drain', r.writableNeedDrain)
        r.end()
      })
    },
  },
]

function* chunks(): Generator<Buffer> {
  for (let i = 0; i < 1_000_000; i += 10_000) yield megabyte.subarray(i, i + 10_000)
}

function attempt(log: Log, act: () => unknown): void {
  try {
    act()
    log('no error')
  } catch (error) {
    const { name, code, message } = error as NodeJS.ErrnoException
    // HTTP/2 words it otherwise.
    log(name, code, code === 'ERR_INVALID_ARG_TYPE' ? '' : message)
  }
}

function look(r: ServerResponse, log: Log): void {
  log(r.headersSent, Boolean((r as unknown as { _header: unknown })._header), r.finished)
  log(r.writableEnded, r.statusCode, r.getHeader('X-B'))
}

const nothing: HeadersToAdd = { varies: false }
const ours: HeadersToAdd = { varies: true, setCookie: 'ours=1; Path=/; HttpOnly' }

const gates: Record<string, () => HeadersToAdd | Promise<HeadersToAdd>> = {
  'direct, nothing to add': () => nothing,
  'held, nothing to add': () => new Promise((done) => setImmediate(done, nothing)),
  'direct, with headers of ours': () => ours,
  'held, with headers of ours': () => new Promise((done) => setImmediate(done, ours)),
}

interface Told {
  answer: unknown
  log: unknown[]
}

function listen(script: Script, commit: (() => HeadersToAdd | Promise<HeadersToAdd>) | undefined) {
  const log: unknown[] = []
  const finished = { promise: Promise.resolve() }
  function listener(_request: unknown, response: ServerResponse): void {
    finished.promise = new Promise((done) => response.on('close', done))
    if (commit) {
      holdFirstByte(response, {
        commit,
        failed: (error) => log.push('failed', String(error)),
      })
    }
    void script.run(response, (...seen) => log.push(...seen))
  }
  return { log, listener, finished }
}

async function overHttp1(script: Script, commit?: () => HeadersToAdd | Promise<HeadersToAdd>) {
  const { log, listener, finished } = listen(script, commit)
  await using server = await serve(listener)
  const raw = await exchange(server.port, script.ask)
  await finished.promise
  return { answer: withoutOurs(raw), log } satisfies Told
}

function withoutOurs(raw: string): string {
  return raw.replaceAll(
    /(?:Date: .*|Set-Cookie: ours=.*|Cache-Control: no-store|Vary: Cookie)\r\n/g,
    '',
  )
}

async function overHttp2(script: Script, commit?: () => HeadersToAdd | Promise<HeadersToAdd>) {
  const { log, listener, finished } = listen(script, commit)
  await using server = await serveHttp2((request, response) => {
    listener(request, response as unknown as ServerResponse)
  })
  const answer = await getHttp2(server.port, script.ask)
  await finished.promise
  const headers: Record<string, unknown> = { ...answer.headers }
  for (const name of ['date', 'vary', 'cache-control']) delete headers[name]
  const cookies = answer.headers['set-cookie']?.filter((cookie) => !cookie.startsWith('ours='))
  headers['set-cookie'] = cookies?.length ? cookies : undefined
  return { answer: { ...answer, headers }, log } satisfies Told
}

describe.each(Object.entries(gates))('%s', (_gate, commit) => {
  test.each(scripts)('HTTP/1: $name', async (script) => {
    expect(await overHttp1(script, commit)).toEqual(await overHttp1(script))
  })

  const both = scripts.filter(({ http1Only }) => !http1Only)
  test.each(both)('HTTP/2: $name', async (script) => {
    expect(await overHttp2(script, commit)).toEqual(await overHttp2(script))
  })
})
