import { createRequire } from 'node:module'
import type { RequestListener, ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createGzip } from 'node:zlib'
import type { Express, NextFunction, Request, RequestHandler, Response } from 'express'
import express5 from 'express'
import expressSession from 'express-session'
import { describe, expect, test, vi } from 'vitest'
import type { FirstByte, HeadersToAdd, NodeResponse } from '../../src/adapters/node-response.ts'
import { holdFirstByte, plainErrorResponse } from '../../src/adapters/node-response.ts'
import { StoreError } from '../../src/errors.ts'
import type { Ask } from '../support/raw-http.ts'
import { exchange, get, parseResponse, serve } from '../support/raw-http.ts'

const require = createRequire(import.meta.url)
const express4 = require('express4') as typeof express5
const onHeaders = require('on-headers') as (response: ServerResponse, listener: () => void) => void

const lock = fileURLToPath(new URL('../../package-lock.json', import.meta.url))
const ours: HeadersToAdd = { setCookie: 'ours=1; Path=/', varies: true }
const down = new StoreError('replace', 'no answer within 1000 ms')

function later<T>(value: T): Promise<T> {
  return new Promise((done) => setImmediate(done, value))
}

function fails(): Promise<never> {
  return new Promise((_, reject) => setImmediate(reject, down))
}

/** The gate as the Express adapter will use it. */
function gate(commit: FirstByte['commit']): RequestHandler {
  return (_request, response, next) => {
    holdFirstByte(response, {
      commit,
      failed(error, complete) {
        if (complete) next(error)
        else plainErrorResponse(response, error)
      },
    })
    next()
  }
}

function routes(app: Express): RequestListener {
  app.get('/send', (_, response) => void response.status(201).send('<p>hello'))
  app.get('/json', (_, response) => void response.cookie('app', '1').json({ hello: 'you' }))
  app.get('/redirect', (_, response) => response.redirect('/next'))
  app.get('/empty', (_, response) => void response.sendStatus(204))
  app.get('/file', (_, response) => response.sendFile(lock))
  app.get('/download', (_, response) => response.download(lock, 'a.json'))
  app.get('/format', (_, response) => void response.format({ text: () => response.send('t') }))
  app.get('/pieces', (_, response) => {
    response.write('one')
    setImmediate(() => response.end('two'))
  })
  app.get('/throws', () => {
    throw Object.assign(new Error('teapot'), { status: 418 })
  })
  app.get('/twice', (_, response, next) => {
    response.send('sent')
    // What Express does with an error after the response: it looks at headersSent.
    next(response.headersSent ? undefined : new Error('not sent'))
  })
  app.use((error: { status?: number }, _: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error)
    response.status(error.status ?? 500).json({ failed: error.status })
  })
  return app
}

const asks: Ask[] = [
  { path: '/send' },
  { path: '/send', method: 'HEAD' },
  { path: '/json' },
  { path: '/redirect' },
  { path: '/redirect', headers: ['Accept: text/html'] },
  { path: '/empty' },
  { path: '/file' },
  { path: '/file', method: 'HEAD' },
  { path: '/file', headers: ['Range: bytes=10-19'] },
  { path: '/file', headers: ['If-None-Match: *'] },
  { path: '/download' },
  { path: '/format', headers: ['Accept: text/plain'] },
  { path: '/pieces' },
  { path: '/throws' },
  { path: '/twice' },
  { path: '/missing' },
]

describe.each([
  ['Express 4', express4],
  ['Express 5', express5],
])('%s', (_name, express) => {
  test.each([
    ['direct', () => ours],
    ['held', () => later(ours)],
  ] as [string, FirstByte['commit']][])('answers as without a gate, %s', async (_how, commit) => {
    await using plain = await serve(routes(express()))
    await using gated = await serve(routes(express().use(gate(commit)) as Express))
    for (const ask of asks) {
      const raw = await exchange(gated.port, ask)
      expect(withoutOurs(raw), ask.path).toEqual(withoutOurs(await exchange(plain.port, ask)))
      const answer = parseResponse(raw)
      expect(answer.all('set-cookie').filter((each) => each === ours.setCookie)).toHaveLength(1)
      expect(answer.all('cache-control')).toEqual(['no-store'])
      expect(answer.all('vary').join()).toMatch(/Cookie$/)
    }
  })

  test('a failed commit of a complete response goes to the error handler', async () => {
    await using server = await serve(routes(express().use(gate(fails)) as Express))
    for (const path of ['/send', '/json', '/redirect', '/empty']) {
      const answer = await get(server.port, { path })
      expect(answer, path).toMatchObject({ status: 503, body: '{"failed":503}' })
      expect(answer.all('set-cookie')).toEqual([])
      expect(answer.all('location')).toEqual([])
    }
  })

  test('a failed commit of an error response goes to what comes after its error handler', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const app = express().set('env', 'production').use(gate(fails)) as Express
    await using server = await serve(routes(app))
    for (const path of ['/throws', '/missing']) {
      const answer = await get(server.port, { path })
      expect(answer, path).toMatchObject({ status: 503 })
      expect(answer.body).toContain('<pre>Service Unavailable</pre>')
    }
    logged.mockRestore()
  })

  test('a failed commit of a file or of pieces is answered plainly', async () => {
    await using server = await serve(routes(express().use(gate(fails)) as Express))
    for (const ask of [{ path: '/file' }, { path: '/download' }, { path: '/pieces' }]) {
      const answer = await get(server.port, ask)
      expect(answer, ask.path).toMatchObject({ status: 503, body: 'Service Unavailable' })
      expect(answer.all('etag')).toEqual([])
      expect(answer.all('content-disposition')).toEqual([])
    }
  })

  test('beside express-session, in either order, both cookies arrive', async () => {
    const other = expressSession({ secret: 's', resave: false, saveUninitialized: true })
    for (const commit of [() => ours, () => later(ours)]) {
      for (const handlers of [
        [other, gate(commit)],
        [gate(commit), other],
      ]) {
        await using server = await serve(routes(express().use(handlers) as Express))
        for (const path of ['/send', '/redirect', '/pieces']) {
          const cookies = (await get(server.port, { path })).all('set-cookie').join()
          expect(cookies).toMatch(/connect\.sid=/)
          expect(cookies.match(/ours=1/g)).toHaveLength(1)
        }
      }
    }
  })
})

