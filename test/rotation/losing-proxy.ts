import { once } from 'node:events'
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'

/** What becomes of the connections through a proxy, one request each. */
export interface Weather {
  /** When a request gets to the server; told its first line. */
  readonly arrives: (line: string) => Promise<unknown> | undefined
  /** Whether its response is lost. */
  readonly loses: () => boolean
}

export interface LosingProxy {
  readonly port: number
  /** How many responses were lost. */
  readonly lost: number
  close(): Promise<void>
}

/**
 * Passes connections on. A response is lost at its first byte, when the server has done all its
 * work: both ends are cut, and nothing of it gets through.
 */
export async function losingProxy(target: number, weather: Weather): Promise<LosingProxy> {
  const sockets = new Set<Socket>()
  let lost = 0

  function keep(socket: Socket): void {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => void sockets.delete(socket))
  }

  async function passOn(client: Socket): Promise<void> {
    keep(client)
    const [first] = (await once(client, 'data')) as [Buffer]
    client.pause()
    await weather.arrives(first.toString('latin1').split('\r\n')[0] ?? '')
    const upstream = connect(target, '127.0.0.1')
    keep(upstream)
    upstream.write(first)
    client.pipe(upstream)
    if (!weather.loses()) upstream.pipe(client)
    else {
      upstream.once('data', () => {
        lost++
        client.destroy()
        upstream.destroy()
      })
    }
  }

  const server = createServer((client) => void passOn(client).catch(() => client.destroy()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get lost() {
      return lost
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
