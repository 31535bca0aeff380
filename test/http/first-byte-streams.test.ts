import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, test } from 'vitest'
import type { HeadersToAdd, NodeResponse } from '../../src/adapters/node-response.ts'
import { holdFirstByte, plainErrorResponse } from '../../src/adapters/node-response.ts'
import type { Listening } from '../support/raw-http.ts'
import { Connection, deferred, exchange, getHttp2, serve, serveHttp2 } from '../support/raw-http.ts'

const ours: HeadersToAdd = { setCookie: 'ours=1', varies: false }
const chunk = Buffer.alloc(10_000, 'm')

type Handler = (response: ServerResponse) => unknown
type Commit = () => HeadersToAdd | Promise<HeadersToAdd>

const protocols: {
  name: string
  listen: (handler: Handler) => Promise<Listening>
  ask: (port: number, method?: string) => Promise<string>
}[] = [
  {
    name: 'HTTP/1',
    listen: (handler) => serve((_request, response) => void handler(response)),
    ask: async (port, method) => {
      const raw = await exchange(port, { method })
      const [head = '', ...rest] = raw.split('\r\n\r\n')
      return head.includes('chunked') ? unchunk(rest.join('\r\n\r\n')) : rest.join('\r\n\r\n')
    },
  },
  {
    name: 'HTTP/2',
    listen: (handler) => serveHttp2((_request, response) => void handler(response as never)),
    ask: async (port, method) => (await getHttp2(port, { method })).body,
  },
]

function unchunk(body: string): string {
  let text = ''
  for (let at = 0; ;) {
    const lineEnd = body.indexOf('\r\n', at)
    const size = Number.parseInt(body.slice(at, lineEnd), 16)
    if (!(size > 0)) return text
    text += body.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 4 + size
  }
}

function gate(response: NodeResponse, commit: Commit, failures: unknown[] = []): void {
  holdFirstByte(response, {
    commit,
    failed(error) {
      failures.push(error)
      plainErrorResponse(response, error)
    },
  })
}

/** A megabyte that counts what was taken of it. */
class Source extends Readable {
  taken = 0
  readonly hash = createHash('sha256')
  override _read(): void {
    if (this.taken === 1_000_000) return void this.push(null)
    const next = Buffer.alloc(chunk.length, this.taken % 251)
    this.taken += next.length
    this.hash.update(next)
    this.push(next)
  }
}

describe.each(protocols)('$name', ({ name, listen, ask }) => {
  describe.each(['direct', 'held'])('a megabyte, %s', (how) => {
    test.each<[string, (source: Source, response: ServerResponse) => unknown]>([
      ['pipeline', (source, response) => pipeline(source, response)],
      ['pipe', (source, response) => source.pipe(response)],
      ['pipe after writeHead', (source, response) => source.pipe(response.writeHead(200))],
      ['write, and wait for drain when told', writeAll],
    ])('%s', async (_name, send) => {
      const source = new Source()
      const commit = deferred<HeadersToAdd>()
      const asked = deferred<void>()
      await using server = await listen((response) => {
        gate(response, () => (asked.resolve(), how === 'held' ? commit.promise : ours))
        void send(source, response)
      })
      const answer = ask(server.port)
      await asked.promise
      if (how === 'held') {
        // A whole other exchange goes by: a source that is not paused would be far by now.
        await exchangeElsewhere()
        expect(source.taken).toBeLessThan(300_000)
      }
      commit.resolve(ours)
      const body = await answer
      expect(body).toHaveLength(1_000_000)
      expect(createHash('sha256').update(body, 'latin1').digest('hex')).toBe(
        source.hash.digest('hex'),
      )
    })
  })

  test.each<[string, number, (response: ServerResponse) => boolean[], string]>([
    ['none for less than the high-water mark', 0, (r) => [r.write('a'), r.write('b')], 'true,true'],
    ['one for one large chunk', 1, (r) => [r.write(Buffer.alloc(100_000))], 'false'],
    ['one for many small chunks', 1, manySmall, 'true,false'],
    [
      'none when the response has ended',
      0,
      (r) => [r.write(Buffer.alloc(100_000)), !r.end()],
      'false,false',
    ],
  ])('drain events after a hold: %s', async (_name, expected, write, answers) => {
    let drains = 0
    const told: boolean[] = []
    const commit = deferred<HeadersToAdd>()
    await using server = await listen((response) => {
      gate(response, () => commit.promise)
      response.on('drain', () => drains++)
      told.push(...write(response))
      response.on('drain', () => response.end())
      commit.resolve(ours)
      if (expected === 0) void commit.promise.then(() => setImmediate(() => response.end()))
    })
    await ask(server.port)
    expect(String(told.filter((each, i) => each !== told[i - 1] || told.length < 3))).toBe(answers)
    expect(drains).toBe(expected)
  })

  test('a HEAD response that has ended owes none', async () => {
    let drains = 0
    await using server = await listen((response) => {
      gate(response, () => new Promise((done) => setImmediate(done, ours)))
      response.on('drain', () => drains++)
      expect(response.write(Buffer.alloc(100_000))).toBe(false)
      response.end()
    })
    expect(await ask(server.port, 'HEAD')).toBe('')
    expect(drains).toBe(0)
  })

  test('a HEAD response owes a drain only because of the hold, and gets it', async () => {
    const told: unknown[] = []
    await using server = await listen((response) => {
      gate(response, () => new Promise((done) => setImmediate(done, ours)))
      told.push(response.write(Buffer.alloc(100_000)))
      response.once('drain', () => (told.push('drain'), response.end()))
    })
    // Over HTTP/2 Node closes a HEAD response itself; it writes to nobody after that.
    if (name === 'HTTP/1') {
      expect(await ask(server.port, 'HEAD')).toBe('')
      expect(told).toEqual([false, 'drain'])
    }
  })

  test('a buffer may be used again after its callback', async () => {
    const buffer = Buffer.from('first')
    await using server = await listen((response) => {
      gate(response, () => new Promise((done) => setImmediate(done, ours)))
      response.write(buffer, () => {
        buffer.write('again')
        response.end(buffer)
      })
    })
    expect(await ask(server.port)).toBe('firstagain')
  })

  test('writes that come while others are replayed keep their order', async () => {
    await using server = await listen((response) => {
      gate(response, () => Promise.resolve(ours))
      response.write('1')
      response.write('2', () => response.end('4'))
      response.write('3')
    })
    expect(await ask(server.port)).toBe('1234')
  })
})

