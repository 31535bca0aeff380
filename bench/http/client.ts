import { once } from 'node:events'
import { Agent, type IncomingMessage, get } from 'node:http'

const LONGEST_MS = 10_000

export interface Page {
  readonly status: number
  readonly body: string
  /** The Cookie header that gives back what the answer set, if it set a cookie. */
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
  const [set] = response.headers['set-cookie'] ?? []
  return { status: response.statusCode as number, body, cookie: set?.split(';', 1)[0] }
}

/** Signs in so many shoppers; their Cookie headers. */
export async function signIn(port: number, shoppers: number): Promise<string[]> {
  const browser = browserOf(port)
  const cookies: string[] = []
  try {
    while (cookies.length < shoppers) {
      const { status, cookie } = await browser.visit('/sign-in')
      if (status !== 200 || cookie === undefined) throw new Error('signing in failed')
      cookies.push(cookie)
    }
  } finally {
    browser.close()
  }
  return cookies
}
