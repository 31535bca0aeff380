import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type {
  ClientHttp2Session,
  Http2Server,
  Http2ServerRequest,
  Http2ServerResponse,
  IncomingHttpHeaders,
} from 'node:http2'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { connect } from 'node:net'

/** A promise the test itself settles: how a test decides when a commit answers. */
export interface Deferred<T> {
  promise: Promise<T>
  resolve(this: void, value: T): void
  reject(this: void, error: unknown): void
}

export function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

/** A server on a free port of the loopback, closed with all its connections. */
export interface Listening extends AsyncDisposable {
  port: number
  server: Server | Http2Server
}

export async function serve(listener: RequestListener): Promise<Listening> {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    server,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The same over cleartext HTTP/2, with Node's compatibility API. */
export async function serveHttp2(
  listener: (request: Http2ServerRequest, response: Http2ServerResponse) => void,
): Promise<Listening> {
  const server = createHttp2Server(listener)
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    server,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** One TCP connection; what has come is in `received`, one character for each byte. */
export class Connection {
  readonly socket: Socket
  received = ''

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.setEncoding('latin1')
    this.socket.on('data', (text: string) => (this.received += text))
    this.socket.on('error', () => {})
  }

  send(...lines: string[]): void {
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  }

  /** Waits until something with this text in it has come. */
  async until(text: string): Promise<string> {
    while (!this.received.includes(text)) {
      if (this.socket.closed) throw new Error(`closed before ${text} came`)
      await new Promise((done) => this.socket.once('data', done).once('close', done))
    }
    return this.received
  }

  async closed(): Promise<string> {
    if (!this.socket.closed) await new Promise((done) => this.socket.on('close', done))
    return this.received
  }
}

export interface Ask {
  method?: string
  path?: string
  headers?: string[]
  version?: string
}

/** Sends one request and gives every byte that came back, up to the close it asks for. */
export async function exchange(port: number, ask: Ask = {}): Promise<string> {
  const { method = 'GET', path = '/', headers = [], version = '1.1' } = ask
  const connection = new Connection(port)
  connection.send(
    `${method} ${path} HTTP/${version}`,
    'Host: localhost',
    'Connection: close',
    ...headers,
  )
  return connection.closed()
}

export interface RawResponse {
  statusLine: string
  status: number
  /** As sent, in order. */
  headers: [name: string, value: string][]
  body: string
  /** The values of one header, whatever its case. */
  all(name: string): string[]
}

/** Reads the last response in what an exchange gave, after any informational ones. */
export function parseResponse(raw: string): RawResponse {
  const from = raw.lastIndexOf('HTTP/1.1 ')
  const split = raw.indexOf('\r\n\r\n', from)
  const [statusLine = '', ...lines] = raw.slice(from, split).split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(': ')
    return [line.slice(0, colon), line.slice(colon + 2)]
  })
  return {
    statusLine,
    status: Number(statusLine.split(' ')[1]),
    headers,
    body: raw.slice(split + 4),
    all: (name) =>
      headers.filter(([known]) => known.toLowerCase() === name.toLowerCase()).map(([, v]) => v),
  }
}

export async function get(port: number, ask: Ask = {}): Promise<RawResponse> {
  return parseResponse(await exchange(port, ask))
}

export interface Http2Response {
  status: number
  headers: IncomingHttpHeaders
  body: string
  trailers: IncomingHttpHeaders
  informational: number[]
}

/** One request on one HTTP/2 connection of its own. */
export async function getHttp2(port: number, ask: Ask = {}): Promise<Http2Response> {
  const session: ClientHttp2Session = connectHttp2(`http://127.0.0.1:${port}`)
  try {
    const stream = session.request({ ':method': ask.method ?? 'GET', ':path': ask.path ?? '/' })
    const informational: number[] = []
    let headers: IncomingHttpHeaders = {}
    let trailers: IncomingHttpHeaders = {}
    let body = ''
    stream.on('headers', (early: IncomingHttpHeaders) =>
      informational.push(Number(early[':status'])),
    )
    stream.on('response', (final: IncomingHttpHeaders) => (headers = final))
    stream.on('trailers', (last: IncomingHttpHeaders) => (trailers = last))
    stream.setEncoding('latin1')
    stream.on('data', (text: string) => (body += text))
    stream.end()
    await once(stream, 'close')
    return { status: Number(headers[':status']), headers, body, trailers, informational }
  } finally {
    session.close()
  }
}
