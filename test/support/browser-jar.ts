import { once } from 'node:events'
import {
  type Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as ask,
} from 'node:http'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly setCookies: readonly string[]
  readonly text: string
  /** The body as JSON. */
  readonly json: unknown
}

export interface Asking {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** Sent as application/json. */
  readonly body?: object
  /** Sent as a form of a page of the same site. */
  readonly form?: Readonly<Record<string, string>>
  /** The Cookie header; default: what the jar holds. */
  readonly cookie?: string
  /** Default: a connection of its own. */
  readonly agent?: Agent
  /** Default: that of the browser. */
  readonly port?: number
}

/** One visitor's browser: keeps the cookies it is given and sends them back. */
export class Browser {
  readonly port: number
  readonly cookies = new Map<string, string>()

  constructor(port: number) {
    this.port = port
  }

  /** The same visitor on another node, or with a copy of the cookies as they are now. */
  copy(port = this.port): Browser {
    const copy = new Browser(port)
    for (const [name, value] of this.cookies) copy.cookies.set(name, value)
    return copy
  }

  get cookieHeader(): string {
    return pairsOf(this.cookies).join('; ')
  }

  async get(path: string, asking: Asking = {}): Promise<Answer> {
    const cookie = asking.cookie ?? this.cookieHeader
    const answer = await send(asking.port ?? this.port, path, { ...asking, cookie })
    for (const line of answer.setCookies) keepCookie(this.cookies, line)
    return answer
  }

  post(path: string, body: object = {}, asking: Asking = {}): Promise<Answer> {
    return this.get(path, { method: 'POST', body, ...asking })
  }
}

/** Each as a Cookie header has it. */
export function pairsOf(cookies: ReadonlyMap<string, string>): string[] {
  return [...cookies].map(([name, value]) => `${name}=${value}`)
}

/** Does with a jar what a Set-Cookie line says. */
export function keepCookie(cookies: Map<string, string>, line: string): void {
  const { name, value, attributes } = parseSetCookie(line)
  if (attributes['max-age'] === '0') cookies.delete(name)
  else cookies.set(name, value)
}

export interface SetCookie {
  readonly name: string
  readonly value: string
  /** By name in lower case; a flag is the empty string. */
  readonly attributes: Readonly<Record<string, string>>
}

export function parseSetCookie(line: string): SetCookie {
  const [pair = '', ...rest] = line.split('; ')
  const equals = pair.indexOf('=')
  const attributes = rest.map((attribute): [string, string] => {
    const [name = '', value = ''] = attribute.split(/=(.*)/s)
    return [name.toLowerCase(), value]
  })
  return {
    name: pair.slice(0, equals),
    value: pair.slice(equals + 1),
    attributes: Object.fromEntries(attributes),
  }
}

const FORM = {
  'content-type': 'application/x-www-form-urlencoded',
  'sec-fetch-site': 'same-origin',
}

export async function send(port: number, path: string, asking: Asking = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, form, cookie, agent = false } = asking
  const payload =
    form === undefined ? body && JSON.stringify(body) : String(new URLSearchParams(form))
  const request = ask({
    host: '127.0.0.1',
    port,
    path,
    method,
    agent,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(form !== undefined && FORM),
      ...(cookie && { cookie }),
      ...headers,
    },
  })
  request.end(payload)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  response.setEncoding('utf8')
  for await (const part of response) text += String(part)
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    setCookies: response.headers['set-cookie'] ?? [],
    text,
    get json(): unknown {
      return JSON.parse(text)
    },
  }
}
