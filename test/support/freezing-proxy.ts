import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way to a port on which connections can die without a word, as when a firewall forgets them. */
export interface FreezingProxy {
  readonly port: number
  /** How many connections were made. */
  readonly made: number
  /** Nothing more passes over this connection, counted from 0; it stays open. */
  freeze(connection: number): void
  close(): void
}

export async function startFreezingProxy(to: number): Promise<FreezingProxy> {
  const pairs: (readonly [Socket, Socket])[] = []
  const proxy = createServer((near) => {
    const far = connect(to, '127.0.0.1')
    pairs.push([near, far])
    near.pipe(far).pipe(near)
    for (const socket of [near, far]) {
      socket.on('error', () => {})
      socket.on('close', () => [near, far].forEach((end) => end.destroy()))
    }
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    port: (proxy.address() as AddressInfo).port,
    get made() {
      return pairs.length
    },
    freeze(connection) {
      for (const socket of pairs[connection] ?? []) socket.unpipe().pause()
    },
    close() {
      proxy.close()
      for (const socket of pairs.flat()) socket.destroy()
    },
  }
}