function withoutOurs(raw: string): string {
  const { statusLine, headers, body } = parseResponse(raw)
  const kept = headers.filter(
    ([name, value]) =>
      name !== 'Date' && name !== 'Cache-Control' && value !== ours.setCookie && name !== 'Vary',
  )
  return JSON.stringify([statusLine, kept, body])
}

/**
 * What the package compression (1.8) does to a response: it keeps the methods it finds, begins the
 * response by itself, writes later from a stream of its own, and moves 'drain' listeners there.
 */
function compress(response: ServerResponse): void {
  const write = response.write.bind(response)
  const end = response.end.bind(response)
  const on = response.on.bind(response)
  const zip = createGzip()
  const waiting: ((this: void) => void)[] = []
  let begun = false
  let ended = false
  onHeaders(response, () => {
    response.setHeader('Content-Encoding', 'gzip')
    begun = true
    for (const listener of waiting) zip.on('drain', listener)
    zip.on('data', (chunk: Buffer) => {
      if (!write(chunk)) zip.pause()
    })
    zip.on('end', () => end())
    on('drain', () => void zip.resume())
  })
  Object.assign(response, {
    write(chunk: Buffer) {
      if (!response.headersSent) response.writeHead(response.statusCode)
      return zip.write(chunk)
    },
    end(chunk?: Buffer) {
      if (ended) return false
      ended = true
      if (!response.headersSent) response.writeHead(response.statusCode)
      return zip.end(chunk)
    },
    on(event: string, listener: () => void) {
      if (event !== 'drain') return on(event, listener)
      if (begun) zip.on('drain', listener)
      else waiting.push(listener)
      return response
    },
  })
}

const noise = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * i * 7919) >> 5))

describe('a package that wraps the response, such as compression', () => {
  const places: [string, (response: NodeResponse, commit: FirstByte['commit']) => void][] = [
    ['beneath the gate', (r, commit) => (compress(r as ServerResponse), stand(r, commit))],
    ['above the gate', (r, commit) => (stand(r, commit), compress(r as ServerResponse))],
  ]
  const sends: [string, (response: ServerResponse) => void][] = [
    ['end', (r) => r.end(noise)],
    ['small writes', (r) => writeInPieces(r, 700)],
    ['large writes', (r) => writeInPieces(r, 50_000)],
  ]

  describe.each(places)('%s', (_place, wrap) => {
    test.each(sends)('%s arrive whole, with our cookie', async (_name, send) => {
      for (const commit of [() => ours, () => later(ours)]) {
        await using server = await serve((_request, response) => {
          wrap(response, commit)
          send(response)
        })
        const answer = await fetch(`http://127.0.0.1:${server.port}`, { keepalive: false })
        expect(Buffer.from(await answer.arrayBuffer()).equals(noise)).toBe(true)
        expect(answer.headers.getSetCookie()).toEqual([ours.setCookie])
      }
    })

    test.each(sends)(
      '%s, and a failed commit: the error response is not swallowed',
      async (_n, send) => {
        await using server = await serve((_request, response) => {
          wrap(response, fails)
          send(response)
        })
        const answer = await get(server.port)
        expect(answer.status).toBe(503)
        // Beneath the gate it compresses the error response too.
        const zipped = answer.all('content-encoding').includes('gzip')
        expect(zipped ? 'Service Unavailable' : answer.body).toBe('Service Unavailable')
      },
    )
  })
})

function stand(response: NodeResponse, commit: FirstByte['commit']): void {
  holdFirstByte(response, {
    commit,
    failed(error, complete) {
      if (complete) setImmediate(() => plainErrorResponse(response, error))
      else plainErrorResponse(response, error)
    },
  })
}

function writeInPieces(response: ServerResponse, size: number): void {
  let at = 0
  function next(): void {
    while (at < noise.length) {
      const piece = noise.subarray(at, at + size)
      at += size
      if (!response.write(piece)) return
    }
    response.end()
  }
  response.on('drain', next)
  next()
}
