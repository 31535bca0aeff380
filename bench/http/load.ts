import { type Socket, connect } from 'node:net'
import { cookiesAfter } from './jar.ts'

/** A burst of requests, each connection sending its next one when the last is answered. */
export interface Burst {
  readonly port: number
  readonly path: string
  /** One connection for each: its Cookie header, or `undefined` for none. */
  readonly cookies: readonly (string | undefined)[]
  /** Whether a connection sends the cookie that it was last given. */
  readonly follows: boolean
  readonly requests: number
  /** Cookie headers, each for one request, in place of those of the connections. */
  readonly each?: readonly string[]
  /** Text that every body must contain. */
  readonly expect: string
}

export interface BurstResult {
  readonly seconds: number
  /** Milliseconds each request took, in ascending order. */
  readonly latencies: readonly number[]
}

const LONGEST_MS = 60_000

/**
 * It never sleeps meanwhile: who answers a client that sleeps has to wake it, which costs about as
 * much as all else that a server does, and the more the longer the server takes.
 *
 * @throws when an answer is not 200 or lacks the text, a connection ends, or it takes a minute.
 */
export async function run(burst: Burst): Promise<BurstResult> {
  const sockets = await Promise.all(burst.cookies.map(() => open(burst.port)))
  let runs = true
  function stayAwake(): void {
    if (runs) setImmediate(stayAwake)
  }
  try {
    stayAwake()
    const begun = performance.now()
    const latencies = await drive(burst, sockets)
    const seconds = (performance.now() - begun) / 1000
    return { seconds, latencies: latencies.toSorted((a, b) => a - b) }
  } finally {
    runs = false
    for (const socket of sockets) socket.destroy()
  }
}

function drive(burst: Burst, sockets: readonly Socket[]): Promise<number[]> {
  const { promise, resolve, reject } = deferred<number[]>()
  const latencies: number[] = []
  let sent = 0
  const each = burst.each?.values()
  sockets.forEach((socket, at) => {
    let cookie = burst.cookies[at]
    let request = requestText(burst, cookie)
    let text = ''
    let sentAt = 0
    function next(): void {
      if (sent === burst.requests) return
      sent++
      if (each !== undefined) request = requestText(burst, each.next().value)
      sentAt = performance.now()
      socket.write(request)
    }
    socket.on('data', (chunk) => {
      text += chunk
      if (!isComplete(text)) return
      if (!text.startsWith('HTTP/1.1 200 ') || !text.includes(burst.expect)) {
        reject(new Error(`${burst.path} was answered with ${text}`))
      }
      if (burst.follows) {
        cookie = cookiesAfter(cookie, setCookiesIn(text))
        request = requestText(burst, cookie)
      }
      text = ''
      latencies.push(performance.now() - sentAt)
      if (latencies.length === burst.requests) resolve(latencies)
      else next()
    })
    socket.once('error', reject)
    socket.once('end', () => reject(new Error('the server closed a connection')))
    next()
  })
  const timer = setTimeout(reject, LONGEST_MS, new Error('the requests took too long'))
  return promise.finally(() => clearTimeout(timer))
}

function requestText({ path }: Burst, cookie: string | undefined): string {
  const lines = [`GET ${path} HTTP/1.1`, 'Host: localhost', 'Accept: application/json']
  if (cookie !== undefined) lines.push(`Cookie: ${cookie}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

function setCookiesIn(text: string): string[] {
  const head = text.slice(0, text.indexOf('\r\n\r\n'))
  return [...head.matchAll(/\r\nset-cookie: ([^\r]*)/gi)].map(([, value]) => value as string)
}

/** Every server here sends ASCII only. */
function isComplete(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1]
  return length === undefined
    ? text.endsWith('\r\n0\r\n\r\n')
    : text.length >= end + 4 + Number(length)
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.setEncoding('latin1')
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject)
  })
  return socket
}

function deferred<T>() {
  let resolve!: (value: T) => void
  let reject!: (error: Error) => void
  const promise = new Promise<T>((settle, refuse) => {
    resolve = settle
    reject = refuse
  })
  return { promise, resolve, reject }
}
