import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Writable } from 'node:stream'

const AT_A_TURN = 5

/** CPU µs of a request and its response, over a socket that swallows everything. */
export async function cpuOf(
  listener: RequestListener,
  requests: number,
  cookie: string | undefined,
): Promise<number> {
  const before = process.cpuUsage()
  for (let sent = 0; sent < requests; sent += AT_A_TURN) {
    for (let at = 0; at < AT_A_TURN; at++) await serve(listener, cookie)
    await new Promise(setImmediate)
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / requests
}

async function serve(listener: RequestListener, cookie: string | undefined): Promise<void> {
  const request = new IncomingMessage(new Socket())
  Object.assign(request, { url: '/', method: 'GET', headers: { host: 'localhost', cookie } })
  const response = new ServerResponse(request)
  const sink = Object.assign(new Writable({ write: (_chunk, _encoding, done) => done() }), {
    setTimeout() {},
  }) as unknown as Socket
  response.assignSocket(sink)
  await new Promise<void>((resolve) => {
    response.on('finish', resolve)
    listener(request, response)
  })
  if (response.statusCode !== 200) throw new Error(`answered with ${response.statusCode}`)
}
