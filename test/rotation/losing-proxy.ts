import { once } from 'node:events'
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'

export interface LosingProxy {
  readonly port: number
  /** How many responses were lost. */
  readonly lost: number
  close(): Promise<void>
}

/**
 * Passes connections on. Where `loses` says so, the response is lost: at its first byte, when the
 * server has done all its work, both ends are cut and nothing of it gets through.
 */
export async function losingProxy(target: number, loses: () => boolean): Promise<LosingProxy> {
  const sockets = new Set<Socket>()
  let lost = 0
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    const cuts = loses()
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    client.pipe(upstream)
    if (!cuts) upstream.pipe(client)
    else {
      upstream.once('data', () => {
        lost++
        client.destroy()
      })
    }
  })
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
