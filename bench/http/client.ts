import { once } from 'node:events'
import { Agent, type IncomingMessage, get } from 'node:http'
import type { Size } from './account.ts'
import { cookiesAfter } from './jar.ts'
import { beginAt } from './work.ts'

const LONGEST_MS = 10_000
const BROWSERS = 10

export interface Page {
  readonly status: number
  readonly body: string
  /** The Cookie header of the next request. */
  readonly cookie: string | undefined
}

/** One request at a time to one server, over a connection kept alive. */
export function browserOf(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return {
    visit: (path: string, cookie?: string) => visit({ agent, port, path, cookie }),
    close: () => agent.destroy(),
  }
}

interface Target {
  readonly agent: Agent
  readonly port: number
  readonly path: string
  readonly cookie: string | undefined
}

async function visit({ agent, port, path, cookie }: Target): Promise<Page> {
  const headers = { host: 'localhost', ...(cookie === undefined ? {} : { cookie }) }
  const request = get({ agent, host: '127.0.0.1', port, path, headers })
  request.setTimeout(LONGEST_MS, () => request.destroy(new Error(`${path} was not answered`)))
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  let body = ''
  for await (const chunk of response.setEncoding('utf8')) body += String(chunk)
  const { statusCode, headers: answered } = response
  const set = answered['set-cookie'] ?? []
  return { status: statusCode as number, body, cookie: cookiesAfter(cookie, set) }
}

/** Begins so many sessions, several at a time; their Cookie headers. */
export async function begin(port: number, sessions: number, size: Size): Promise<string[]> {
  const cookies: string[] = []
  let begun = 0
  async function beginSome(): Promise<void> {
    const browser = browserOf(port)
    try {
      while (begun++ < sessions) {
        const { status, cookie } = await browser.visit(beginAt(size))
        if (status !== 200 || cookie === undefined) throw new Error('no session has begun')
        cookies.push(cookie)
      }
    } finally {
      browser.close()
    }
  }
  await Promise.all(Array.from({ length: BROWSERS }, beginSome))
  return cookies
}
