import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, request as askHttp1 } from 'node:http'
import { connect } from 'node:http2'
import type { Readable } from 'node:stream'
import { parseSetCookie } from '../support/browser-jar.ts'
import type { Driver } from './driver.ts'

/** The name of the session cookie in this suite. */
export const COOKIE = 'ours'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The Set-Cookie lines of the session. */
  readonly ours: readonly string[]
  /** Those of the application, in order. */
  readonly theirs: readonly string[]
  readonly body: Buffer
  readonly text: string
}

/** A request whose answer may still be held back. */
export interface Underway {
  /** Whether anything of the response has come. HTTP/1: a single byte. HTTP/2: its head. */
  arrived(this: void): boolean
  readonly answer: Promise<Answer>
}

export interface Asking {
  readonly method?: string
  /** Cookie header fields, one each; default: what the jar holds, in one. */
  readonly cookies?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

interface Request {
  readonly port: number
  readonly path: string
  readonly method: string
  readonly cookies: readonly string[]
  readonly headers: Readonly<Record<string, string>>
}

/** One browser. It keeps the cookies it is given and follows no redirect. */
export class Visitor {
  readonly #port: number
  readonly #protocol: Driver['protocol']
  readonly #jar = new Map<string, string>()

  constructor(port: number, protocol: Driver['protocol']) {
    this.#port = port
    this.#protocol = protocol
  }

  /** Somebody with the cookies of now: the same visitor on another device, or a thief. */
  copy(): Visitor {
    const copy = new Visitor(this.#port, this.#protocol)
    for (const [name, value] of this.#jar) copy.#jar.set(name, value)
    return copy
  }

  /** The server as this visitor names it, in Host or `:authority`. */
  get host(): string {
    return this.#protocol === 'h2c' ? `127.0.0.1:${this.#port}` : 'localhost'
  }

  /** The session's cookie as it is sent: `name=value`. */
  get cookie(): string | undefined {
    const value = this.#jar.get(COOKIE)
    return value === undefined ? undefined : `${COOKIE}=${value}`
  }

  get hasCookies(): boolean {
    return this.#jar.size > 0
  }

  async get(path: string, asking: Asking = {}): Promise<Answer> {
    return this.begin(path, asking).answer
  }

  async post(path: string): Promise<Answer> {
    return this.begin(path, { method: 'POST' }).answer
  }

  begin(path: string, asking: Asking = {}): Underway {
    const { method = 'GET', cookies = this.#sends(), headers = {} } = asking
    const send = this.#protocol === 'h2c' ? overHttp2 : overHttp1
    const { arrived, answer } = send({ port: this.#port, path, method, cookies, headers })
    return { arrived, answer: answer.then((done) => this.#keep(done)) }
  }

  #sends(): string[] {
    const pairs = [...this.#jar].map(([name, value]) => `${name}=${value}`)
    return pairs.length === 0 ? [] : [pairs.join('; ')]
  }

  #keep(answer: Answer): Answer {
    for (const line of [...answer.theirs, ...answer.ours]) {
      const { name, value, attributes } = parseSetCookie(line)
      if (attributes['max-age'] === '0') this.#jar.delete(name)
      else this.#jar.set(name, value)
    }
    return answer
  }
}

/** Header fields go out as a flat list: of an object, Node would join several Cookie fields. */
function overHttp1({ port, path, method, cookies, headers: more }: Request): Underway {
  const fields = ['Host', 'localhost', ...cookies.flatMap((cookie) => ['Cookie', cookie])]
  const length = method === 'POST' ? ['Content-Length', '0'] : []
  const headers = [...fields, ...length, ...Object.entries(more).flat()]
  const request = askHttp1({ host: '127.0.0.1', port, path, method, agent: false, headers })
  request.end()
  async function receive(): Promise<Answer> {
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    return answerOf(Number(response.statusCode), response.headers, response)
  }
  return { arrived: () => (request.socket?.bytesRead ?? 0) > 0, answer: receive() }
}

function overHttp2({ port, path, method, cookies, headers }: Request): Underway {
  const connection = connect(`http://127.0.0.1:${port}`)
  const named = { ':path': path, ':method': method, cookie: [...cookies] }
  const stream = connection.request({ ...headers, ...named })
  let arrived = false
  async function receive(): Promise<Answer> {
    try {
      const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders]
      arrived = true
      return await answerOf(Number(headers[':status']), headers, stream)
    } finally {
      connection.close()
    }
  }
  stream.end()
  return { arrived: () => arrived, answer: receive() }
}

async function answerOf(
  status: number,
  headers: IncomingHttpHeaders,
  stream: Readable,
): Promise<Answer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  const lines = headers['set-cookie'] ?? []
  return {
    status,
    headers,
    ours: lines.filter((line) => line.startsWith(`${COOKIE}=`)),
    theirs: lines.filter((line) => !line.startsWith(`${COOKIE}=`)),
    body,
    text: body.toString(),
  }
}