async function writeAll(source: Source, response: ServerResponse): Promise<void> {
  for await (const part of source) if (!response.write(part)) await once(response, 'drain')
  response.end()
}

function manySmall(response: ServerResponse): boolean[] {
  const told: boolean[] = []
  while (told.at(-1) !== false) told.push(response.write('x'.repeat(1000)))
  return told
}

async function exchangeElsewhere(): Promise<void> {
  await using other = await serve((_request, response) => void response.end())
  await exchange(other.port)
}

type Stage = 'before the first byte' | 'while it is held' | 'after it was sent'
const stages: Stage[] = ['before the first byte', 'while it is held', 'after it was sent']
const endings: [string, boolean][] = [
  ['succeeds', true],
  ['fails', false],
]

describe.each(stages)('a client that goes away %s', (stage) => {
  test.each(endings)('over HTTP/1, and the commit %s', async (_name, succeeds) => {
    await abandon(serveHandler, leaveHttp1, stage, succeeds)
  })
  test.each(endings)('over HTTP/2, and the commit %s', async (_name, succeeds) => {
    await abandon(serveHttp2Handler, leaveHttp2, stage, succeeds)
  })
})

function serveHandler(handler: Handler): Promise<Listening> {
  return serve((_request, response) => void handler(response))
}

function serveHttp2Handler(handler: Handler): Promise<Listening> {
  return serveHttp2((_request, response) => void handler(response as never))
}

function leaveHttp1(port: number): () => void {
  const connection = new Connection(port)
  connection.send('GET / HTTP/1.1', 'Host: a')
  return () => connection.socket.destroy()
}

function leaveHttp2(port: number): () => void {
  const session = connectHttp2(`http://127.0.0.1:${port}`)
  session.on('error', () => {})
  session.request({ ':path': '/' }).on('error', () => {})
  return () => session.destroy()
}

async function abandon(
  listen: (handler: Handler) => Promise<Listening>,
  ask: (port: number) => () => void,
  stage: Stage,
  succeeds: boolean,
): Promise<void> {
  const arrived = deferred<ServerResponse>()
  const asked = deferred<void>()
  const commit = deferred<HeadersToAdd>()
  const failures: unknown[] = []
  const callback = deferred<unknown>()
  await using server = await listen((response) => {
    gate(response, () => (asked.resolve(), commit.promise), failures)
    arrived.resolve(response)
  })
  const leave = ask(server.port)
  const response = await arrived.promise
  const closed = once(response, 'close')
  const source = new Source()
  function send(): void {
    response.setHeader('X-A', 'a')
    response.write(chunk, callback.resolve)
    source.pipe(response)
  }
  function settle(): void {
    if (succeeds) commit.resolve(ours)
    else commit.reject(new Error('the store is down'))
  }
  if (stage === 'before the first byte') {
    leave()
    await closed
    send()
    await asked.promise
    settle()
  } else if (stage === 'while it is held') {
    send()
    await asked.promise
    leave()
    await closed
    settle()
  } else {
    send()
    settle()
    await callback.promise
    leave()
    await closed
  }
  // Its callback is called; with an error unless the chunk was sent.
  const error = await callback.promise
  if (stage === 'after it was sent' && succeeds) expect(error ?? undefined).toBeUndefined()
  else expect(error).toBeInstanceOf(Error)
  expect(failures).toHaveLength(succeeds ? 0 : 1)
  // Further calls are as harmless as without a gate.
  response.on('error', () => {})
  response.write('late')
  response.end()
  await new Promise(setImmediate)
}

test('pipeline rejects when the client goes away during the hold', async () => {
  const asked = deferred<void>()
  const commit = deferred<HeadersToAdd>()
  const result = deferred<unknown>()
  await using server = await serve((_request, response) => {
    gate(response, () => (asked.resolve(), commit.promise))
    pipeline(new Source(), response).then(() => result.resolve('sent'), result.resolve)
  })
  const leave = leaveHttp1(server.port)
  await asked.promise
  leave()
  expect(await result.promise).toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' })
  commit.resolve(ours)
  await new Promise(setImmediate)
})

test('a response the application destroys while it is held is not answered', async () => {
  const asked = deferred<ServerResponse>()
  const commit = deferred<HeadersToAdd>()
  await using server = await serve((_request, response) => {
    gate(response, () => (asked.resolve(response), commit.promise))
    response.end('body')
  })
  const answer = exchange(server.port)
  const response = await asked.promise
  response.destroy()
  commit.resolve(ours)
  expect(await answer).toBe('')
})

test('setTimeout works while a response is held', async () => {
  const commit = deferred<HeadersToAdd>()
  await using server = await serve((_request, response) => {
    gate(response, () => commit.promise)
    response.setTimeout(10, () => commit.resolve(ours))
    response.end('body')
  })
  expect(await exchange(server.port)).toContain('body')
})
